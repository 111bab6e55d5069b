"""Where nobody is on call within a year although the schedule asks for it, why, and when the clock changes next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from oncall import rota
from oncall.admin.bars import Link, length, when
from oncall.admin.lanes import Known
from oncall.admin.people import People
from oncall.rota.civil import to_wall

AHEAD = timedelta(days=365)
SHOWN = 5
_ANYBODY = -1  # stands for whoever would fill a slot that is left empty
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hole:
    """One gap as told."""

    span: str
    why: str
    url: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The gaps of a year: how many, the first of them, and the next change of clocks."""

    asked: str
    number: int
    first: Sequence[Hole]
    clocks: str

    @property
    def left_out(self) -> int:
        """Return how many are not listed."""
        return self.number - len(self.first)


def coverage(known: Known, people: People, at: datetime, link: Link | None) -> Coverage:
    """Return what the panel of coverage tells."""
    row = known.schedule
    found = rota.gaps(known.plan, at, at + AHEAD, row.expected, row.zone)
    shown = [
        Hole(
            when(one.starts_at, one.ends_at, row.zone),
            f"{length(one.ends_at - one.starts_at)}, {_why(known, people, one.starts_at)}",
            link(one, None) if link else "",
        )
        for one in found[:SHOWN]
    ]
    asked = "24x7 asked" if row.expected is None else "business hours asked"
    return Coverage(asked, len(found), shown, _clocks(row.zone, found, at))


def _why(known: Known, people: People, at: datetime) -> str:
    """Say what left the gap: somebody taken out, somebody away, a slot without a person, or nothing at all."""
    plan = known.plan
    stays = replace(plan, overrides=tuple(one for one in plan.overrides if one.kind != "remove"))
    if taken := rota.on_call(stays, at):
        return f"{people.shorts(taken)} {_is(taken)} taken out"
    there = replace(plan, absences=())
    if away := rota.on_call(there, at):
        return f"{people.shorts(away)} {_is(away)} away, no cover"
    filled = tuple(
        replace(one, slots=tuple(slot or (_ANYBODY,) for slot in one.slots))
        for one in plan.rotations
    )
    if rota.on_call(replace(plan, rotations=filled), at):
        return "slot left empty"
    return "no layer serves then" if plan.rotations else "no layer yet"


def _is(users: rota.Users) -> str:
    return "is" if len(users) == 1 else "are"


def _clocks(zone: str, found: Sequence[rota.Segment], at: datetime) -> str:
    day = next_clock_change(zone, at)
    if day is None:
        return f"The clocks of {zone} don't change."
    touched = any(
        to_wall(one.starts_at, zone).date() <= day <= to_wall(one.ends_at, zone).date()
        for one in found
    )
    return (
        f"Next clock change: {day.day} {day:%B %Y}, {'a gap on that day' if touched else 'no gap'}."
    )


def next_clock_change(zone: str, at: datetime) -> date | None:
    """Return the local day on which the clocks of a zone change next, None where they don't within a year."""
    offset = _offset(zone, at)
    for number in range(1, 370):
        later = at + number * _DAY
        if _offset(zone, later) != offset:
            return _day_of_change(zone, later - _DAY, later)
    return None


def _day_of_change(zone: str, before: datetime, after: datetime) -> date:
    """Halve the stretch until the change lies within a minute."""
    offset = _offset(zone, before)
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        before, after = (before, middle) if _offset(zone, middle) != offset else (middle, after)
    return to_wall(after, zone).date()


def _offset(zone: str, at: datetime) -> timedelta:
    return to_wall(at, zone) - to_wall(at, "UTC")
