"""Days gone by: quiet runs are one line, and no day is called free of incidents that was not."""

from dataclasses import replace
from datetime import date

import pytest

from statuspage.look.history import recent_rows
from statuspage.look.month import month_end, month_link, month_rows, month_strip, month_total
from statuspage.look.shape import Affected, MonthLink
from statuspage.look.times import Times
from tests.statuspage.look.happenings import CARDS, DE, EBOOKS, REPLACED, SLOW, UPGRADE, at
from tests.statuspage.look.reader import read
from tests.statuspage.look.scenes import EMPTY, NOVEMBER, NOW, PARTIAL, QUIET

UTC = Times.of("UTC", NOW)


def told(rows):
    """Give each row as (label, what it tells)."""
    return [
        (read(row.label).text, read(row.quiet).text or [entry.title for entry in row.entries])
        for row in rows
    ]


def recent(page):
    return told(recent_rows(page, UTC))


def month(page, *, stale=False):
    return told(month_rows(page, UTC, stale=stale))


def test_the_past_days_of_a_quiet_shop():
    assert recent(QUIET) == [
        ("Tue 17 to Sat 21 Nov", "No incidents."),
        ("Mon 16 Nov", ["Slow recommendations"]),
        ("Fri 13 to Sun 15 Nov", "No incidents."),
        ("Thu 12 Nov", ["E-book downloads unavailable"]),
        ("Sat 7 to Wed 11 Nov", "No incidents. Maintenance on 7 November ended on time."),
    ]


def test_the_day_of_an_open_incident_is_not_called_free():
    assert recent(PARTIAL)[0] == ("Tue 17 to Fri 20 Nov", "No incidents.")


def test_the_days_of_a_long_open_incident_are_not_called_free():
    page = replace(PARTIAL, open_incidents=(replace(CARDS, started_at=at("23:59", 18)),))

    assert recent(page)[0] == ("Tue 17 Nov", "No incidents.")


def test_a_night_without_end_is_told_on_every_day_that_it_reached():
    night = replace(SLOW, started_at=at("22:00", 16), ended_at=at("03:10", 18))
    rows = recent_rows(replace(QUIET, past=(night,)), UTC)

    assert told(rows)[:4] == [
        ("Thu 19 to Sat 21 Nov", "No incidents."),
        ("Wed 18 Nov", ["Slow recommendations"]),
        ("Tue 17 Nov", ["Slow recommendations"]),
        ("Mon 16 Nov", ["Slow recommendations"]),
    ]
    assert rows[1].entries[0].facts == "Went on since Mon 16 Nov."
    assert "22:00 to Wed 03:10" in read(rows[3].entries[0].facts).text


def test_what_began_before_the_first_day_is_told_in_full_on_the_first():
    older = replace(SLOW, started_at=at("22:00", 1), ended_at=at("03:10", 8))
    rows = recent_rows(replace(QUIET, past=(older,), past_maintenance=()), UTC)

    assert told(rows)[1:] == [
        ("Sun 8 Nov", ["Slow recommendations"]),
        ("Sat 7 Nov", ["Slow recommendations"]),
    ]
    assert read(rows[-1].entries[0].facts).text.startswith(
        "Sun 1 Nov, 22:00 to Sun 8 Nov, 03:10 UTC, 6 days 5 h."
    )


def test_maintenance_on_a_day_with_an_incident_is_told_there():
    work = replace(REPLACED, **{name: at("02:00", 12) for name in ("starts_at", "began_at")},
                   ends_at=at("04:00", 12), ended_at=at("04:35", 12))  # fmt: skip
    rows = recent_rows(replace(QUIET, past_maintenance=(work,)), UTC)
    [busy] = [row for row in rows if len(row.entries) == 2]

    assert [entry.title for entry in busy.entries] == [
        "E-book downloads unavailable",
        "Maintenance: sync servers replaced",
    ]
    assert busy.entries[1].text == "Completed 35\u00a0min late."


def test_a_new_page_says_since_when_it_reports():
    assert recent(EMPTY) == [
        ("Sat 7 to Sat 21 Nov", "No incidents. This page has reported since 19 November 2026.")
    ]


def test_days_are_days_of_the_page():
    late = replace(SLOW, started_at=at("23:30", 16), ended_at=at("23:50", 16))
    rows = recent_rows(
        replace(QUIET, past=(late,), site=replace(QUIET.site, zone="Europe/Berlin")),
        Times.of("Europe/Berlin", NOW),
    )

    assert ("Tue 17 Nov", ["Slow recommendations"]) in told(rows)


def test_an_entry_says_when_how_long_what_and_why():
    entry = recent_rows(QUIET, UTC)[3].entries[0]

    assert read(entry.facts).text == (
        "20:31 to 21:55 UTC, 1 h 24 min. E-book downloads: major outage (12 min). "
        "Reader sync: partial outage."
    )
    assert (
        read(entry.text).text == "An expired storage certificate was replaced. Read the postmortem."
    )
    assert read(entry.text).attributes("href") == ["/incidents/e1b0#postmortem"]


def test_a_month_has_its_open_incident_and_its_planned_work():
    assert month(NOVEMBER) == [
        ("Sat 21 Nov", ["Card payments failing for some customers"]),
        ("17 to 20 Nov", "No incidents."),
        ("Mon 16 Nov", ["Slow recommendations"]),
        ("13 to 15 Nov", "No incidents."),
        ("Thu 12 Nov", ["E-book downloads unavailable"]),
        ("8 to 11 Nov", "No incidents."),
        ("Sat 7 Nov", ["Maintenance: sync servers replaced"]),
        ("1 to 6 Nov", "No incidents."),
    ]


@pytest.mark.parametrize(("stale", "words"), [(False, "Open since"), (True, "Was open since")])
def test_an_open_incident_is_open_only_while_the_page_is_fresh(stale, words):
    entry = month_rows(NOVEMBER, UTC, stale=stale)[0].entries[0]

    assert read(entry.facts).text == (
        f"{words} 14:05 UTC. Payments: partial outage. Checkout: degraded performance."
    )
    assert read(entry.text).text.endswith("Next update by 15:15 UTC.")


def test_work_that_has_not_begun_is_not_history():
    page = replace(NOVEMBER, maintenances=(replace(UPGRADE, starts_at=at("02:00")),))

    assert "Maintenance" not in str(month(page))


def test_a_month_that_is_over_ends_with_its_last_day():
    october = replace(NOVEMBER, first=date(2026, 10, 1), incidents=(), maintenances=())

    assert month(october) == [("1 to 31 Oct", "No incidents.")]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            NOVEMBER,
            "3 incidents and 1 maintenance from 1 to 21 November. 2 h 29 min with at least one "
            "component affected.",
        ),
        (
            replace(NOVEMBER, incidents=(), maintenances=(), affected_seconds=0),
            "No incidents from 1 to 21 November.",
        ),
        (
            replace(
                NOVEMBER,
                incidents=(replace(EBOOKS, started_at=at("20:31", 31, 10)),),
                maintenances=(),
                affected_seconds=60,
            ),
            "1 incident from 1 to 21 November. 1 incident began before. 1 min with at least one "
            "component affected.",
        ),
        (
            replace(NOVEMBER, first=date(2026, 9, 1), reports_since=date(2026, 11, 19)),
            "This page has reported since 19 November 2026.",
        ),
    ],
)
def test_a_month_is_told_in_one_sentence(page, words):
    assert month_total(page, UTC).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (4, "October 2026: 4 incidents"),
        (1, "October 2026: 1 incident"),
        (0, "October 2026: none"),
        (None, "October 2026"),
    ],
)
def test_a_link_to_a_month_says_what_is_there(number, words):
    assert month_link(MonthLink(date(2026, 10, 1), "/history/2026-10", number)) == (
        words,
        "/history/2026-10",
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 2, 1), 28),
        (date(2028, 2, 1), 29),
        (date(2026, 11, 1), 30),
        (date(2026, 12, 1), 31),
    ],
)
def test_a_month_has_as_many_slots_as_days(first, last):
    assert month_end(first).day == last


def test_a_month_without_data_has_no_strip():
    assert month_strip(replace(NOVEMBER, days=None), UTC, stale=False) is None


def test_an_incident_that_ended_shows_the_worst_that_it_did():
    mended = replace(SLOW, affected=(Affected("Search", DE, seconds=300),))
    rows = recent_rows(replace(QUIET, past=(mended,)), UTC)

    assert "Search: degraded performance (5 min)." in read(rows[1].entries[0].facts).text
