"""A component on several pages: one state, one ledger, a name and a place for each page."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from core.models import LateCall
from statuspage.actions import render_sharing, set_component
from statuspage.models import Component, Edition, Page, SharedComponent
from tests.factories import NINE, somebody
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import a_component, a_group, a_page, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def payments() -> Component:
    """Give a component of the default page that the page of a customer lists as well."""
    page = a_page()
    component = a_component(page, "Payments")
    other = a_page(name="Acme", slug="acme", is_default=False)
    a_component(other, "Search", position=2)
    group = a_group(other, "Money")
    SharedComponent.objects.create(
        page=other, component=component, name="Checkout", group=group, position=1
    )
    for row in (page, other):
        shown(row)
    LateCall.objects.all().delete()
    return component


def components(client: Client, root: str = "") -> list[tuple[str, str]]:
    """Return what a page lists, as programs read it."""
    told: list[dict[str, Any]] = client.get(f"{root}/api/v2/components.json").json()["components"]
    return [(one["name"], one["status"]) for one in told]


def test_it_has_a_name_a_group_and_a_place_on_each(client: Client, payments: Component) -> None:
    assert components(client) == [("Payments", "operational")]
    assert components(client, "/status/acme") == [
        ("Money", "operational"),
        ("Checkout", "operational"),
        ("Search", "operational"),
    ]
    answer = client.get(f"/status/acme/components/{payments.public_id}")
    assert answer.status_code == 200
    assert b"Checkout" in answer.content
    assert b"Payments" not in answer.content


def test_its_state_is_shown_on_both_and_the_other_page_follows(
    client: Client, payments: Component, timer: Timer
) -> None:
    client.get("/status/acme/")

    set_component(payments.public_id, "major_outage", by=somebody("Administrator"), at=NINE)

    call = LateCall.objects.get(fact="status_page.shown")
    assert call.object_id == Page.objects.get(slug="acme").pk
    render_sharing(call.object_id, NINE)
    timer.forward(1)
    assert components(client) == [("Payments", "major_outage")]
    assert ("Checkout", "major_outage") in components(client, "/status/acme")
    assert ("Money", "major_outage") in components(client, "/status/acme")


def test_nothing_is_promised_where_nothing_is_shared(payments: Component) -> None:
    other = a_component(a_page(name="Labs", slug="labs", is_default=False))

    set_component(other.public_id, "major_outage", by=somebody("Administrator"), at=NINE)

    assert not LateCall.objects.filter(fact="status_page.shown").exists()


def test_a_page_that_is_gone_meanwhile_is_no_trouble() -> None:
    render_sharing(12345, NINE)

    assert not Edition.objects.exists()


@pytest.mark.parametrize("wrong", ["own", "group"])
def test_what_cannot_be_shared_is_refused_in_words(payments: Component, wrong: str) -> None:
    other = Page.objects.get(slug="acme")
    mine = a_group(payments.page, "Mine")
    row = (
        SharedComponent(page=payments.page, component=payments)
        if wrong == "own"
        else SharedComponent(page=other, component=payments, group=mine)
    )

    with pytest.raises(ValidationError, match="its own" if wrong == "own" else "another page"):
        row.clean()
