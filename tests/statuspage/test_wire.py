"""Statuspage's public API v2, to the key and its order (areas/statuspage.md 2.2, 6.3)."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from statuspage.models import Component, Page
from tests.factories import NINE, AService
from tests.statuspage.scenes import (
    LONG_AGO,
    MINUTE,
    a_component,
    a_group,
    a_page,
    an_incident,
    shown,
    tell,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

PAGE = ["id", "name", "url", "time_zone", "updated_at"]
COMPONENT = [
    "id", "name", "status", "created_at", "updated_at", "position", "description", "showcase",
    "start_date", "group_id", "page_id", "group", "only_show_if_degraded",
]  # fmt: skip
INCIDENT = [
    "id", "name", "status", "created_at", "updated_at", "monitoring_at", "resolved_at", "impact",
    "shortlink", "started_at", "page_id", "incident_updates", "components", "reminder_intervals",
]  # fmt: skip
UPDATE = [
    "id", "status", "body", "incident_id", "created_at", "updated_at", "display_at",
    "affected_components", "deliver_notifications", "custom_tweet", "tweet_id",
]  # fmt: skip
AFFECTED = ["code", "name", "old_status", "new_status"]
DOCUMENTS = {
    "summary": ["page", "components", "incidents", "scheduled_maintenances", "status"],
    "status": ["page", "status"],
    "components": ["page", "components"],
    "incidents": ["page", "incidents"],
    "incidents/unresolved": ["page", "incidents"],
    "scheduled-maintenances": ["page", "scheduled_maintenances"],
    "scheduled-maintenances/upcoming": ["page", "scheduled_maintenances"],
    "scheduled-maintenances/active": ["page", "scheduled_maintenances"],
}
ID = re.compile(r"[a-z0-9]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)")


@pytest.fixture(autouse=True)
def _site(settings: LazySettings) -> None:
    settings.SITE_URL = "https://status.northwind.example"


@pytest.fixture
def page(shipped: None) -> Page:
    """Give a page with a group, two incidents, one of them over, and a component without a group."""
    page = a_page()
    service = AService()
    group = a_group(page, "Buying", position=2)
    payments = a_component(page, "Payments", group=group, service=service, description="Cards.")
    a_component(page, "Checkout", group=group, position=2)
    a_component(page, "Website", start_date=LONG_AGO.date(), shows_uptime=False)
    over, going_on = an_incident(service), an_incident(service)
    tell(over, components={payments.public_id: "major_outage"}, at=NINE - 60 * MINUTE)
    tell(over, "resolved", at=NINE - 30 * MINUTE)
    tell(going_on, components={payments.public_id: "partial_outage"}, at=NINE - 5 * MINUTE)
    tell(going_on, "identified", body="We know.", at=NINE)
    return page


def get(name: str) -> Any:
    return json.loads(Client().get(f"/api/v2/{name}.json").content)


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_its_keys_in_their_order_and_no_other_w1(name: str) -> None:
    document = get(name)

    assert list(document) == DOCUMENTS[name]
    assert list(document["page"]) == PAGE


@pytest.mark.usefixtures("page")
def test_every_object_has_its_keys_in_their_order_and_no_other_w1() -> None:
    document = get("summary")
    [incident] = document["incidents"]

    for row in document["components"]:
        assert list(row) == (COMPONENT if not row["group"] else [*COMPONENT, "components"])
    assert list(incident) == INCIDENT
    assert [list(row) for row in incident["components"]] == [COMPONENT]
    assert [list(row) for row in incident["incident_updates"]] == [UPDATE, UPDATE]
    assert list(incident["incident_updates"][-1]["affected_components"][0]) == AFFECTED
    assert list(document["status"]) == ["indicator", "description"]


@pytest.mark.usefixtures("page")
def test_every_value_has_its_type_w1() -> None:
    document = get("summary")

    assert document["page"]["url"] == "https://status.northwind.example"
    for row in document["components"]:
        assert ID.fullmatch(row["id"])
        assert (type(row["position"]), type(row["showcase"]), type(row["group"])) == (
            int,
            bool,
            bool,
        )
        assert row["description"] is None or row["description"]
        assert MOMENT.fullmatch(row["created_at"])
        assert row["start_date"] is None or re.fullmatch(r"\d{4}-\d\d-\d\d", row["start_date"])
    [incident] = document["incidents"]
    assert incident["shortlink"] == f"https://status.northwind.example/incidents/{incident['id']}"
    assert incident["reminder_intervals"] is None
    assert incident["resolved_at"] is None
    newest, oldest = incident["incident_updates"]
    assert (newest["status"], oldest["status"]) == ("identified", "investigating")
    assert newest["affected_components"] is None
    assert [newest[key] for key in UPDATE[-3:]] == [True, None, None]
    assert newest["incident_id"] == incident["id"]


@pytest.mark.usefixtures("page")
def test_which_incidents_stand_where() -> None:
    unresolved = [row["status"] for row in get("incidents/unresolved")["incidents"]]
    everything = [row["status"] for row in get("incidents")["incidents"]]

    assert unresolved == [row["status"] for row in get("summary")["incidents"]] == ["identified"]
    assert everything == ["identified", "resolved"]


@pytest.mark.usefixtures("page")
def test_a_resolved_incident_keeps_its_worst_impact_and_its_instants() -> None:
    over = get("incidents")["incidents"][1]

    assert (over["impact"], over["resolved_at"]) == ("critical", "2026-11-23T08:30:00.000Z")
    assert [row["status"] for row in over["components"]] == ["partial_outage"]  # how it does now


@pytest.mark.usefixtures("page")
def test_groups_and_children_interleave_by_position_and_a_group_is_its_worst_child() -> None:
    rows = get("components")["components"]
    [group] = [row for row in rows if row["group"]]
    children = [row for row in rows if row["group_id"] == group["id"]]

    assert [row["name"] for row in rows] == ["Payments", "Website", "Buying", "Checkout"]
    assert group["status"] == "partial_outage"
    assert group["components"] == [row["id"] for row in children]
    assert {row["name"]: row["showcase"] for row in rows} == {
        "Payments": True, "Checkout": True, "Website": False, "Buying": False,
    }  # fmt: skip


@pytest.mark.usefixtures("page")
def test_groups_count_for_nothing_in_the_one_line_i5() -> None:
    assert get("status")["status"] == {"indicator": "minor", "description": "Minor Service Outage"}


def test_an_instant_is_in_the_pages_zone_with_the_offset_then_in_force_w5() -> None:
    page = a_page(time_zone="America/Denver")
    summer = NINE - timedelta(days=120)
    a_component(page, created_at=summer, updated_at=NINE)
    shown(page)

    [row] = get("components")["components"]
    assert row["created_at"] == "2026-07-26T03:00:00.000-06:00"
    assert row["updated_at"] == "2026-11-23T02:00:00.000-07:00"


def test_an_empty_page_is_a_page() -> None:
    shown(a_page())

    document = get("summary")
    assert (document["components"], document["incidents"]) == ([], [])
    assert document["status"]["indicator"] == "none"


def test_a_group_without_components_has_an_empty_list() -> None:
    page = a_page()
    a_group(page, "Empty")
    shown(page)

    [row] = get("components")["components"]
    assert (row["components"], row["status"]) == ([], "operational")


def test_the_fifty_newest_incidents_are_listed_and_every_open_one() -> None:
    page = a_page()
    service = AService()
    payments = a_component(page, service=service)
    eldest = an_incident(service, opened_at=NINE - timedelta(days=9))
    tell(
        eldest, at=NINE - timedelta(days=9), components={payments.public_id: "degraded_performance"}
    )
    for number in range(51):
        tell(an_incident(service), "resolved", at=NINE + number * MINUTE)

    assert len(get("incidents")["incidents"]) == 50
    assert [row["status"] for row in get("summary")["incidents"]] == ["investigating"]


def test_a_component_left_out_of_the_page_while_it_works_is_in_the_api_with_its_flag(
    client: Client,
) -> None:
    page = a_page()
    hidden = a_component(page, "Backstage", only_show_if_degraded=True)
    shown(page)
    assert b"Backstage" not in client.get("/").content
    assert get("components")["components"][0]["only_show_if_degraded"] is True
    assert Component.objects.get() == hidden
