"""One verb for many rows: asked first, each refusal with its reason, then all of them or none."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.actor import person
from core.models import User
from incidents import actions
from incidents.actions.bulk import do_all, seen_of
from incidents.actions.perform import Order
from incidents.models import Incident, TimelineEntry, TransitionLog
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AnIncident, AService, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/incident/"


@pytest.fixture
def rob() -> User:
    return AUser(username="rob", first_name="Rob")


@pytest.fixture
def browser(rob: User) -> Client:
    return scene.signed_in(rob)


def bulk(browser: Client, verb: str, *rows: Incident, **more: Any) -> Any:
    chosen = {"verb": verb, "row": [row.pk for row in rows], "back": "state=open", **more}
    return browser.post(f"{LIST}bulk/", chosen)


def sure(browser: Client, asked: Any, **typed: Any) -> Any:
    """Press the button of the page that asked, with what it holds."""
    page = asked.content.decode()
    held = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    told: dict[str, Any] = {"sure": "yes", **typed}
    for name, value in held:
        told.setdefault(name, []).append(value)
    return browser.post(f"{LIST}bulk/", told, follow=True)


def states(*rows: Incident) -> list[str]:
    return [Incident.objects.get(pk=row.pk).state for row in rows]


def text(reply: Any) -> str:
    return str(reply.content.decode()).replace("&#x27;", "'")


def test_the_first_press_changes_nothing_and_says_who_refuses_and_why(browser: Client) -> None:
    alone, over = AnIncident(title="Alone"), AnIncident(title="Was over", resolved=True)

    asked = bulk(browser, "resolve", alone, over)

    assert '<b class="bad">1 refuses</b>, 1 can.' in text(asked)
    assert "It is “Resolved”; there is no such step from there" in text(asked)
    assert "Resolve: only the 1 that can" in text(asked)
    assert 'aria-disabled="true"' in text(asked)
    assert states(alone, over) == ["detected", "resolved"]
    assert not TransitionLog.objects.exists()


def test_the_second_press_does_it_to_those_that_were_named_and_to_no_others(
    browser: Client,
) -> None:
    first, second, over = AnIncident(), AnIncident(), AnIncident(resolved=True)

    done = sure(browser, bulk(browser, "resolve", first, second, over))

    assert states(first, second) == ["resolved", "resolved"]
    assert f"INC-{first.pk}, INC-{second.pk} resolved at 09:00:00 UTC. 1 not touched." in text(done)
    assert done.redirect_chain[-1][0] == f"{LIST}?state=open"
    assert TransitionLog.objects.count() == 2


def test_when_one_has_changed_meanwhile_nothing_is_done_and_it_is_named(
    browser: Client, clock: Clock
) -> None:
    first, second = AnIncident(), AnIncident()
    asked = bulk(browser, "resolve", first, second)
    mara = AUser(first_name="Mara")
    actions.move(second.pk, "acknowledge", by=person(mara), at=clock.now)

    refused = sure(browser, asked)

    assert refused.status_code == 409
    assert f"INC-{second.pk} changed while you looked; nothing was done." in text(refused)
    assert states(first, second) == ["detected", "acknowledged"]
    assert sure(browser, refused).status_code == 200
    assert states(first, second) == ["resolved", "resolved"]


def test_acknowledging_what_nobody_has_is_one_press(browser: Client, rob: User) -> None:
    first, second = AnIncident(), AnIncident()

    bulk(browser, "acknowledge", first, second)

    assert states(first, second) == ["acknowledged", "acknowledged"]
    assert Incident.objects.get(pk=first.pk).acknowledged_by == rob


def test_acknowledging_what_somebody_has_asks_first(browser: Client) -> None:
    held = AnIncident(acknowledged=True, acknowledged_by=AUser(first_name="Mara"))
    alone = AnIncident()

    asked = bulk(browser, "acknowledge", alone, held)

    assert "Mara has it already" in text(asked)
    assert states(alone) == ["detected"]


def test_a_guard_that_blocks_refuses_with_its_words_and_one_that_warns_does_not(
    browser: Client, clock: Clock
) -> None:
    ada = person(AUser(group="Administrator"))
    strict = actions.declare(
        title="Strict", service=AService(playbook_slug="imag"), rank=1, by=ada, at=clock.now
    )
    lean = actions.declare(title="Lean", service=AService(), rank=1, by=ada, at=clock.now)

    asked = text(bulk(browser, "resolve", strict, lean))

    row = {
        name: part for name in ("Strict", "Lean") for part in asked.split("<tr>") if name in part
    }
    assert "refuses" in row["Strict"]
    assert "Commander" in row["Strict"]
    assert "can</span>" in row["Lean"]
    assert "required" in row["Lean"]


def test_a_severity_is_set_for_all_with_one_reason(browser: Client) -> None:
    first, second, over = AnIncident(rank=3), AnIncident(rank=2), AnIncident(rank=3, resolved=True)
    asked = bulk(browser, "change_severity", first, second, over)
    assert "It is over; its severity stays" in text(asked)

    missing = sure(browser, asked, rank="1", reason="")
    assert missing.status_code == 422
    sure(browser, asked, rank="1", reason="All regions are down")

    ranks = [Incident.objects.get(pk=row.pk).rank for row in (first, second, over)]
    assert ranks == [1, 1, 3]
    assert TimelineEntry.objects.filter(kind="severity", text__contains="All regions").count() == 2


def test_merging_leaves_the_one_that_the_others_go_into(browser: Client) -> None:
    survivor, first, second = AnIncident(), AnIncident(), AnIncident()
    asked = bulk(browser, "merge", survivor, first, second)

    sure(browser, asked, into=f"INC-{survivor.pk}")

    assert states(survivor, first, second) == ["detected", "merged", "merged"]


def test_what_they_are_merged_into_is_locked_with_them_in_one_order(rob: User) -> None:
    survivor, first, second = (AnIncident() for _ in range(3))
    seen = {row.pk: seen_of(row) for row in (first, second)}

    with CaptureQueriesContext(connection) as held:
        do_all(seen, Order("merge", into=survivor.pk), by=person(rob), at=NINE)

    of_several = [one["sql"] for one in held if " IN (" in one["sql"]]
    locked = next(sql for sql in of_several if 'FROM "incidents_incident"' in sql)
    assert all(str(row.pk) in locked.partition("WHERE")[2] for row in (survivor, first, second))
    assert states(survivor, first, second) == ["detected", "merged", "merged"]


@pytest.mark.parametrize("into", ["", "INC-99999", "x"])
def test_merging_into_nothing_does_nothing(browser: Client, into: str) -> None:
    first, second = AnIncident(), AnIncident()

    refused = sure(browser, bulk(browser, "merge", first, second), into=into)

    assert refused.status_code == 422
    assert states(first, second) == ["detected", "detected"]


def test_merging_into_what_is_over_is_all_or_nothing(browser: Client) -> None:
    over, first, second = AnIncident(resolved=True), AnIncident(), AnIncident()

    refused = sure(browser, bulk(browser, "merge", first, second), into=str(over.pk))

    assert refused.status_code == 409
    assert "is over; merge into a live incident." in text(refused)
    assert states(first, second) == ["detected", "detected"]


def test_a_viewer_s_press_is_refused() -> None:
    incident = AnIncident()

    assert bulk(scene.signed_in(AUser(group="Viewer")), "resolve", incident).status_code == 403
    assert states(incident) == ["detected"]


@pytest.mark.parametrize(
    "told",
    [
        {"verb": "delete", "row": ["1"]},
        {"verb": "resolve"},
        {"verb": "resolve", "row": ["x", "-1", "9" * 40, "٣"]},
        {"verb": "resolve", "row": [str(n) for n in range(1, 150)]},
        {"row": ["1"]},
    ],
)
def test_a_forged_form_leads_back_and_changes_nothing(
    browser: Client, told: dict[str, Any]
) -> None:
    incident = AnIncident()

    reply = browser.post(f"{LIST}bulk/", told)

    assert reply.status_code == 302
    assert reply["Location"].startswith(LIST)
    assert states(incident) == ["detected"]


def test_a_forged_way_back_stays_on_the_list(browser: Client) -> None:
    reply = bulk(browser, "resolve", back="//evil.example/\r\nSet-Cookie: a=b")

    assert reply["Location"] == f"{LIST}?//evil.example/Set-Cookie:%20a=b"


def test_unknown_numbers_are_told_and_the_rest_is_asked(browser: Client) -> None:
    incident = AnIncident()

    asked = browser.post(f"{LIST}bulk/", {"verb": "resolve", "row": [incident.pk, 999_999]})

    assert "1 number is not known" in text(asked)


def test_hostile_titles_are_text_on_the_page_that_asks(browser: Client) -> None:
    evil = AnIncident(title="<script>alert(1)</script>", resolved=True)

    assert "<script>alert" not in text(bulk(browser, "resolve", evil))


def test_thirty_rows_are_judged_with_the_statements_of_three(browser: Client) -> None:
    def cost(number: int) -> int:
        rows = [AnIncident(declared=True, rank=1) for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            assert bulk(browser, "resolve", *rows).status_code == 200
        return len(queries)

    cost(1)  # what a process reads once
    assert cost(3) == cost(30)
