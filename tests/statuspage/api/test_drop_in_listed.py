"""Statuspage's own write API: components and groups."""

import pytest
from django.test import Client

from statuspage.models import (
    Component,
    ComponentGroup,
    Page,
)
from tests.factories import NINE, ATeam
from tests.statuspage.api.drop_in import Sender, an_outage, where
from tests.statuspage.scenes import a_component, a_group, a_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_components_are_made_changed_and_taken_off(send: Sender, page: Page) -> None:
    group = a_group(page, "Shop")
    made = send(
        "POST",
        where(page, "components.json"),
        {
            "component": {
                "name": "Cards",
                "description": "Pay",
                "group_id": group.public_id,
                "status": "degraded_performance",
                "showcase": False,
                "start_date": "2026-01-01",
                "unknown": 1,
            }
        },
    )
    told = made.json()
    path = where(page, f"components/{told['id']}.json")
    changed = send("PATCH", path, {"component": {"name": "Card payments", "group_id": ""}}).json()

    assert made.status_code == 201
    assert (told["status"], told["group_id"], told["start_date"]) == (
        "degraded_performance",
        group.public_id,
        "2026-01-01",
    )
    assert (changed["name"], changed["group_id"], changed["description"]) == (
        "Card payments",
        None,
        "Pay",
    )
    assert send("DELETE", path).status_code == 204
    assert send("GET", path).status_code == 404
    assert Client().get("/api/v2/components.json").json()["components"][0]["group"] is True


def test_a_component_that_history_names_leaves_the_page_and_keeps_its_ledger(
    send: Sender, page: Page
) -> None:
    component = a_component(page)
    told = send(
        "POST", where(page), an_outage(components={component.public_id: "major_outage"})
    ).json()

    assert send("DELETE", where(page, f"components/{component.public_id}.json")).status_code == 204
    again = send("POST", where(page, "components.json"), {"component": {"name": "Payments"}})

    component.refresh_from_db()
    assert component.retired_at == NINE
    assert component.intervals.get().to_at == NINE
    assert again.status_code == 201
    kept = send("GET", where(page, f"incidents/{told['id']}.json")).json()
    assert kept["incident_updates"][0]["affected_components"][0]["name"] == "Payments"
    assert (
        send(
            "POST", where(page), an_outage(components={component.public_id: "major_outage"})
        ).status_code
        == 422
    )


def test_groups_hold_the_components_that_they_name(send: Sender, page: Page) -> None:
    one, other = a_component(page), a_component(page, "Search")
    made = send(
        "POST",
        where(page, "component-groups.json"),
        {"component_group": {"name": "Shop", "description": "All", "components": [one.public_id]}},
    )
    path = where(page, f"component-groups/{made.json()['id']}.json")
    changed = send("PUT", path, {"component_group": {"components": [other.public_id]}}).json()

    assert (made.status_code, made.json()["components"]) == (201, [one.public_id])
    assert changed["components"] == [other.public_id]
    assert changed["description"] == "All"
    assert send("DELETE", path).status_code == 200
    assert not ComponentGroup.objects.exists()
    assert Component.objects.count() == 2


def test_a_name_is_on_a_page_once(send: Sender, page: Page) -> None:
    a_component(page)
    a_group(page, "Shop")

    for path, body in (
        ("components.json", {"component": {"name": "Payments"}}),
        ("components.json", {"component": {"name": "Shop"}}),
        ("component-groups.json", {"component_group": {"name": "Payments"}}),
        ("components.json", {"component": {"name": ""}}),
        ("components.json", {"component": {}}),
        ("components.json", {"component": {"name": "x", "status": "full_outage"}}),
        ("components.json", {"component": {"name": "x", "group_id": "nobody"}}),
        ("components.json", {"component": {"name": "x", "start_date": "2030-01-01"}}),
        ("component-groups.json", {"component_group": {"name": "x", "components": ["nobody"]}}),
    ):
        assert send("POST", where(page, path), body).status_code == 422, body
    assert Component.objects.count() + ComponentGroup.objects.count() == 2


def test_what_is_of_another_page_is_out_of_reach(send: Sender, page: Page) -> None:
    other = a_page(slug="other", name="Other", is_default=False, team=ATeam())
    component, group = a_component(other), a_group(other, "Shop")

    assert send("PATCH", where(page, f"components/{component.public_id}.json"), {"component": {"status": "major_outage"}}).status_code == 404  # fmt: skip
    assert send("PATCH", where(other, f"components/{component.public_id}.json"), {"component": {"name": "x"}}).status_code == 403  # fmt: skip
    assert (
        send("DELETE", where(page, f"component-groups/{group.public_id}.json")).status_code == 404
    )
    assert send("DELETE", where(other, f"component-groups/{group.public_id}.json")).status_code == 403  # fmt: skip
    assert Component.objects.get().name == "Payments"
