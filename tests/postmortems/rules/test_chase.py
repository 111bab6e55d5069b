"""When somebody is reminded: the day before, a day after, three days after, then every week."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from incidents.playbook.learning import Actions
from postmortems.rules import chase

RULES = Actions(labels={})
DUE = date(2026, 12, 1)
OSLO = ZoneInfo("Europe/Oslo")


def at(month: int, day: int, hour: int = 8, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "step"),
    [
        (at(11, 29), None),
        (at(11, 30, 7, 59), None),
        (at(11, 30), "soon"),  # 09:00 in Oslo
        (at(12, 1), "soon"),
        (at(12, 2), "owner"),
        (at(12, 3), "owner"),
        (at(12, 4), "manager"),
        (at(12, 10), "manager"),
        (at(12, 11), "week-1"),
        (at(12, 18), "week-2"),
        (at(12, 31), "week-3"),
    ],
)
def test_the_newest_step_is_the_one_that_counts(moment, step):
    found = chase.latest(DUE, RULES, OSLO, at=moment)

    assert (found.name if found else None) == step


@pytest.mark.parametrize(
    ("moment", "following"),
    [
        (at(11, 1), at(11, 30)),
        (at(11, 30), at(12, 2)),
        (at(12, 2), at(12, 4)),
        (at(12, 4), at(12, 11)),
        (at(12, 11, 9), at(12, 18)),
    ],
)
def test_the_next_look_is_at_the_next_step(moment, following):
    assert chase.following(DUE, RULES, OSLO, at=moment) == following


def test_mornings_stay_mornings_when_the_clocks_change():
    due = date(2026, 10, 20)

    weeks = [chase.following(due, RULES, OSLO, at=at(10, day)) for day in (24, 31)]

    assert [week.astimezone(OSLO).hour for week in weeks] == [9, 9]


@pytest.mark.parametrize(
    ("step", "tells"), [("soon", False), ("owner", False), ("manager", True), ("week-3", True)]
)
def test_managers_hear_of_the_later_steps(step, tells):
    assert chase.Step(step, at(12, 1)).tells_managers is tells


def test_what_is_late_already_is_looked_at_at_once():
    assert chase.first_look(DUE, RULES, OSLO, at=at(12, 20)) == at(12, 20)


def test_what_is_due_tomorrow_is_not_announced_to_who_has_just_said_so():
    assert chase.first_look(DUE, RULES, OSLO, at=at(11, 30, 12)) == at(12, 2)
