"""The paging log: what became of each message, in words, and how late it was."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notify.models import Delivery
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LOG = "/admin/notify/delivery/"
HOUR = timedelta(hours=1)


@pytest.fixture
def browser() -> Client:
    return scene.signed_in(AUser())


def delivery(**changes: Any) -> Delivery:
    number = Delivery.objects.count()
    fields: dict[str, Any] = {
        "unique_key": f"test:{number}", "kind": "test", "object_id": number, "recipient": AUser(first_name="Leila"),
        "channel": "email", "address": "a@shop.example", "created_at": NINE, "not_before": NINE,
        "expires_at": NINE + HOUR,
    }  # fmt: skip
    return Delivery.objects.create(**fields | changes)


def sent(after_s: int = 0, proof: str = "250 OK", **changes: Any) -> Delivery:
    at = changes.get("not_before", NINE) + timedelta(seconds=after_s)
    return delivery(state="sent", sent_at=at, proof=proof, **changes)


def text(reply: Any) -> str:
    html: str = reply.content.decode()
    return html


def listed(browser: Client, query: str = "") -> set[int]:
    rows = browser.get(f"{LOG}{query}").context["cl"].result_list
    return {row.pk for row in rows}


def test_each_outcome_is_said_in_a_word(browser: Client) -> None:
    sent()
    sent(proof="")
    delivery(state="failed")
    delivery(state="expired")
    delivery(state="suppressed")
    delivery()

    html = text(browser.get(LOG))

    words = ("sent", "no proof", "failed", "failed: too late to send", "held back", "waits")
    assert all(f"</svg>&nbsp;{word}</span>" in html for word in words)


def test_a_chip_keeps_what_it_names_and_pressed_again_shows_all(browser: Client) -> None:
    prompt, late = sent(5), sent(6)
    unproven, failed = sent(proof=""), delivery(state="failed")
    held, waiting = delivery(state="suppressed"), delivery(not_before=NINE + HOUR / 2)

    found = {
        chip: listed(browser, f"?outcome={chip}")
        for chip in ("late", "no-proof", "failed", "held-back", "waiting")
    }

    assert found == {
        "late": {late.pk}, "no-proof": {unproven.pk}, "failed": {failed.pk}, "held-back": {held.pk},
        "waiting": {waiting.pk},
    }  # fmt: skip
    assert prompt.pk in listed(browser)
    assert '<a class="chip on" href="?" aria-current="true">Failed' in text(
        browser.get(f"{LOG}?outcome=failed")
    )


def test_what_waits_past_its_moment_is_late_too(browser: Client, clock: Clock) -> None:
    row = delivery(not_before=clock.now)
    clock.forward(seconds=12)

    assert listed(browser, "?outcome=late") == {row.pk}
    assert "&nbsp;12&nbsp;s</span>" in text(browser.get(LOG))


def test_the_log_begins_with_a_day_and_a_chip_drops_that(browser: Client, clock: Clock) -> None:
    old, new = sent(), None
    clock.forward(hours=25)
    new = sent(created_at=clock.now, not_before=clock.now, expires_at=clock.now + HOUR)

    assert listed(browser) == {new.pk}
    assert listed(browser, "?since=all") == {old.pk, new.pk}
    assert 'href="?since=all" aria-current="true">Last 24 h' in text(browser.get(LOG))


def test_a_quiet_day_says_so_instead_of_never(browser: Client, clock: Clock) -> None:
    sent()
    clock.forward(hours=25)

    html = text(browser.get(LOG))

    assert "Nothing was sent in the last 24 hours" in html
    assert 'href="?since=all">Show all time' in html


def test_the_sentence_counts_what_left_and_what_needs_a_look(browser: Client) -> None:
    sent()
    sent(proof="")
    delivery(state="failed")
    delivery()

    html = text(browser.get(LOG))

    assert "2 sent in the last hour, 1 failed." in html
    assert "1 message waits, 1 without proof of arrival in 24 h." in html


def test_a_page_leads_to_its_incident(browser: Client) -> None:
    scene.fill(scene.cast().team)
    row = Delivery.objects.get()
    number = scene.Page.objects.get().escalation.incident_id

    for page in (LOG, f"{LOG}{row.pk}/change/"):
        assert f'<a href="/admin/incidents/incident/{number}/">INC-{number}</a>' in text(
            browser.get(page)
        )


def test_without_the_app_that_asked_the_log_says_the_kind_alone(
    browser: Client, settings: Any
) -> None:
    settings.PROVIDERS = {}
    scene.fill(scene.cast().team)

    assert ">Page</td>" in text(browser.get(LOG))


def test_thirty_rows_cost_what_three_cost(browser: Client) -> None:
    team = scene.cast().team
    scene.fill(team, 3)
    few = _cost(browser)

    scene.fill(team, 27)

    assert _cost(browser) == few


def _cost(browser: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(LOG).status_code == 200
    return len(queries)
