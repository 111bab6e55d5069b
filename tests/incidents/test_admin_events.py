"""What arrived: why did this (not) page, and how a quarantined event comes back."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from core.actor import person
from core.models import User
from incidents import actions
from incidents.actions.receive import Request
from incidents.models import Incident, PlaybookVersion, RawEvent, Source
from notify.models import KEPT, Delivery
from oncall.actions import advance
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import APolicy, AResponder, ASource, AUser
from tests.incidents.actions.scenes import an_alert, arrives, group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/rawevent/"


@pytest.fixture
def browser() -> Client:
    return scene.signed_in(AUser(group="Administrator"))


def text(reply: Any) -> str:
    return reply.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def arrive(source: Source, clock: Clock, **event: str) -> RawEvent:
    body = json.dumps(
        {"action": "trigger", "title": "Disk is full", "dedup_key": "d1", **event}
    ).encode()
    stored = actions.store(Request(source.pk, source.keys.get().pk, "generic", body), at=clock.now)
    return RawEvent.objects.get(pk=stored.event_id)


def chain(*names: str) -> list[User]:
    """Make the default policy page these people at once."""
    people = [AResponder(user__first_name=name).user for name in names]
    APolicy(default=True, steps=[(600, people)])
    return people


def becomes(state: str, clock: Clock) -> None:
    """Let every message come to this end."""
    is_sent = state in ("sent", "kept")
    Delivery.objects.update(
        state="sent" if is_sent else state,
        sent_at=clock.now if is_sent else None,
        proof={"sent": "250 ok", "kept": KEPT}.get(state, ""),
    )


def joins(source: Source, clock: Clock, fingerprint: str) -> RawEvent:
    """Let one more alert of the same group arrive and be digested."""
    body = group(an_alert("firing", fingerprint=fingerprint))
    event_id = arrives(source, body, at=clock.now).event_id
    actions.digest(clock.now)
    return RawEvent.objects.get(pk=event_id)


def page(browser: Client, event: RawEvent) -> str:
    return text(browser.get(f"{LIST}{event.pk}/change/"))


def test_what_waits_says_so(browser: Client, clock: Clock) -> None:
    assert "The engine has not taken it yet." in page(
        browser, arrive(ASource(format="generic"), clock)
    )


def test_what_paged_says_whom_it_belongs_to_and_when(browser: Client, clock: Clock) -> None:
    chain("Ines")
    event = arrive(ASource(format="generic"), clock)
    actions.digest(clock.now)
    advance(clock.forward(seconds=2))
    becomes("sent", clock)

    html = page(browser, event)

    assert "It paged Ines" in html
    assert "It went through all 8 stages." in html
    assert re.search(r">Open INC-\d+<", html)
    assert "09:00:02" in html


def test_one_unreadable_alert_of_a_group_takes_nothing_from_the_others(
    browser: Client, clock: Clock
) -> None:
    chain("Ines")
    source = ASource()
    body: dict[str, Any] = group(an_alert("firing"), an_alert("firing", fingerprint="b" * 16))
    body["alerts"].append(5)
    event = RawEvent.objects.get(pk=arrives(source, body, at=clock.now).event_id)
    actions.digest(clock.now)
    advance(clock.now)
    becomes("sent", clock)

    first, second, bad = (
        text(browser.get(f"{LIST}{event.pk}/change/?item={place}")) for place in range(3)
    )

    assert RawEvent.objects.get().verdict == "quarantined"
    assert "<h1>It paged Ines</h1>" in first
    assert "1 of them could not be read." in first
    assert "It opened INC-" in first
    assert "<h1>It paged Ines</h1>" in second
    assert "It joined INC-" in second
    assert "It could not be read; an incident says so. It paged Ines" in bad
    assert "object_required" in bad


def test_what_joins_a_held_incident_has_paged_nobody(browser: Client, clock: Clock) -> None:
    [ines] = chain("Ines")
    source = ASource()
    arrives(source, group(an_alert("firing")), at=clock.now)
    actions.digest(clock.now)
    advance(clock.now)
    becomes("sent", clock)
    clock.forward(minutes=1)
    running = joins(source, clock, "b" * 16)
    actions.move(Incident.objects.get().pk, "acknowledge", by=person(ines), at=clock.now)
    clock.forward(minutes=1)
    held = joins(source, clock, "c" * 16)

    assert "<h1>No page: it woke nobody more: the incident was being paged" in page(
        browser, running
    )
    html = page(browser, held)
    assert "<h1>No page: it woke nobody: the paging had stopped before it" in html
    assert "It paged" not in html


def test_of_events_that_were_taken_together_the_first_opened_the_incident(
    browser: Client, clock: Clock
) -> None:
    chain("Ines")
    source = ASource()
    first, second = (
        RawEvent.objects.get(
            pk=arrives(source, group(an_alert("firing", fingerprint=f)), at=clock.now).event_id
        )
        for f in ("a" * 16, "b" * 16)
    )
    actions.digest(clock.now)
    advance(clock.now)
    becomes("sent", clock)

    assert "It opened INC-" in page(browser, first)
    html = page(browser, second)
    assert "It joined INC-" in html
    assert "No page: it woke nobody more: an event before it" in html


@pytest.mark.parametrize(("state", "title"), [
    ("pending", "Not paged yet: the message to Ines waits"),
    ("failed", "No page: no message left"),
    ("suppressed", "No page: no message left"),
    ("expired", "No page: no message left"),
    ("kept", "No page: no message left"),
    ("sent", "It paged Ines"),
])  # fmt: skip
def test_only_what_left_has_paged(browser: Client, clock: Clock, state: str, title: str) -> None:
    chain("Ines")
    event = arrive(ASource(format="generic"), clock)
    actions.digest(clock.now)
    assert "<h1>Not paged yet: it is due</h1>" in page(browser, event)
    advance(clock.now)
    becomes(state, clock)

    assert f"<h1>{title}</h1>" in page(browser, event)


def test_what_was_of_severity_4_says_why_nobody_was_paged(browser: Client, clock: Clock) -> None:
    event = arrive(ASource(format="generic"), clock, severity="info")
    actions.digest(clock.now)

    html = page(browser, event)

    assert "No page: none was started: not paged: severity 4" in html
    assert "Stopped at stage 7 of 8, escalation." in html


def test_a_duplicate_says_so(browser: Client, clock: Clock) -> None:
    source = ASource(format="generic")
    arrive(source, clock)
    repeated = arrive(source, clock)
    actions.digest(clock.now)

    html = page(browser, repeated)
    assert RawEvent.objects.get(pk=repeated.pk).items[0]["verdict"] == "duplicate"
    assert "Stopped at stage 3 of 8, identity." in html
    assert "The same was sent before, so it changes nothing." in html


def test_an_end_says_that_an_end_pages_nobody(browser: Client, clock: Clock) -> None:
    source = ASource(format="generic")
    arrive(source, clock)
    actions.digest(clock.now)
    ended = arrive(source, clock, action="resolve")
    actions.digest(clock.forward(minutes=2))

    html = page(browser, ended)

    assert "An end pages nobody." in html
    assert "it ends the alert" in html
    assert "Did not page" not in html  # nothing is wrong


def test_a_change_says_that_a_change_pages_nobody(browser: Client, clock: Clock) -> None:
    source = ASource(format="pagerduty")
    change = {"payload": {"summary": "payments 4.18.2 deployed", "source": "deploy job"}}
    stored = arrives(source, change, at=clock.now, kind="pagerduty_change")
    actions.digest(clock.now)

    html = page(browser, RawEvent.objects.get(pk=stored.event_id))

    assert "No page: a change pages nobody" in html
    assert "Did not page" not in html
    assert "receipt" not in html
    assert "PagerDuty change event" in text(browser.get(LIST))


def test_severity_none_is_stopped_where_things_are_held_back(browser: Client, clock: Clock) -> None:
    event = arrive(ASource(format="generic"), clock, severity="none")
    actions.digest(clock.now)

    assert "Stopped at stage 5 of 8, held back." in page(browser, event)


def test_each_alert_of_a_batch_has_its_own_stages(browser: Client, clock: Clock) -> None:
    event = arrive(ASource(format="generic"), clock)
    actions.digest(clock.now)
    stored = RawEvent.objects.get(pk=event.pk)
    stored.items = [
        *stored.items,
        {"verdict": "stale", "reason": "older", "key": "b", "action": "trigger"},
    ]
    stored.save(update_fields=["items"])

    assert "In this event" in page(browser, event)
    assert "older than what is known" in text(browser.get(f"{LIST}{event.pk}/change/?item=1"))


@pytest.mark.parametrize(
    "query", ["item=99", "item=-1", "item=x", "item=9999999", "view=raw", "view=<b>"]
)
def test_odd_questions_never_break_the_page(browser: Client, clock: Clock, query: str) -> None:
    event = arrive(ASource(format="generic"), clock)
    actions.digest(clock.now)

    assert browser.get(f"{LIST}{event.pk}/change/?{query}").status_code == 200


def test_what_was_sent_is_inert_as_fields_and_raw(browser: Client, clock: Clock) -> None:
    event = arrive(ASource(format="generic"), clock, title="<script>alert(1)</script>")
    actions.digest(clock.now)

    for query in ("", "?view=raw"):
        assert "<script>alert" not in text(browser.get(f"{LIST}{event.pk}/change/{query}"))


def quarantined(clock: Clock) -> RawEvent:
    event = arrive(ASource(format="generic"), clock)
    RawEvent.objects.filter(pk=event.pk).update(
        verdict="quarantined",
        processed_at=clock.now,
        error="KeyError: 'x'",
        items=[{"verdict": "quarantined"}],
    )
    return event


def test_quarantined_events_are_named_above_the_list(browser: Client, clock: Clock) -> None:
    assert "No event is quarantined" in text(browser.get(LIST))

    quarantined(clock)

    assert (
        '<a href="/admin/incidents/rawevent/?verdict__exact=quarantined">1 quarantined</a>'
        in text(browser.get(LIST))
    )


def test_a_quarantined_event_is_replayed_by_a_press(browser: Client, clock: Clock) -> None:
    event = quarantined(clock)
    assert "KeyError" in page(browser, event)

    reply = browser.post(f"{LIST}{event.pk}/press/replay/", follow=True)
    actions.digest(clock.now)

    assert "The event is in line again" in text(reply)
    assert RawEvent.objects.get().verdict == "applied"


def test_only_a_quarantined_event_is_replayed(browser: Client, clock: Clock) -> None:
    event = arrive(ASource(format="generic"), clock)

    reply = browser.post(f"{LIST}{event.pk}/press/replay/", follow=True)

    assert "Only a quarantined event can be replayed." in text(reply)


def test_a_responder_can_t_replay(clock: Clock) -> None:
    event = quarantined(clock)

    reply = scene.signed_in(AUser()).post(f"{LIST}{event.pk}/press/replay/")

    assert reply.status_code == 403
    assert RawEvent.objects.get().verdict == "quarantined"


@pytest.mark.parametrize(("body", "shown"), [
    (b"\xff\xfe\x00<b>", "&lt;b&gt;"), (b"a" * 70_000, "… 4464 more bytes"), (b"", "0 bytes"),
])  # fmt: skip
def test_any_body_can_be_looked_at(browser: Client, clock: Clock, body: bytes, shown: str) -> None:
    event = arrive(ASource(format="generic"), clock)
    RawEvent.objects.update(body=body)

    assert shown in page(browser, event)


@pytest.mark.parametrize(
    "items", [[], ["text"], [{"verdict": "applied", "incident": 99, "alert": 99}], [{}]]
)
def test_odd_items_never_break_the_page(browser: Client, clock: Clock, items: list[Any]) -> None:
    event = arrive(ASource(format="generic"), clock)
    RawEvent.objects.update(items=items, verdict="applied", processed_at=clock.now)

    assert browser.get(f"{LIST}{event.pk}/change/").status_code == 200


def test_the_playbook_is_shown_as_its_document(browser: Client) -> None:
    from_list = text(browser.get("/admin/incidents/playbookversion/"))
    assert "standard" in from_list

    version = PlaybookVersion.objects.get(slug="standard")
    html = text(browser.get(f"/admin/incidents/playbookversion/{version.pk}/change/"))

    assert "severities:" in html
