"""One incident as its page tells it: answers, stages, updates, and the record of promises."""

from dataclasses import replace
from datetime import date

import pytest

from statuspage.look.incidents import affected_words, incident_block, maintenance_block
from statuspage.look.render import component_page, incident_page
from statuspage.look.shape import Affected, Change, Incident, Promises, Stage, Update
from statuspage.look.times import Times
from statuspage.look.updates import latest_stage, steps, words
from tests.statuspage.look.happenings import (
    CARDS,
    DE,
    EBOOKS,
    MA,
    OP,
    PA,
    SLOW,
    UNREACHABLE,
    at,
)
from tests.statuspage.look.reader import read
from tests.statuspage.look.scenes import NOW, OPEN_PAGE, OVER_PAGE, PAYMENTS, SITE, WORKING

UTC = Times.of("UTC", NOW)


def answers(block):
    """Give each answer as (label, [(value, note, icon)])."""
    return [
        (
            answer.label,
            [
                (read(str(f.value)).text, read(str(f.note)).text.replace("\u00a0", " "), f.code)
                for f in answer.facts
            ],
        )
        for answer in block.answers
    ]


def shown(incident):
    return answers(incident_block(incident, NOW, UTC))


def test_four_answers_of_an_open_incident():
    assert shown(CARDS) == [
        (
            "Affected",
            [("Payments", "Partial outage", "pa"), ("Checkout", "Degraded performance", "de")],
        ),
        ("Since", [("14:05 UTC", "Saturday 21 November", "")]),
        ("Latest update", [("14:47 UTC", "Identified", "")]),
        ("Next update by", [("15:15 UTC", "3 updates, none late", "")]),
    ]


def test_a_promise_that_has_passed_says_so_with_the_icon_of_trouble():
    late = replace(CARDS, next_update_by=at("14:50"), promises=Promises(3, 1))

    assert shown(late)[-1] == ("Update was due", [("14:50 UTC", "3 updates, 1 late", "pa")])
    assert incident_block(late, NOW, UTC).answers[-1].late


def test_without_a_promise_there_is_no_cell_for_one():
    assert [label for label, _ in shown(replace(CARDS, next_update_by=None))] == [
        "Affected",
        "Since",
        "Latest update",
    ]


def test_the_record_of_promises_is_the_owners_choice():
    assert shown(replace(CARDS, promises=None))[-1] == ("Next update by", [("15:15 UTC", "", "")])


@pytest.mark.parametrize(
    ("affected", "lines"),
    [
        (UNREACHABLE.affected, ["9 components", "2 components"]),
        (
            (Affected("Card payments", PA, "France"), Affected("Card payments", PA, "Spain")),
            ["Card payments in France, Spain"],
        ),
        ((Affected("A", DE), Affected("B", DE), Affected("C", MA)), ["C", "A, B"]),
    ],
)
def test_many_components_are_counted_and_equal_names_joined(affected, lines):
    incident = replace(CARDS, affected=affected)

    values = [value for value, _, _ in shown(incident)[0][1]]

    if affected is UNREACHABLE.affected:
        assert values == ["9 components", "Recommendations, Account settings"]
    else:
        assert values == lines


def test_running_work_answers_when_it_ends():
    block = maintenance_block(WORKING.maintenance_now[0], NOW, UTC)

    assert answers(block) == [
        ("Affected", [("Reader sync and E-book downloads", "Under maintenance", "mt")]),
        ("Began", [("14:00 UTC", "as planned", "")]),
        ("Planned end", [("16:00 UTC", "1 h 08 min left at 14:52 UTC", "")]),
        ("Next update by", [("15:30 UTC", "", "")]),
    ]


def test_work_that_overruns_says_by_how_much():
    work = replace(WORKING.maintenance_now[0], ends_at=at("14:20"), began_at=at("14:10"))

    assert answers(maintenance_block(work, NOW, UTC))[1:3] == [
        ("Began", [("14:10 UTC", "10 min late", "")]),
        ("Planned end", [("14:20 UTC", "32 min over at 14:52 UTC", "")]),
    ]


def test_the_status_page_shows_the_newest_two_updates():
    block = incident_block(CARDS, NOW, UTC)

    assert [word.id for word in block.words] == ["u-3", "u-2"]
    assert block.more == "All 3 updates of this incident"
    assert incident_block(UNREACHABLE, NOW, UTC).more == ""


def test_an_update_says_what_it_changed():
    changes = [word.changes for word in words(EBOOKS.updates, UTC)]

    assert changes == [
        "Reader sync: partial outage to operational",
        "",
        "E-book downloads: major outage to operational",
        "E-book downloads: operational to major outage. Reader sync: operational to partial outage",
    ]


def test_a_change_of_many_names_the_first():
    first = words(UNREACHABLE.updates, UTC)[-1]

    assert first.changes == "Website and 8 others: operational to major outage"


def test_a_change_of_few_names_all():
    changes = tuple(Change(name, OP, PA) for name in ("A", "B", "C"))

    [word] = words((Update("1", Stage.IDENTIFIED, NOW, "x", changes),), UTC)

    assert word.changes == "A, B and C: operational to partial outage"


def test_an_update_of_another_day_names_the_day():
    assert read(words(SLOW.updates, UTC)[0].at).text == "Mon 16 Nov, 09:30 UTC"


@pytest.mark.parametrize(
    ("incident", "shown"),
    [
        (CARDS, [("14:11 UTC", "done"), ("14:26 UTC", "now"), ("not yet", ""), ("not yet", "")]),
        (SLOW, [("skipped", ""), ("skipped", ""), ("skipped", ""), ("Mon 16 Nov, 09:30 UTC", "done")]),
        (
            replace(CARDS, updates=()),
            [("skipped", ""), ("not yet", ""), ("not yet", ""), ("not yet", "")],
        ),
    ],
)  # fmt: skip
def test_stages_are_reached_skipped_or_not_yet(incident, shown):
    made = steps(incident, UTC)

    assert [(read(str(step.when)).text, step.kind) for step in made] == shown
    assert [step.name for step in made] == ["Investigating", "Identified", "Monitoring", "Resolved"]


def test_an_incident_without_a_word_yet_breaks_nothing():
    mute = replace(CARDS, updates=())

    assert latest_stage(mute) is Stage.INVESTIGATING
    assert "Latest update" not in incident_page(replace(OPEN_PAGE, incident=mute), stale=False)


@pytest.mark.parametrize(
    ("incident", "sentence"),
    [
        (
            CARDS,
            "Partial outage. 2 of 14 components affected since 14:05 UTC. Next update by 15:15 UTC.",
        ),
        (
            replace(CARDS, affected=(Affected("Payments", OP),)),
            "Began at 14:05 UTC. No component is affected any more. Next update by 15:15 UTC.",
        ),
        (replace(CARDS, affected=(), next_update_by=None), "Open since 14:05 UTC."),
        (EBOOKS, "Resolved. It lasted 1 h 24 min on 12 November 2026, from 20:31 to 21:55 UTC."),
        (
            replace(EBOOKS, ended_at=at("03:10", 13)),
            "Resolved. It lasted 6 h 39 min, from 12 November 2026, 20:31 UTC, to "
            "13 November 2026, 03:10 UTC.",
        ),
    ],
)
def test_an_incidents_page_says_where_it_stands(incident: Incident, sentence):
    assert sentence in read(incident_page(replace(OPEN_PAGE, incident=incident), stale=False)).text


def test_an_incident_that_is_over_answers_in_the_past():
    text = read(incident_page(OVER_PAGE, stale=False)).text

    assert "Began 20:31 UTC Thursday 12 November 2026" in text
    assert "Ended 21:55 UTC 1 h 24 min later" in text
    assert "Updates 4 none late" in text
    assert "Postmortem Published 14 November 2026" in text
    assert "As of" not in text
    assert (
        "What you can do"
        not in read(
            incident_page(replace(OVER_PAGE, incident=replace(EBOOKS, advice="wait")), stale=False)
        ).text
    )


def test_a_whole_time_is_not_said_twice():
    assert affected_words(EBOOKS).replace("\u00a0", " ") == (
        "E-book downloads: major outage (12 min). Reader sync: partial outage."
    )


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        (
            PAYMENTS,
            "Partial outage since 14:05 UTC. Next update by 15:15 UTC: Card payments failing for "
            "some customers. Card, bank transfer and gift card payments",
        ),
        (
            replace(PAYMENTS, incident=replace(CARDS, next_update_by=at("14:45"))),
            "An update was due by 14:45 UTC: Card payments failing",
        ),
        (
            replace(PAYMENTS, incident=replace(CARDS, next_update_by=None)),
            "Partial outage since 14:05 UTC. Incident: Card payments failing",
        ),
        (replace(PAYMENTS, incident=None), "Partial outage since 14:05 UTC. Card, bank"),
    ],
)
def test_a_components_page_says_how_it_is(page, sentence):
    assert sentence in read(component_page(page, stale=False)).text


def test_a_components_page_tells_its_days_and_months():
    text = read(component_page(PAYMENTS, stale=False)).text

    assert "Days that were not fully operational. On the 86 others Payments was." in text
    assert (
        "Sat 21 Nov Partial outage Card payments failing for some customers 47 min so far" in text
    )
    assert "November 2026, so far 99.95 % 1 incident, 47 min so far" in text
    assert "August 2026 100.00 % none" in text


def test_a_young_component_says_since_when_it_was_measured():
    young = replace(PAYMENTS, reports_since=date(2026, 10, 1))

    assert "Measured since 1 October 2026." in read(component_page(young, stale=False)).text
    assert "Measured since" not in read(component_page(PAYMENTS, stale=False)).text


def test_a_spotless_component_says_so_once():
    spotless = replace(WORKING.groups[1].components[3])

    text = read(component_page(replace(PAYMENTS, site=SITE, component=spotless), stale=False)).text

    assert "On all 90 days Order tracking was fully operational." in text
    assert "Worst state" not in text
