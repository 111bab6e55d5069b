"""A page that is too old says so, in numbers, and never passes for a present one."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from statuspage.look.freshness import sent_at
from statuspage.look.render import component_page, history_page, incident_page, status_page
from statuspage.look.shape import Affected, State
from tests.statuspage.look.happenings import CARDS, at
from tests.statuspage.look.reader import read
from tests.statuspage.look.scenes import (
    EMPTY,
    MAJOR,
    NOVEMBER,
    NOW,
    OPEN_PAGE,
    OVER_PAGE,
    PARTIAL,
    PAYMENTS,
    QUIET,
    SITE,
    WORKING,
    many,
)

OLD = replace(SITE, as_of=at("13:58"), written_at=at("13:58"), due_at=at("13:59"))
PAGES = {
    "quiet": status_page(replace(QUIET, site=OLD), stale=True),
    "partial": status_page(PARTIAL, stale=True),
    "major": status_page(MAJOR, stale=True),
    "maintenance": status_page(WORKING, stale=True),
    "empty": status_page(EMPTY, stale=True),
    "large": status_page(many(60, 3, busy=True), stale=True),
    "open incident": incident_page(OPEN_PAGE, stale=True),
    "past incident": incident_page(OVER_PAGE, stale=True),
    "component": component_page(PAYMENTS, stale=True),
    "month": history_page(NOVEMBER, stale=True),
}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_on_a_stale_page_has_the_look_of_what_works(name):
    page = read(PAGES[name])
    classes = " ".join(page.attributes("class")).split()

    assert "old" in classes
    assert not {"k-op", "t-op", "op"} & set(classes)
    assert "i-op" not in PAGES[name]


@pytest.mark.parametrize("name", PAGES)
def test_a_stale_page_says_nothing_of_the_present(name):
    text = read(PAGES[name]).text

    for words in (
        "All systems operational",
        "are operational",
        "is operational",
        "As of",
        "are working",
        "affected since",
        "so far",
        "for the latest",
    ):
        assert words not in text.replace("are working or not", "")
    assert not re.search(r"(?<!Was )\bOperational\b", text)
    assert "has had no news since" in text


def test_a_stale_page_says_how_things_were():
    page = read(PAGES["quiet"])

    assert page.headings[0] == (1, "Present status unknown")
    assert "no news since 13:58 UTC. Then, all 14 components were operational." in page.text
    assert page.text.count("Was operational") == 14
    assert "Last known state, 13:58 UTC" in page.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("partial", "Then, 2 of 14 components were affected: Payments (partial outage), Checkout (degraded performance)."),
        ("major", "Then, 11 of 14 components were affected."),
        ("maintenance", "Then, 2 of 14 components were under maintenance: E-book downloads (under maintenance), Reader sync (under maintenance)."),
        ("empty", "Then, no components were listed."),
        ("open incident", "Then, 2 of 14 components were affected: partial outage."),
        ("past incident", "Resolved. It lasted 1 h 24 min on 12 November 2026, from 20:31 to 21:55 UTC."),
        ("component", "Then, it was in partial outage."),
    ],
)  # fmt: skip
def test_the_past_tense_is_used_for_every_state(name, words):
    assert words in read(PAGES[name]).text


def test_the_answers_of_a_stale_incident_are_of_the_time_when_it_was_written():
    mended = replace(CARDS, affected=(*CARDS.affected, Affected("Search", State.OPERATIONAL)))
    html = incident_page(replace(OPEN_PAGE, incident=mended), stale=True)
    text = read(html).text

    assert "i-op" not in html
    for label in ("Affected then", "Began 14:05 UTC", "Latest known update 14:47 UTC"):
        assert label in text


def test_today_is_not_known_on_a_stale_page():
    page = read(PAGES["quiet"])

    latest = [path for path in page.attributes("d") if path.endswith("M712 31h8")]

    assert len(latest) == 14


def test_the_footer_says_that_no_newer_copy_came():
    assert (
        "Written 13:58:00 UTC on 21 November 2026; a newer copy was due by 13:59:00 UTC and did "
        "not come. All times are UTC (+00:00)."
    ) in read(PAGES["quiet"]).text


def test_other_ways_to_ask_are_offered():
    page = read(PAGES["quiet"])

    assert {"https://northwind.example/", "mailto:help@northwind.example"} <= set(
        page.attributes("href")
    )
    assert "Try Northwind Books itself: northwind.example" in page.text
    assert "Ask us: help@northwind.example" in page.text


@pytest.mark.parametrize(
    ("waited", "words"),
    [(54, "54 minutes"), (119, "119 minutes"), (120, "2 h"), (185, "3 h 05 min"), (1, "1 min")],
)
def test_whoever_sends_it_says_how_old_it_is(waited, words):
    moment = at("13:58") + timedelta(minutes=waited)

    page = read(sent_at(PAGES["quiet"], zone="UTC", as_of=at("13:58"), at=moment))

    assert f"13:58 UTC, {words} before it was sent to you. Then" in page.text
    assert f"Sent {moment:%H:%M} UTC, Saturday 21 November 2026. Reload to try again." in page.text


@pytest.mark.parametrize("name", PAGES)
def test_every_stale_page_takes_the_time_of_sending(name):
    assert "before it was sent to you" in sent_at(PAGES[name], zone="UTC", as_of=NOW, at=NOW)


def test_typed_text_cannot_take_the_place_of_the_age():
    hostile = replace(QUIET, site=replace(OLD, name="<!--age--> <!--sent-->"))
    page = sent_at(status_page(hostile, stale=True), zone="UTC", as_of=at("13:58"), at=NOW)

    assert read(page).text.count("before it was sent to you") == 1
    assert "&lt;!--age--&gt;" in page


def test_a_fresh_page_is_left_alone():
    fresh = status_page(QUIET, stale=False)

    assert sent_at(fresh, zone="UTC", as_of=NOW, at=NOW) == fresh
