"""Recurring days against what python-dateutil says, and rules that would keep others busy for ever."""

from datetime import date, datetime, time, timedelta
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from oncall.rota.series import BadRule, days, rule_of

SINCE, UNTIL = date(2026, 11, 1), date(2027, 6, 1)
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def parts(text: str) -> dict[str, list[str]]:
    return {name: values.split(",") for name, _, values in (one.partition("=") for one in text.split(";"))}  # fmt: skip


def told(text: str, first: date = date(2026, 11, 2), since: date = SINCE, until: date = UNTIL) -> list[str]:  # fmt: skip
    return [f"{day:%m-%d}" for day in days(rule_of(parts(text)), first, since, until)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;COUNT=3", "11-02 11-09 11-16"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "11-27 12-25"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", "11-30 12-31 01-29"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "12-31 01-31 03-31 05-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;INTERVAL=2", "11-30 01-31 03-31 05-31"),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,25", "12-24 12-25"),
        ("FREQ=YEARLY;BYDAY=20MO", "05-17"),
        ("FREQ=DAILY;INTERVAL=60", "11-02 01-01 03-02 05-01"),
        ("freq=weekly;byday=tu,th;interval=8", "11-03 11-05 12-29 12-31 02-23 02-25 04-20 04-22"),
    ],
)
def test_it_gives_the_days_of_a_rule(rule: str, expected: str) -> None:
    assert " ".join(told(rule)) == expected


def test_only_days_since_are_given_and_all_are_counted() -> None:
    assert told("FREQ=DAILY;COUNT=5", since=date(2026, 11, 5)) == ["11-05", "11-06"]
    assert told("FREQ=DAILY", date(1970, 1, 1), date(2026, 12, 24), date(2026, 12, 26)) == ["12-24", "12-25"]  # fmt: skip


@st.composite
def rules(draw):
    """Rules as calendars have them; without what python-dateutil reads otherwise than the standard."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    found = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    names = ["BYDAY", "BYMONTH"] + ["BYMONTHDAY"] * (frequency != "WEEKLY")
    named = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    has_places = frequency in ("MONTHLY", "YEARLY") and "BYMONTHDAY" not in named
    place = draw(st.sampled_from(["1", "-1", "2", ""])) if has_places else ""
    several = {
        "BYDAY": st.sampled_from(WEEKDAYS).map(lambda day: place + day),
        "BYMONTH": st.integers(1, 12).map(str),
        "BYMONTHDAY": (st.integers(1, 31) | st.integers(-31, -1)).map(str),
    }
    for name in named:
        values = draw(st.lists(several[name], min_size=1, max_size=3, unique=True))
        found.append(f"{name}={','.join(values)}")
    if named and frequency != "WEEKLY" and draw(st.booleans()):
        found.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '2', '1,-1']))}")
    if draw(st.booleans()):
        found.append(f"COUNT={draw(st.integers(1, 40))}")
    return ";".join([*found, f"WKST={draw(st.sampled_from(WEEKDAYS))}"])


@settings(max_examples=25, deadline=None)
@given(rules(), st.integers(-900, 60))
def test_it_agrees_with_another_reading_of_the_standard(rule: str, days_before: int) -> None:
    first = SINCE + timedelta(days=days_before)
    assume(told(rule, first, first, first + timedelta(days=1500)))  # else theirs looks to year 9999
    theirs = (moment.date() for moment in rrulestr(rule, dtstart=datetime.combine(first, time())))

    found = [day for day in takewhile(lambda day: day < UNTIL, theirs) if day >= SINCE]

    assert told(rule, first) == [f"{day:%m-%d}" for day in found]


@pytest.mark.parametrize("rule", [
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31", "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", "FREQ=YEARLY;BYDAY=MO;BYSETPOS=366", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9",
])  # fmt: skip
def test_a_rule_that_matches_no_day_ends_at_the_window(rule: str) -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=SECONDLY", "more often"), ("FREQ=HOURLY;COUNT=3", "more often"), ("", "more often"),
        ("FREQ=DAILY,SECONDLY", "more often"), ("FREQ=DAILY;BYSECOND=1", "BYSECOND"), ("FREQ=YEARLY;BYWEEKNO=1", "BYWEEKNO"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL from 1"), ("FREQ=DAILY;INTERVAL=-1", "INTERVAL from 1"),
        ("FREQ=DAILY;INTERVAL=99999999999", "INTERVAL from 1"), ("FREQ=DAILY;COUNT=x", "COUNT from 1"),
        ("FREQ=WEEKLY;BYDAY=1MO", "first or a last"), ("FREQ=WEEKLY;BYDAY=XX", "such as MO"), ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=WEEKLY;WKST=", "such as MO"), ("FREQ=DAILY;COUNT=٣", "COUNT from 1"),
    ],
)  # fmt: skip
def test_what_is_no_rule_or_is_not_read_is_said(rule: str, words: str) -> None:
    with pytest.raises(BadRule, match=words):
        rule_of(parts(rule))


def test_who_counts_from_long_ago_is_refused() -> None:
    with pytest.raises(BadRule, match="five years"):
        told("FREQ=DAILY;COUNT=99999", first=date(1970, 1, 1))
