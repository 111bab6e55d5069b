"""Hours by class in somebody's own zone: all time is shared out, once, whatever the clocks do (R132)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.rota import CLASSES, class_at, classified, evenness, stretches
from tests.oncall.rota.scenes import utc

ZONES = ["UTC", "Europe/Oslo", "Australia/Lord_Howe", "Asia/Beirut", "America/Santiago", "Pacific/Apia", "Pacific/Kiritimati", "America/Havana"]  # fmt: skip
HOUR = timedelta(hours=1)


def test_a_working_day_has_every_class_of_hours() -> None:
    found = classified(utc("2026-11-23T00:00"), utc("2026-11-24T00:00"), "UTC")

    assert found == {"night": 9 * HOUR, "evening": 7 * HOUR, "business": 8 * HOUR}


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-23T07:59", "evening"),  # 08:59 in Oslo
        ("2026-11-23T08:00", "business"),
        ("2026-11-23T15:59", "business"),
        ("2026-11-23T16:00", "evening"),
        ("2026-11-23T21:00", "night"),
        ("2026-11-23T06:00", "evening"),
        ("2026-11-27T23:00", "weekend"),  # Saturday in Oslo already
        ("2026-11-29T22:59", "weekend"),
        ("2026-11-29T23:00", "night"),
        ("2026-12-24T23:00", "holiday"),
        ("2026-12-25T22:59", "holiday"),
        ("2026-12-25T23:00", "holiday"),  # the 26th, a Saturday: a holiday wins
    ],
)
def test_the_class_is_that_of_the_persons_own_clock(at: str, said: str) -> None:
    days = {date(2026, 12, 25), date(2026, 12, 26)}

    assert class_at(utc(at), "Europe/Oslo", days) == said


def test_the_night_of_a_spring_change_is_an_hour_shorter() -> None:
    # New York, Saturday night to Sunday 8 March 2026: the weekend has 47 hours
    found = classified(utc("2026-03-07T05:00"), utc("2026-03-09T04:00"), "America/New_York")

    assert found == {"weekend": 47 * HOUR}


@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(utc("2011-12-25T00:00").replace(tzinfo=None), utc("2027-12-25T00:00").replace(tzinfo=None)),
    minutes=st.integers(1, 60 * 24 * 9),
    holidays=st.sets(st.dates(date(2011, 12, 20), date(2028, 1, 5)), max_size=3),
)  # fmt: skip
def test_no_minute_is_lost_or_counted_twice(zone, start, minutes, holidays) -> None:
    begin = utc(start.isoformat())
    end = begin + timedelta(minutes=minutes)

    found = list(stretches(begin, end, zone, holidays))

    assert (found[0][0], found[-1][1]) == (begin, end)
    assert all(one[1] == two[0] for one, two in pairwise(found))
    assert all(one[0] < one[1] and one[2] in CLASSES for one in found)
    assert sum(classified(begin, end, zone, holidays).values(), timedelta()) == end - begin


@pytest.mark.parametrize(
    ("loads", "index"),
    [([5, 5, 5, 5], 1.0), ([8, 0], 0.5), ([9, 0, 0], 1 / 3), ([0, 0], 1.0), ([], 1.0)],
)
def test_evenness_is_jains_index(loads: list[float], index: float) -> None:
    assert evenness(loads) == pytest.approx(index)
