"""Work on incidents, measured by what people did: efforts, and the time off that after-hours ones earn (R132). Pure.

Nobody types how long they worked. An effort runs from one deed to the next, as long as no rest between them is longer
than two hours; two incidents at once are one effort each, but the same minute earns time off once.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from oncall.rota.classes import classified
from oncall.rota.counted import MINUTE, whole
from oncall.rota.pay import PayPlan, rounded

LONGEST_REST = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Effort:
    """One person's work on one incident from the first to the last deed: whole minutes, UTC."""

    incident: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class TimeOff:
    """What an effort earns. ``after_hours``: minutes of it outside business hours, by the person's own clock."""

    effort: Effort
    plan: PayPlan
    after_hours: int
    minutes_off: int


def efforts(deeds: Iterable[tuple[int, datetime]]) -> list[Effort]:
    """Give the efforts of one person in order; ``deeds``: incident and instant of each."""
    found: list[Effort] = []
    running: dict[int, Effort] = {}
    for incident, at in sorted(deeds, key=lambda deed: (deed[1], deed[0])):
        last, minute = running.get(incident), whole(at)
        if last is not None and minute - last.ends_at <= LONGEST_REST:
            running[incident] = Effort(incident, last.starts_at, minute)
            continue
        found += [last] if last is not None else []
        running[incident] = Effort(incident, minute, minute)
    return sorted([*found, *running.values()], key=lambda one: (one.starts_at, one.incident))


def times_off(
    found: Iterable[Effort],
    zone: str,
    holidays: Callable[[Effort], Collection[date]],
    plan: Callable[[Effort], PayPlan | None],
) -> list[TimeOff]:
    """Give what one person's efforts (in order) earn; those that earn nothing are left out.

    ``holidays`` and ``plan``: whose local holidays count for an effort, and which plan, if any, is in force for it.
    """
    earned: list[TimeOff] = []
    edge: datetime | None = None
    for effort in found:
        said = plan(effort)
        if said is None or not said.time_off:
            continue
        start = max(effort.starts_at, edge or effort.starts_at)
        end = max(effort.ends_at, effort.starts_at + said.least_minutes * MINUTE)
        if start >= end:
            continue
        edge = end
        after = _after_hours(start, end, zone, holidays(effort))
        if after:
            off = rounded(after * Fraction(said.time_off), 0)
            earned.append(TimeOff(effort, said, after, int(off)))
    return earned


def _after_hours(start: datetime, end: datetime, zone: str, holidays: Collection[date]) -> int:
    lengths = classified(start, end, zone, holidays)
    return sum((length for kind, length in lengths.items() if kind != "business"), timedelta()) // MINUTE  # fmt: skip
