"""The timeline on the incident's screen: filters, folds, pages, and what one press does to an entry."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.actor import person
from core.models import User
from incidents import actions
from incidents.admin.story_index import KINDS as LOOKS
from incidents.models import Incident, TimelineEntry
from incidents.rules.telling import KEY
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AnIncident, AUser
from tests.incidents.actions.scenes import an_incident_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/incident/"
KINDS = ("note", "page", "state", "escalation", "alert")


@pytest.fixture
def rob() -> User:
    return AUser(username="rob", first_name="Rob", group="Responder")


@pytest.fixture
def browser(rob: User) -> Client:
    return scene.signed_in(rob)


def page(browser: Client, incident: Incident, query: str = "") -> str:
    reply = browser.get(f"{LIST}{incident.pk}/{query}")
    assert reply.status_code == 200
    return reply.content.decode().replace("&#x27;", "'")


def press(browser: Client, incident: Incident, verb: str, **typed: Any) -> Any:
    return browser.post(f"{LIST}{incident.pk}/press/{verb}/", typed, follow=True)


def tell(
    incident: Incident, kind: str, text: str, at: datetime = NINE, **fields: Any
) -> TimelineEntry:
    entry: TimelineEntry = TimelineEntry.objects.create(
        **{
            "incident": incident, "kind": kind, "text": text, "happened_at": at, "recorded_at": at,
            "actor_kind": "engine", "actor_label": "Watchbill", **fields,
        }
    )  # fmt: skip
    return entry


def shown(html: str) -> list[str]:
    """Return the texts of the entries, the newest first."""
    return re.findall(r'<span class="said">(.*?)</span>', html, re.DOTALL)


def chips(html: str) -> dict[str, int]:
    found = re.findall(r'class="chip[^>]*>(\w+) (\d+)</a>', html)
    return {name: int(count) for name, count in found}


def test_entries_stand_newest_first_by_when_they_happened_not_by_when_they_were_written(
    browser: Client, clock: Clock, rob: User
) -> None:
    incident = AnIncident()
    clock.forward(hours=1)
    for text, minutes in (("second", 30), ("first", 10), ("third", 50)):
        happened = NINE + timedelta(minutes=minutes)
        actions.note(incident.pk, text, by=person(rob), at=clock.now, happened_at=happened)

    html = page(browser, incident)

    assert shown(html) == ["third", "second", "first"]
    assert html.count("recorded") >= 3


def test_the_key_view_folds_routine_entries_and_the_counts_tell_them_apart(browser: Client) -> None:
    incident, mara = AnIncident(), AUser()
    tell(incident, "note", "We look")
    for n in range(3):
        tell(incident, "page", f"Paged {n}", NINE + timedelta(seconds=n + 1))
    tell(incident, "update", "Public update 1", NINE + timedelta(seconds=9))
    tell(
        incident,
        "decision",
        "Roll back",
        NINE + timedelta(seconds=10),
        pinned_at=NINE,
        pinned_by=mara,
    )

    html = page(browser, incident)

    assert chips(html) == {"Key": 3, "Updates": 1, "Decisions": 1, "Pinned": 1, "Everything": 6}
    assert "3 routine entries" in html
    assert "Paged 2" in html
    assert html.index("Public update 1") < html.index("3 routine entries") < html.index("We look")


@pytest.mark.parametrize(
    ("show", "texts"),
    [
        ("updates", {"U"}),
        ("decisions", {"D", "H"}),
        ("pinned", {"P"}),
        ("all", {"U", "D", "H", "P", "N"}),
        ("nonsense", {"U", "D", "H", "P", "N"}),
    ],
)
def test_each_filter_shows_its_own(browser: Client, show: str, texts: set[str], rob: User) -> None:
    incident, by = AnIncident(), person(rob)
    tell(incident, "update", "U")
    actions.decide(incident.pk, "D", by=by, at=NINE)
    actions.suppose(incident.pk, "H", by=by, at=NINE)
    actions.note(incident.pk, "N", by=by, at=NINE)
    tell(incident, "page", "P", pinned_at=NINE, pinned_by=rob)

    html = page(browser, incident, f"?show={show}")

    assert {text for text in texts | {"U", "D", "H", "P", "N"} if _stands(html, text)} == texts


def _stands(html: str, text: str) -> bool:
    return f'<span class="said">{text}</span>' in html or f"<b>{text}</b>" in html


def test_taking_command_is_key_and_other_roles_are_routine(browser: Client, rob: User) -> None:
    incident = an_incident_in("investigating")
    actions.take_command(incident.pk, by=person(rob), at=NINE)
    actions.assign_role(incident.pk, "scribe", AUser(), by=person(rob), at=NINE)

    assert chips(page(browser, incident))["Key"] == 1


def test_fifty_stand_on_a_page_and_older_ones_are_a_link_away_without_a_hole(
    browser: Client,
) -> None:
    incident = AnIncident()
    for n in range(120):
        tell(incident, "note", f"n{n}", NINE + timedelta(seconds=n // 3))  # three at each instant

    seen: list[str] = []
    query = ""
    while True:
        html = page(browser, incident, query)
        seen += shown(html)
        older = re.search(r'rel="next" href="[^"]*?(\?[^"#]*)', html)
        if not older:
            break
        assert len(shown(html)) == 50
        query = older[1].replace("&amp;", "&")

    assert seen == [f"n{n}" for n in reversed(range(120))]


def test_several_days_are_named(browser: Client) -> None:
    incident = AnIncident()
    tell(incident, "note", "on Monday")
    tell(incident, "note", "on Sunday", NINE - timedelta(days=1))

    html = page(browser, incident)

    assert html.index("Monday 23 November 2026") < html.index("on Monday")
    assert html.index("on Monday") < html.index("Sunday 22 November 2026") < html.index("on Sunday")


def test_a_decision_shows_why_and_what_was_not_chosen(browser: Client) -> None:
    incident = AnIncident()

    press(browser, incident, "decide", chosen="Roll back", reason="Rehearsed", alternatives="Wait")

    html = page(browser, incident)
    assert re.search(
        r"<b>Decision:</b>.*?Roll back.*?Rehearsed.*?Not chosen: Wait", html, re.DOTALL
    )


def test_a_hypothesis_is_confirmed_by_one_press(browser: Client) -> None:
    incident = AnIncident()
    press(browser, incident, "suppose", text="The deploy did it")
    entry = incident.timeline.get(kind="hypothesis")
    assert 'data-action="confirm"' in page(browser, incident)

    press(browser, incident, "confirm", entry=str(entry.pk))

    html = page(browser, incident)
    assert re.search(r"t-green.*?confirmed.*?The deploy did it", html, re.DOTALL)
    assert 'data-action="reconsider"' in html
    assert 'data-action="confirm"' not in html


def test_pinning_is_one_press_and_says_when(browser: Client, clock: Clock) -> None:
    incident = AnIncident()
    entry = tell(incident, "page", "Paged Anna")
    clock.forward(minutes=3)

    press(browser, incident, "pin", entry=str(entry.pk))

    html = page(browser, incident, "?show=pinned")
    assert re.search(r'title="by Rob".*?pinned.*?09:03', html, re.DOTALL)
    press(browser, incident, "unpin", entry=str(entry.pk))
    assert incident.timeline.get().pinned_at is None


@pytest.mark.parametrize("verb", ["pin", "confirm", "correct"])
@pytest.mark.parametrize("entry", ["", "x", "999999", "9" * 40])
def test_an_entry_that_is_none_is_an_error_in_words(browser: Client, verb: str, entry: str) -> None:
    reply = press(browser, AnIncident(), verb, entry=entry, text="x")

    assert reply.status_code in (200, 404)
    assert "entry" in reply.content.decode()


def test_a_correction_keeps_the_first_text_one_link_away(browser: Client) -> None:
    incident = AnIncident()
    press(browser, incident, "note", text="Deploy began")
    entry = incident.timeline.get(kind="note")
    address = f"{LIST}{incident.pk}/entries/{entry.pk}/"
    form = browser.get(address).content.decode()
    assert 'value="2026-11-23T09:00:00"' in form

    press(
        browser, incident, "correct", entry=str(entry.pk), seen="0", text="Deploy ended", happened_at="",
    )  # fmt: skip

    html = page(browser, incident)
    assert shown(html)[0] == "Deploy ended"
    assert re.search(rf'{address}">changed .*?by Rob', html)
    assert "Deploy began" in browser.get(address).content.decode()


def test_a_correction_over_somebody_s_newer_one_shows_both_and_then_goes_through(
    browser: Client,
) -> None:
    incident = AnIncident()
    press(browser, incident, "note", text="A")
    entry = incident.timeline.get(kind="note")
    actions.correct(incident.pk, entry.pk, text="B", seen=0, by=person(AUser()), at=NINE)

    reply = press(browser, incident, "correct", entry=str(entry.pk), seen="0", text="C")

    html = reply.content.decode()
    assert reply.status_code == 422
    assert "It says now: “B”" in html
    assert "C</textarea>" in html
    again = re.search(r'name="seen" value="(\d+)"', html)
    assert again
    press(browser, incident, "correct", entry=str(entry.pk), seen=again[1], text="C")
    assert incident.timeline.get(kind="note").text == "C"


def test_an_overridden_guard_stands_in_the_story(browser: Client) -> None:
    incident = AnIncident()
    tell(incident, "state", "Resolved: done", data={
        "verb": "resolve", "from": "monitoring", "to": "resolved", "guards": [{"text": "1 alert is still firing."}],
    })  # fmt: skip

    html = page(browser, incident)

    assert re.search(r"<b>Watching → Resolved:</b>.*?done.*?In spite of: 1 alert", html, re.DOTALL)


def test_a_very_long_entry_is_cut_with_a_link_to_the_whole(browser: Client, rob: User) -> None:
    incident = AnIncident()
    actions.note(incident.pk, "x" * 20_000, by=person(rob), at=NINE)
    entry = incident.timeline.get()

    assert len(page(browser, incident)) < 60_000
    assert "x" * 20_000 in browser.get(f"{LIST}{incident.pk}/entries/{entry.pk}/").content.decode()


# What it costs


def many(incident: Incident, count: int) -> None:
    rows = [
        TimelineEntry(
            incident=incident, kind=KINDS[n % len(KINDS)], text=f"Something that happened, number {n}",
            happened_at=NINE + timedelta(seconds=n), recorded_at=NINE + timedelta(seconds=n),
            actor_kind="engine", actor_label="Watchbill",
        )
        for n in range(count)
    ]  # fmt: skip
    TimelineEntry.objects.bulk_create(rows)


def cost(browser: Client, incident: Incident, query: str = "") -> tuple[int, int]:
    page(browser, incident, query)  # the first request signs in and fills caches
    with CaptureQueriesContext(connection) as queries:
        html = page(browser, incident, query)
    return len(queries), len(html.encode())


@pytest.mark.parametrize("query", ["", "?show=all"])
def test_a_thousand_entries_cost_25_queries_and_150_kb_at_most(browser: Client, query: str) -> None:
    incident = an_incident_in("investigating", rank=1)
    many(incident, 1000)

    queries, size = cost(browser, incident, query)

    assert queries <= 25
    assert size <= 150_000


def test_three_rows_cost_as_many_queries_as_thirty(browser: Client) -> None:
    scenes = []
    for count in (3, 30):
        incident = an_incident_in("investigating", rank=1)
        many(incident, count)
        for _ in range(count):
            actions.suppose(incident.pk, "x", by=person(AUser()), at=NINE)
        scenes.append(incident)

    three, thirty = (cost(browser, incident)[0] for incident in scenes)

    assert three == thirty


def test_every_kind_that_tells_the_story_has_its_looks() -> None:
    assert LOOKS.keys() >= KEY
