"""When somebody is reminded of an action item (R239, AC-G10). Pure.

A step falls on 09:00 of a day in the zone of its owner: the day before the due date, then so long after it as
the playbook says, first to the owner, then to the managers too, and from then on every week.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import count, takewhile

from incidents.playbook.learning import Actions
from postmortems.rules.calendar import after

SOON, OWNER, MANAGER, WEEKLY = "soon", "owner", "manager", "week"
_MORNING = time(9)
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder: its name (unique for a due date) and its instant."""

    name: str
    at: datetime

    @property
    def tells_managers(self) -> bool:
        """Return whether the managers hear of it too."""
        return self.name == MANAGER or self.name.startswith(WEEKLY)


def latest(due_on: date, rules: Actions, zone: tzinfo, *, at: datetime) -> Step | None:
    """Return the newest step up to `at`; None before the first. After downtime it alone is sent."""
    weeks = takewhile(lambda step: step.at <= at, _weekly(due_on, rules, zone))
    found = [*(step for step in _fixed(due_on, rules, zone) if step.at <= at), *weeks]
    return max(found, key=lambda step: step.at, default=None)


def first_look(due_on: date, rules: Actions, zone: tzinfo, *, at: datetime) -> datetime:
    """Return when to look at an item that got this due date at `at`: at once where it is late already."""
    passed = latest(due_on, rules, zone, at=at)
    is_late = passed is not None and passed.name != SOON
    return at if is_late else following(due_on, rules, zone, at=at)


def following(due_on: date, rules: Actions, zone: tzinfo, *, at: datetime) -> datetime:
    """Return the instant of the first step after `at`."""
    return min(
        (step.at for step in _fixed(due_on, rules, zone) if step.at > at),
        default=next(step.at for step in _weekly(due_on, rules, zone) if step.at > at),
    )


def _fixed(due_on: date, rules: Actions, zone: tzinfo) -> list[Step]:
    due = datetime.combine(due_on, _MORNING, zone)
    return [
        Step(SOON, due - _DAY),
        Step(OWNER, after(due, rules.remind_owner_after)),
        Step(MANAGER, after(due, rules.remind_manager_after)),
    ]


def _weekly(due_on: date, rules: Actions, zone: tzinfo) -> Iterator[Step]:
    start = max(step.at for step in _fixed(due_on, rules, zone))
    return (Step(f"{WEEKLY}-{number}", start + number * _WEEK) for number in count(1))
