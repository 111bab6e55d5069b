"""Every page: one document without script or inline style, in order for eyes, ears and programs."""

import re
import time
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from statuspage.look.render import (
    component_page,
    history_page,
    incident_page,
    not_found_page,
    status_page,
)
from statuspage.look.shape import Change, Group, Logo, Postmortem, Stage, Update
from tests.statuspage.look.happenings import CARDS, EBOOKS, ND, OP, PA, REPLACED, UPGRADE, at
from tests.statuspage.look.reader import read
from tests.statuspage.look.scenes import (
    EMPTY,
    MAJOR,
    NOVEMBER,
    OPEN_PAGE,
    OVER_PAGE,
    PARTIAL,
    PAYMENTS,
    QUIET,
    SITE,
    WORKING,
    component,
    many,
)

SHEET = Path("statuspage/static/statuspage/status.css").read_text(encoding="utf-8")
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
VILE = (
    Update(EVIL, Stage.IDENTIFIED, at("14:20"), EVIL, (Change(EVIL, OP, PA),)),
    Update("2", Stage.INVESTIGATING, at("14:10"), EVIL),
)
HOSTILE_INCIDENT = replace(
    EBOOKS, title=EVIL, url="javascript:alert(1)", advice=EVIL, summary=EVIL, updates=VILE,
    postmortem=Postmortem(EVIL, at("14:00")), atom="javascript:x",
    affected=tuple(replace(each, name=EVIL, group=EVIL) for each in EBOOKS.affected),
)  # fmt: skip
HOSTILE_OPEN = replace(HOSTILE_INCIDENT, ended_at=None, next_update_by=at("15:00"))
HOSTILE_SITE = replace(
    SITE,
    name=EVIL,
    logo=Logo("javascript:alert(1)", 26),
    links=replace(SITE.links, support="javascript:alert(1)", product=EVIL),
)
HOSTILE_WORK = replace(UPGRADE, title=EVIL, url="data:,x", affected=(EVIL,), note=EVIL)
HOSTILE_PAGE = replace(
    QUIET,
    site=HOSTILE_SITE,
    groups=(Group(EVIL, (component(EVIL, PA, (3, PA, 20), id_=EVIL),)),),
    open_incidents=(HOSTILE_OPEN,),
    past=(HOSTILE_INCIDENT,),
    maintenance_planned=(HOSTILE_WORK,),
    past_maintenance=(replace(REPLACED, title=EVIL, affected=(EVIL,)),),
)

PAGES = {
    "operational": lambda stale: status_page(QUIET, stale=stale),
    "partial": lambda stale: status_page(PARTIAL, stale=stale),
    "major": lambda stale: status_page(MAJOR, stale=stale),
    "maintenance": lambda stale: status_page(WORKING, stale=stale),
    "empty": lambda stale: status_page(EMPTY, stale=stale),
    "large": lambda stale: status_page(many(60, 3, busy=True), stale=stale),
    "open incident": lambda stale: incident_page(OPEN_PAGE, stale=stale),
    "past incident": lambda stale: incident_page(OVER_PAGE, stale=stale),
    "component": lambda stale: component_page(PAYMENTS, stale=stale),
    "month": lambda stale: history_page(NOVEMBER, stale=stale),
    "not found": lambda _stale: not_found_page(SITE),
    "hostile": lambda stale: status_page(HOSTILE_PAGE, stale=stale),
    "hostile incident": lambda stale: incident_page(
        replace(OPEN_PAGE, site=HOSTILE_SITE, incident=HOSTILE_OPEN), stale=stale
    ),
    "hostile past": lambda stale: incident_page(
        replace(OVER_PAGE, site=HOSTILE_SITE, incident=HOSTILE_INCIDENT), stale=stale
    ),
    "hostile component": lambda stale: component_page(
        replace(
            PAYMENTS,
            site=HOSTILE_SITE,
            component=HOSTILE_PAGE.groups[0].components[0],
            incident=HOSTILE_OPEN,
            description=EVIL,
        ),
        stale=stale,
    ),
    "hostile month": lambda stale: history_page(
        replace(NOVEMBER, site=HOSTILE_SITE, incidents=(HOSTILE_INCIDENT,)), stale=stale
    ),
}
every_page = pytest.mark.parametrize(
    ("name", "stale"), [(name, stale) for name in PAGES for stale in (False, True)]
)


@cache
def page_of(name, stale):
    return PAGES[name](stale)


@cache
def seen(name, stale):
    return read(page_of(name, stale))


@every_page
def test_the_policy_has_nothing_to_refuse(name, stale):
    page = seen(name, stale)

    for tag, attrs in page.elements:
        assert tag not in {"script", "style", "iframe", "form", "object", "base"}
        assert "style" not in attrs
        assert not any(key.startswith("on") for key in attrs)
        for key in ("href", "src", "srcset"):
            assert not re.match(r"\s*(javascript|data|//)", attrs.get(key, ""), re.IGNORECASE)
    assert "http-equiv" not in page_of(name, stale)


@every_page
def test_headings_go_down_one_level_at_a_time(name, stale):
    levels = [level for level, _ in seen(name, stale).headings]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


@every_page
def test_every_heading_says_something(name, stale):
    assert all(text.strip() for _, text in seen(name, stale).headings)


@every_page
def test_ids_are_unique_and_every_reference_has_its_target(name, stale):
    page = seen(name, stale)
    ids = page.attributes("id")
    wanted = [href[1:] for href in page.attributes("href") if href.startswith("#")]

    assert len(ids) == len(set(ids))
    assert {*wanted, *page.attributes("aria-labelledby")} <= set(ids)


@every_page
def test_every_page_has_its_landmarks_and_a_way_past_them(name, stale):
    page = seen(name, stale)
    tags = [tag for tag, _ in page.elements]

    assert all(tags.count(tag) == 1 for tag in ("header", "main", "footer", "h1", "title"))
    assert ("main", {"id": "m", "tabindex": "-1"}) in page.elements
    assert ("a", {"class": "skip", "href": "#m"}) in page.elements
    assert ("nav", {"aria-label": "Main"}) in page.elements


@every_page
def test_the_same_value_gives_the_same_bytes(name, stale):
    assert PAGES[name](stale).encode() == page_of(name, stale).encode()


@every_page
def test_no_link_leads_nowhere(name, stale):
    assert all(attrs.get("href") for tag, attrs in seen(name, stale).elements if tag == "a")


@every_page
def test_every_class_is_known_to_the_style_sheet(name, stale):
    used = set(" ".join(seen(name, stale).attributes("class")).split())
    plain = {"how", "me"}

    assert {name for name in used - plain if not re.search(rf"\.{name}\b", SHEET)} == set()


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("operational", "All systems operational | Northwind Books status"),
        ("partial", "Partial outage: Payments | Northwind Books status"),
        ("open incident", "Partial outage: Card payments failing for some customers | Northwind Books status"),
        ("past incident", "Resolved: E-book downloads unavailable | Northwind Books status"),
        ("component", "Partial outage: Payments | Northwind Books status"),
        ("month", "November 2026 | Northwind Books status"),
    ],
)  # fmt: skip
def test_the_title_says_the_state_first(name, title):
    assert f"<title>{title}</title>" in page_of(name, stale=False)


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        (
            "partial",
            [
                (1, "Partial outage in Payments"),
                (2, "Open incident"),
                (3, "Card payments failing for some customers"),
                (2, "Components"),
                *((3, group.name) for group in QUIET.groups),
                (2, "Planned maintenance"),
                (3, "Reader sync database upgrade"),
                (2, "Past 15 days"),
                (3, "Tue 17 to Fri 20 Nov"),
                (3, "Mon 16 Nov"),
                (4, "Slow recommendations"),
                (3, "Fri 13 to Sun 15 Nov"),
                (3, "Thu 12 Nov"),
                (4, "E-book downloads unavailable"),
                (3, "Sat 7 to Wed 11 Nov"),
                (2, "Follow"),
            ],
        ),
        (
            "past incident",
            [
                (1, "E-book downloads unavailable"),
                (2, "Postmortem"),
                (2, "Updates"),
                *((3, stage) for stage in ("Resolved", "Monitoring", "Identified", "Investigating")),
            ],
        ),
        ("component", [(1, "Payments"), (2, "Last 90 days"), (2, "By month"), (2, "Follow Payments")]),
        ("not found", [(1, "There is no page here")]),
    ],
)  # fmt: skip
def test_the_order_of_content_is_that_of_the_questions(name, headings):
    assert seen(name, stale=False).headings == headings


def test_maintenance_in_progress_stands_above_the_components_and_planned_below():
    titles = [text for level, text in seen("maintenance", stale=False).headings if level == 2]

    assert titles.index("Maintenance now") < titles.index("Components")
    assert titles.index("Components") < titles.index("Planned maintenance")


def test_the_footer_says_when_it_was_written_and_when_the_next_is_due():
    assert (
        "Written 14:52:07 UTC on 21 November 2026; a newer copy is due by 14:53:07 UTC. "
        "All times are UTC (+00:00). Northwind Books help · How uptime is computed · Runs on Watchbill"
    ) in seen("operational", stale=False).text


def test_a_zone_is_named_with_its_offset():
    page = status_page(replace(QUIET, site=replace(SITE, zone="Europe/Berlin")), stale=False)

    assert "All times are CET, Europe/Berlin (+01:00)." in read(page).text


def test_the_banner_says_as_of_when_and_how_to_get_newer():
    page = seen("operational", stale=False)

    assert "As of 14:52 UTC, Saturday 21 November 2026. Reload for the latest." in page.text
    assert "Open for 5 minutes." in page.text
    assert "animation:late 1s 300s forwards" in SHEET
    assert ".late{visibility:hidden" in SHEET


def test_there_is_one_tab_stop_for_a_strip_with_something_in_it_and_none_for_a_quiet_one():
    page = seen("operational", stale=False)
    strips = [attrs for tag, attrs in page.elements if attrs.get("class") == "b"]
    quiet = [s for s in strips if s["aria-label"].endswith("90 days without a problem")]

    maintained = 1  # planned work is no problem, and has its row in a table
    assert len(strips) == 14
    assert [tag for tag, _ in page.elements].count("summary") == 14 - len(quiet) + maintained


def test_a_page_above_forty_components_shows_one_row_a_group():
    page = seen("large", stale=False)

    assert "3 groups" in page.text
    assert "20 operational" in page.text
    groups = [text for level, text in page.headings if text.startswith("Country")]
    assert groups == ["Country 1", "Country 2", "Country 3"]


def test_forty_components_are_listed_one_by_one():
    assert "groups" not in read(status_page(many(40, 4, busy=False), stale=False)).text


def test_what_is_affected_stays_visible_below_its_folded_group():
    page = status_page(many(100, 5, busy=False), stale=False)
    country = page[page.index('<h3 class="n">Country 4') : page.index('<h3 class="n">Country 5')]
    visible = re.sub(
        r"</summary><ul.*</ul></details>(?=<div)", "</summary></details>", country, flags=re.DOTALL
    )

    assert "Partial outage, 2 of 20" in read(visible).text
    assert re.findall(r'<a class="n"[^>]*>([^<]+)', visible) == ["Payments", "Checkout"]
    assert len(re.findall(r'<a class="n"', country)) == 20


def test_an_empty_page_says_what_will_come():
    text = seen("empty", stale=False).text

    assert "None are listed yet. Incidents will appear here all the same." in text
    assert "Planned maintenance" not in text


def test_an_unmeasured_component_shows_no_history_and_no_figure():
    bare = replace(component("New"), days=None, uptime=None, state=ND)
    page = status_page(replace(EMPTY, groups=(Group("", (bare,)),)), stale=False)

    assert "90 days" not in page
    assert "%" not in read(page).text


def test_uptime_that_the_owner_hides_is_nowhere():
    hidden = tuple(
        replace(g, components=tuple(replace(c, uptime=None) for c in g.components))
        for g in QUIET.groups
    )
    text = read(status_page(replace(QUIET, groups=hidden), stale=False)).text

    assert "Uptime" not in text
    assert "uptime is computed" not in text


def test_the_owners_logo_has_a_plate_where_it_has_no_dark_one():
    plain, paired = (
        not_found_page(replace(SITE, logo=Logo("/logo.svg", 26, dark)))
        for dark in ("", "/logo-dark.svg")
    )

    assert 'class="plate"' in plain
    assert 'class="plate"' not in paired
    assert 'media="screen and (prefers-color-scheme:dark)"' in paired


def test_a_page_that_does_not_exist_says_nothing_of_the_state():
    text = seen("not found", stale=False).text

    assert "operational" not in text.lower()
    assert "Present status or history by month" in text


def test_an_open_incident_of_the_shop_is_marked_with_its_present_stage():
    assert page_of("open incident", stale=False).count('aria-current="step"') == 1
    assert 'aria-current="step"' not in page_of("past incident", stale=False)


def test_titles_of_incidents_lead_to_their_pages():
    assert f'<a href="{CARDS.url}">{CARDS.title}</a>' in page_of("partial", stale=False)


def test_a_long_run_of_spaces_costs_no_more_than_its_length() -> None:
    text = f"All{' ' * 200_000}well."
    update = replace(EBOOKS.updates[0], body=text)

    begun = time.monotonic()
    html = incident_page(
        replace(OVER_PAGE, incident=replace(EBOOKS, updates=(update,))), stale=False
    )

    assert "well." in html
    assert time.monotonic() - begun < 5  # a minute where each space looks for the end of the line
