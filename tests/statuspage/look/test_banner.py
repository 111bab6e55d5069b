"""The first sentence of the page, case by case: who is hit, since when, when more is said."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from statuspage.look.banner import banner
from statuspage.look.components import is_large
from statuspage.look.shape import Affected, Group, PublicPage, Stage, Update
from statuspage.look.times import Times
from tests.statuspage.look.happenings import CARDS, DE, MA, MT, ND, OP, PA, at
from tests.statuspage.look.reader import read
from tests.statuspage.look.scenes import (
    EMPTY,
    MAJOR,
    NOW,
    PARTIAL,
    QUIET,
    SITE,
    WORKING,
    component,
    many,
    shop,
)

WATCHED = replace(
    CARDS,
    affected=(Affected("Payments", OP),),
    updates=(*CARDS.updates, Update("4", Stage.MONITORING, at("14:50"), "It works again.")),
)
LONE = replace(QUIET, groups=(Group("", (component("Shop"),)),), maintenance_planned=())
OVERRUN = replace(
    WORKING,
    maintenance_now=(
        replace(WORKING.maintenance_now[0], ends_at=at("14:30"), next_update_by=at("15:10")),
    ),
)


def said(page: PublicPage):
    return banner(page, Times.of(page.site.zone, page.site.as_of), large=is_large(page.groups))


def small(**states):
    """Give the shop without incident or plans, with some components ill."""
    return replace(QUIET, groups=shop(**states), maintenance_planned=())


CASES = [
    (
        "all fine",
        replace(QUIET, maintenance_planned=()),
        "op",
        "All systems operational",
        "All 14 components are working. The last incident ended on 16 November at 09:30 UTC.",
    ),
    (
        "all fine, work planned",
        QUIET,
        "op",
        "All systems operational",
        "All 14 components are working. The last incident ended on 16 November at 09:30 UTC. "
        "Next planned work: Reader sync, Sunday 22 November, 02:00 UTC.",
    ),
    (
        "a new page",
        replace(LONE, groups=shop(), last_ended_at=None, reports_since=date(2026, 11, 19)),
        "op",
        "All systems operational",
        "All 14 components are working. This page has reported since 19 November 2026.",
    ),
    (
        "one component",
        replace(LONE, last_ended_at=at("09:30", 16) - timedelta(days=365)),
        "op",
        "All systems operational",
        "The one component is working. The last incident ended on 16 November 2025 at 09:30 UTC.",
    ),
    (
        "one to three affected",
        PARTIAL,
        "pa",
        "Partial outage in Payments",
        "2 of 14 components affected since 14:05 UTC: Payments (partial outage), Checkout "
        "(degraded performance). Next update by 15:15 UTC.",
    ),
    (
        "more affected",
        MAJOR,
        "ma",
        "Major outage in 9 of 14 components",
        "11 of 14 components affected since 14:31 UTC: 9 major outage, 2 partial outage. "
        "3 are operational. Next update by 15:05 UTC.",
    ),
    (
        "affected, and no incident written yet",
        small(payments=DE),
        "de",
        "Degraded performance in Payments",
        "1 of 14 components affected since 14:05 UTC: Payments (degraded performance).",
    ),
    (
        "two in the worst state",
        small(payments=PA, search=PA, website=DE),
        "pa",
        "Partial outage in Search and Payments",
        "3 of 14 components affected since 14:05 UTC: Search (partial outage), Payments (partial "
        "outage), Website (degraded performance).",
    ),
    (
        "a whole group",
        small(sign_in=MA, account_settings=MA),
        "ma",
        "Major outage in Accounts",
        "2 of 14 components affected since 14:05 UTC: Sign-in (major outage), Account settings "
        "(major outage).",
    ),
    (
        "an outage beside planned work",
        small(payments=PA, search=MT),
        "pa",
        "Partial outage in Payments",
        "1 of 14 components affected since 14:05 UTC: Payments (partial outage). "
        "1 is under maintenance.",
    ),
    (
        "since another day",
        replace(
            PARTIAL,
            open_incidents=(replace(CARDS, started_at=at("23:40", 20)),),
        ),
        "pa",
        "Partial outage in Payments",
        "2 of 14 components affected since Fri 20 Nov, 23:40 UTC: Payments (partial outage), "
        "Checkout (degraded performance). Next update by 15:15 UTC.",
    ),
    (
        "a promise that has passed",
        replace(PARTIAL, open_incidents=(replace(CARDS, next_update_by=at("14:45")),)),
        "pa",
        "Partial outage in Payments",
        "2 of 14 components affected since 14:05 UTC: Payments (partial outage), Checkout "
        "(degraded performance). An update was due by 14:45 UTC.",
    ),
    (
        "maintenance",
        WORKING,
        "mt",
        "Planned maintenance in E-books",
        "2 of 14 components under maintenance from 14:00 to 16:00 UTC. 12 are operational.",
    ),
    (
        "maintenance over time",
        OVERRUN,
        "mt",
        "Planned maintenance in E-books",
        "2 of 14 components under maintenance since 14:00 UTC. Was to end at 14:30 UTC; still "
        "running. Next update by 15:10 UTC. 12 are operational.",
    ),
    (
        "no data",
        small(payments=ND),
        "un",
        "Unknown state in Payments",
        "1 of 14 components unknown since 14:05 UTC: Payments (unknown).",
    ),
    (
        "an incident that names nothing",
        replace(QUIET, open_incidents=(replace(CARDS, affected=()),)),
        "un",
        "Open incident: Card payments failing for some customers",
        "Since 14:05 UTC. No listed component is affected. Next update by 15:15 UTC.",
    ),
    (
        "mended and watched",
        replace(QUIET, open_incidents=(WATCHED,), maintenance_planned=()),
        "op",
        "All systems operational",
        "All 14 components are working. Still watched: Card payments failing for some customers. "
        "Next update by 15:15 UTC.",
    ),
    (
        "no components",
        EMPTY,
        "op",
        "No known problems",
        "No components are listed here yet, and no incident is open.",
    ),
    (
        "no components, an incident",
        replace(EMPTY, open_incidents=(CARDS, CARDS)),
        "pa",
        "2 open incidents",
        "Since 14:05 UTC. Next update by 15:15 UTC.",
    ),
    (
        "a page of groups",
        many(500, 25, busy=False),
        "pa",
        "Partial outage in Payments, Country 4 and Country 5",
        "4 of 500 components affected since 14:05 UTC, in 2 of 25 groups: Country 4 and Country 5. "
        "Next update by 15:15 UTC.",
    ),
]


@pytest.mark.parametrize(
    ("page", "code", "heading", "sentence"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_the_banner_says(page, code, heading, sentence):
    shown = said(page)

    assert (shown.code, shown.heading, read(shown.sentence).text) == (code, heading, sentence)


@pytest.mark.parametrize(
    ("page", "short"),
    [
        (small(checkout=DE), "Checkout is degraded; 1 of 14 components affected since 14:05 UTC."),
        (
            PARTIAL,
            "Payments has a partial outage; 2 of 14 components affected since 14:05 UTC.",
        ),
        (
            MAJOR,
            "9 of 14 components have a major outage; 11 of 14 components affected since 14:31 UTC.",
        ),
        (
            small(checkout=DE, search=DE),
            "Search and Checkout are degraded; 2 of 14 components affected since 14:05 UTC.",
        ),
        (WORKING, "E-books is under maintenance; 2 of 14 components under maintenance."),
        (small(search=ND), "Search has no data; 1 of 14 components unknown since 14:05 UTC."),
        (QUIET, "All systems operational. All 14 components are working."),
    ],
)
def test_the_short_form_says_it_in_one_line(page, short):
    assert said(page).short.replace("\u00a0", " ") == short


def test_the_tab_says_the_state_first():
    assert said(PARTIAL).title == "Partial outage: Payments"


def test_times_are_told_in_the_zone_of_the_page():
    site = replace(SITE, zone="Europe/Berlin")
    shown = said(replace(PARTIAL, site=site))

    assert "since 15:05 CET" in read(shown.sentence).text
    assert 'datetime="2026-11-21T14:05Z"' in shown.sentence


def test_not_one_of_the_sentences_blames_or_flatters():
    unwanted = ("apologi", "sorry", "issue", "experiencing", "asap", "soon", "some users")

    for case in CASES:
        assert not any(word in case[4].lower() for word in unwanted)


def test_the_page_is_never_greener_than_its_parts():
    for state in (DE, PA, MA, MT, ND):
        shown = said(small(payments=state))

        assert shown.code != "op"
        assert "All systems operational" not in shown.heading


def test_hostile_names_stay_text():
    page = replace(QUIET, groups=(Group("", (component("<b>x</b>", PA, since=NOW),)),))

    assert "<b>x" not in said(page).sentence
