"""Instants, days and durations as the public reads them."""

from datetime import UTC, date, datetime

import pytest

from statuspage.look.times import Times, day_full, days_short, duration, lasted
from tests.statuspage.look.happenings import at
from tests.statuspage.look.reader import read

NBSP = "\u00a0"
UTC_DAY = Times.of("UTC", at("14:52"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under 1 min"),
        (59, "under 1 min"),
        (60, "1 min"),
        (47 * 60 + 59, "47 min"),
        (3600, "1 h"),
        (65 * 60, "1 h 05 min"),
        (84 * 60, "1 h 24 min"),
        (86399, "23 h 59 min"),
        (86400, "1 day"),
        (51 * 3600, "2 days 3 h"),
    ],
)
def test_a_duration_is_short_and_does_not_break(seconds, words):
    assert duration(seconds) == words.replace(" ", NBSP)


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        ("UTC", at("14:05"), "14:05 UTC"),
        ("UTC", at("20:31", 12), "Thu 12 Nov, 20:31 UTC"),
        ("UTC", datetime(2025, 11, 12, 20, 31, tzinfo=UTC), "Wed 12 Nov 2025, 20:31 UTC"),
        ("Europe/Berlin", at("23:30"), "Sun 22 Nov, 00:30 CET"),
        ("Europe/Berlin", at("12:00", 20, 7), "Mon 20 Jul, 14:00 CEST"),
        ("America/Sao_Paulo", at("14:05"), "11:05 UTC-03:00"),
        ("Asia/Kathmandu", at("14:05"), "19:50 UTC+05:45"),
    ],
)
def test_a_moment_names_its_zone_and_another_day(zone, moment, shown):
    words = Times.of(zone, at("14:52")).moment(moment)

    assert read(words).text == shown
    assert read(words).attributes("datetime") == [moment.strftime("%Y-%m-%dT%H:%MZ")]


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (at("02:00"), at("04:00"), "02:00 to 04:00 UTC"),
        (at("23:00"), at("03:00", 22), "23:00 to Sun 03:00 UTC"),
        (at("23:00", 1), at("03:00", 12), "Sun 1 Nov, 23:00 to Thu 12 Nov, 03:00 UTC"),
    ],
)
def test_a_range_names_its_zone_once(start, end, shown):
    assert read(UTC_DAY.range(start, end)).text == shown


def test_a_range_over_a_change_of_clocks_names_both():
    berlin = Times.of("Europe/Berlin", at("14:52", 25, 10))

    words = berlin.range(at("00:30", 25, 10), at("01:30", 25, 10))

    assert read(words).text == "02:30 CEST to 02:30 CET"


@pytest.mark.parametrize(
    ("first", "last", "weekday", "shown"),
    [
        (date(2026, 11, 17), date(2026, 11, 20), True, "Tue 17 to Fri 20 Nov"),
        (date(2026, 11, 17), date(2026, 11, 20), False, "17 to 20 Nov"),
        (date(2026, 10, 30), date(2026, 11, 2), True, "Fri 30 Oct to Mon 2 Nov"),
        (date(2026, 11, 16), date(2026, 11, 16), True, "Mon 16 Nov"),
    ],
)
def test_a_run_of_days_is_short(first, last, weekday, shown):
    assert read(days_short(first, last, weekday=weekday)).text == shown


def test_a_full_day_leaves_out_the_year_that_is_known():
    assert day_full(date(2026, 11, 21), year=2026) == "Saturday 21 November"
    assert day_full(date(2026, 11, 21)) == "Saturday 21 November 2026"


@pytest.mark.parametrize(("zone", "offset"), [("UTC", "+00:00"), ("America/St_Johns", "-03:30")])
def test_the_offset_is_written_in_full(zone, offset):
    assert Times.of(zone, at("14:52")).offset(at("14:52")) == offset


def test_how_long_it_lasted_agrees_with_the_minutes_that_are_shown():
    begin = at("02:35").replace(second=50)
    end = at("03:55").replace(second=10)

    assert read(UTC_DAY.range(begin, end)).text.replace(NBSP, " ") == "02:35 to 03:55 UTC"
    assert lasted(begin, end) == f"1{NBSP}h{NBSP}20{NBSP}min"
    assert lasted(begin, begin) == f"under{NBSP}1{NBSP}min"
