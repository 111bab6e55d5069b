"""Which class of hours an instant belongs to, in somebody's own zone, and how evenly a load is borne. Pure.

The classes share out all time without overlap: a holiday wins over a weekend, a weekend over the hour of the day.
Business is Monday to Friday, 09:00 to 17:00, as for a schedule's expectation; night is 22:00 to 07:00.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

from oncall.rota.civil import to_utc, to_wall, utc

HourClass = Literal["business", "evening", "night", "weekend", "holiday"]
CLASSES: tuple[HourClass, ...] = ("business", "evening", "night", "weekend", "holiday")
_WORKDAY: tuple[tuple[time, HourClass], ...] = (
    (time(0), "night"),
    (time(7), "evening"),
    (time(9), "business"),
    (time(17), "evening"),
    (time(22), "night"),
)
_DAY = timedelta(days=1)

Stretch = tuple[datetime, datetime, HourClass]


def stretches(
    start: datetime, end: datetime, zone: str, holidays: Collection[date] = ()
) -> Iterator[Stretch]:
    """Yield ``[start, end)`` (aware) cut by class, in order, without hole or overlap.

    ``holidays`` are local dates of ``zone``. Raises UnknownZone, ValueError for a naive bound.
    """
    start, end = utc(start), utc(end)
    day = to_wall(start, zone).date() - _DAY  # a clock set back at midnight shows the day before
    edge, said = start, CLASSES[0]
    while edge < end:
        for opens, kind in _edges(day, zone, holidays):
            if opens > edge:
                stop = min(opens, end)
                yield edge, stop, said
                edge = stop
            if edge >= end:
                return
            said = kind
        day += _DAY


def classified(
    start: datetime, end: datetime, zone: str, holidays: Collection[date] = ()
) -> dict[HourClass, timedelta]:
    """Give the length of each class within ``[start, end)``; classes without time are left out."""
    found: dict[HourClass, timedelta] = {}
    for opens, closes, kind in stretches(start, end, zone, holidays):
        found[kind] = found.get(kind, timedelta()) + closes - opens
    return found


def class_at(at: datetime, zone: str, holidays: Collection[date] = ()) -> HourClass:
    """Give the class of one instant."""
    return next(stretches(at, at + timedelta(microseconds=1), zone, holidays))[2]


def evenness(loads: Sequence[float]) -> float:
    """Give Jain's index: 1.0 when all bear the same, 1/n when one bears all; 1.0 for no load at all."""
    square = sum(load * load for load in loads)
    return sum(loads) ** 2 / (len(loads) * square) if square else 1.0


def _edges(
    day: date, zone: str, holidays: Collection[date]
) -> Iterator[tuple[datetime, HourClass]]:
    """Yield when each class of a local day begins (UTC)."""
    whole: HourClass | None = (
        "holiday" if day in holidays else "weekend" if day.weekday() > 4 else None
    )
    for clock, kind in _WORKDAY[:1] if whole else _WORKDAY:
        yield to_utc(datetime.combine(day, clock), zone), whole or kind
