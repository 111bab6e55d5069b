"""What is missing for being eligible (R136), in words."""

from datetime import date, timedelta
from typing import Any

import pytest

from oncall.rota import MARKS, Asked, Progress, lacking

TODAY = date(2026, 11, 23)
ALL = dict.fromkeys(MARKS, TODAY)
DONE = Progress(TODAY - timedelta(days=30), 2, ALL)


def progress(**changes: Any) -> Progress:
    return Progress(**{"onboarded_on": DONE.onboarded_on, "shadowed": 2, "marks": ALL, **changes})


def test_thirty_days_two_shifts_and_all_marks_are_enough():
    assert lacking(Asked(), DONE, TODAY) == {}
    assert lacking(Asked(), DONE, TODAY - timedelta(days=1)) != {}


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({"onboarded_on": None}, "onboarded", "No day is noted"),
        ({"onboarded_on": TODAY - timedelta(days=29)}, "onboarded", "Onboarded for 29 of 30 days."),
        ({"onboarded_on": TODAY}, "onboarded", "Onboarded for 0 of 30 days."),
        ({"onboarded_on": date(2026, 12, 1)}, "onboarded", "begins on 1 Dec 2026 only"),
        ({"shadowed": 1}, "shadowed", "Shadowed 1 of 2 shifts."),
        ({"marks": {**ALL, "training": date(2026, 11, 24)}}, "training", "training is not confirmed"),
        ({"marks": {"monitoring": TODAY, "training": TODAY}}, "access", "access is not confirmed"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_by_name(changes: dict[str, Any], name: str, said: str):
    found = lacking(Asked(), progress(**changes), TODAY)

    assert list(found) == [name]
    assert said in found[name]


def test_what_is_not_asked_is_not_missed():
    assert lacking(Asked(0, 0, frozenset()), Progress(), TODAY) == {}
    assert list(lacking(Asked(0, 3, frozenset({"access"})), DONE, TODAY)) == ["shadowed"]
    assert list(lacking(Asked(0, 0, frozenset({"access"})), Progress(), TODAY)) == ["access"]
