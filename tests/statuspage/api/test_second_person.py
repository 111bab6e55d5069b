"""Doors that write to a page which asks for a second person: Statuspage's own API, and planned work."""

from typing import Any

import pytest

from statuspage.models import Component, Maintenance, Page, Proposal, PublicIncident, PublicUpdate
from tests.factories import AService
from tests.statuspage.api.drop_in import Sender, an_outage, where
from tests.statuspage.api.test_proposals import calling
from tests.statuspage.scenes import a_component

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
WHY = "Nobody else answers and the disk fails."
WORK = {
    "name": "Moving the database",
    "scheduled_for": "2026-11-24T02:00:00Z",
    "scheduled_until": "2026-11-24T03:00:00Z",
    "body": "Payments will pause.",
}


@pytest.fixture
def second(page: Page) -> Page:
    """Give the page, asking for a second person."""
    Page.objects.update(needs_second=True)
    page.needs_second = True
    return page


@pytest.fixture
def payments(second: Page) -> Component:
    """Give a component of it."""
    return a_component(second, service=AService())


@pytest.mark.parametrize("body", [an_outage(), {"incident": {**WORK, "status": "scheduled"}}])
def test_a_program_of_a_responder_is_told_what_to_do(second: Page, body: Any) -> None:
    answer = Sender()("POST", where(second), body)

    assert answer.status_code == 422
    [said] = answer.json()["error"]
    for words in ("/api/v1/public-proposals/", "a token of somebody who manages the page's team"):
        assert words in said
    assert not PublicIncident.objects.exists()
    assert not Maintenance.objects.exists()


def test_a_program_of_who_could_take_the_rule_away_passes(second: Page, send: Sender) -> None:
    made = send("POST", where(second), an_outage())
    known = where(second, f"incidents/{made.json()['id']}.json")

    assert made.status_code == 201
    answer = send("PATCH", known, {"incident": {"status": "identified", "body": "Known."}})
    assert answer.status_code == 200
    refused = Sender()("PATCH", known, {"incident": {"name": "Else"}})
    assert refused.status_code == 422
    assert PublicUpdate.objects.count() == 2


def test_its_maintenance_keeps_why_nobody_was_asked(second: Page, send: Sender) -> None:
    made = send("POST", where(second), {"incident": {**WORK, "status": "scheduled"}})
    known = where(second, f"incidents/{made.json()['id']}.json")
    send("PATCH", known, {"incident": {"status": "in_progress", "body": "Going."}})

    rows = Maintenance.objects.get().updates.values_list("alone_because", flat=True)
    assert [text.split(" of ")[0] for text in rows] == ["a program", "a program"]
    words = {"incident": {"status": "completed", "body": "Done."}}
    assert Sender()("PATCH", known, words).status_code == 422
    assert Sender()("PATCH", known, {"incident": {"status": "completed"}}).status_code == 200


def test_a_token_that_may_not_edit_the_page_does_not_borrow_its_holders_right(
    second: Page,
) -> None:
    reading = Sender(scope="read", manages=second.team)

    assert reading("POST", where(second), an_outage()).status_code == 403


def test_planned_work_is_proposed_approved_or_said_with_a_reason(payments: Component) -> None:
    ana, bea = calling("ana"), calling("bea")
    refused = ana("POST", "/api/v1/status-maintenances/", WORK)
    assert (refused.status_code, refused.json()["code"]) == (409, "second_needed")

    made = ana("POST", "/api/v1/status-maintenance-proposals/", WORK)
    told = made.json()
    assert (made.status_code, told["act"], told["maintenance"]) == (201, "plan", None)
    assert made["Location"].endswith(f"/api/v1/public-proposals/{told['id']}/")
    assert not Maintenance.objects.exists()
    approved = bea("POST", f"/api/v1/public-proposals/{told['id']}/approve/").json()

    work = Maintenance.objects.get()
    assert (approved["status"], approved["maintenance"]) == ("approved", work.public_id)
    address = f"/api/v1/status-maintenances/{work.public_id}/"
    for method, path, body in (
        ("PATCH", address, {"advice": "Wait."}),
        ("POST", f"{address}updates/", {"body": "Ready."}),
        ("POST", f"{address}begin/", {"body": "Go."}),
    ):
        assert ana(method, path, body).json()["code"] == "second_needed"
        assert ana(method, path, {**body, "alone_because": WHY}).status_code in (200, 201)
    assert ana("POST", f"{address}complete/").status_code == 200


def test_a_page_that_asks_for_nobody_takes_no_proposal_of_work(payments: Component) -> None:
    Page.objects.update(needs_second=False)

    answer = calling("ana")("POST", "/api/v1/status-maintenance-proposals/", WORK)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_possible")
    assert not Proposal.objects.exists()
