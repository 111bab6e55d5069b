"""The proof of paging inside an incident's answer: one row per delivery, none of it by import."""

from datetime import timedelta
from typing import Any

import pytest

from notify.models import Delivery
from oncall.models import Escalation, Page
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, shelve_playbooks
from tests.factories import NINE, AnIncident, AUser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen(clock: Clock, db: None) -> None:
    shelve_playbooks()


@pytest.fixture
def caller() -> Caller:
    return a_caller("Viewer", "read")


def a_run() -> Escalation:
    run: Escalation = Escalation.objects.create(
        incident=AnIncident(), generation=1, steps=[], next_due_at=NINE, started_at=NINE
    )
    return run


def a_page(run: Escalation, username: str, **fields: Any) -> Page:
    page: Page = Page.objects.create(
        escalation=run, generation=1, cycle=0, step=0, user=AUser(username=username),
        created_at=NINE, why="on call by Primary", **fields,
    )  # fmt: skip
    return page


def a_delivery(page: Page, channel: str, **fields: Any) -> None:
    Delivery.objects.create(
        **{
            "unique_key": f"page:{page.pk}:{channel}", "kind": "page", "object_id": page.pk,
            "recipient": page.user, "channel": channel, "address": "secret@n.example", "created_at": NINE,
            "not_before": NINE, "expires_at": NINE + timedelta(hours=1), **fields,
        }
    )  # fmt: skip


def test_each_delivery_of_a_page_is_a_row(caller: Caller) -> None:
    run = a_run()
    page = a_page(run, "ana")
    a_delivery(page, "email", state="sent", sent_at=NINE + timedelta(seconds=2), proof="250 ok")
    a_delivery(page, "webhook", state="failed", error="404 not found")
    a_delivery(a_page(run, "bob"), "email")

    answer = caller.get(f"incidents/{run.incident_id}/")

    nine = "2026-11-23T09:00:00.000000Z"
    common = {"due_at": nine, "unsent_reason": None}
    assert answer.json()["pages"] == [
        {"person": "ana", "channel": "email", "state": "sent", "sent_at": "2026-11-23T09:00:02.000000Z", "error": None, **common},
        {"person": "ana", "channel": "webhook", "state": "failed", "sent_at": None, "error": "404 not found", **common},
        {"person": "bob", "channel": "email", "state": "pending", "sent_at": None, "error": None, **common},
    ]  # fmt: skip
    assert b"secret@" not in answer.content


def test_a_page_that_did_not_leave_says_why(caller: Caller) -> None:
    run = a_run()
    a_page(run, "ana", unsent_reason="has no verified address")

    (row,) = caller.get(f"incidents/{run.incident_id}/").json()["pages"]

    assert (row["person"], row["channel"], row["state"]) == ("ana", None, "unsent")
    assert (row["unsent_reason"], row["sent_at"]) == ("has no verified address", None)


def test_another_kind_of_message_is_no_page(caller: Caller) -> None:
    run = a_run()
    page = a_page(run, "ana")
    a_delivery(page, "email", kind="cleared")

    (row,) = caller.get(f"incidents/{run.incident_id}/").json()["pages"]

    assert row["channel"] is None


def test_the_list_counts_pages(caller: Caller) -> None:
    busy, quiet = a_run(), a_run()
    for name in ("ana", "bob"):
        a_page(busy, name)

    rows = {row["number"]: row["page_count"] for row in caller.get("incidents/").json()["results"]}

    assert rows == {busy.incident_id: 2, quiet.incident_id: 0}


@pytest.mark.parametrize("pages", [3, 30])
def test_many_pages_cost_what_few_do(
    caller: Caller, pages: int, django_assert_num_queries: Any
) -> None:
    run = a_run()
    for number in range(pages):
        a_delivery(a_page(run, f"p{number}"), "email")
    caller.get(f"incidents/{run.incident_id}/")

    with django_assert_num_queries(7):
        caller.get(f"incidents/{run.incident_id}/")
