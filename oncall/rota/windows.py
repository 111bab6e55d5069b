"""Weekly windows: when they are open in UTC, and which units of a rotation they touch."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from oncall.rota.civil import to_utc, to_wall
from oncall.rota.shapes import Window

WEEK = timedelta(weeks=1)

Span = tuple[datetime, datetime]


def monday_before(wall: datetime) -> datetime:
    """Give Monday 00:00 of the week of a naive local time."""
    return datetime.combine(wall.date() - timedelta(days=wall.weekday()), datetime.min.time())


@lru_cache(maxsize=1024)
def weekly_offsets(windows: tuple[Window, ...]) -> tuple[tuple[timedelta, timedelta], ...]:
    """Give each window as (start, end) after Monday 00:00, in order; empty ones are left out."""
    both = ((_offset(w.start_weekday, w), _offset(w.end_weekday, w, end=True)) for w in windows)
    return tuple(sorted((a, b if a < b else b + WEEK) for a, b in both if a != b))


def _offset(weekday: int, window: Window, *, end: bool = False) -> timedelta:
    at = window.end if end else window.start
    return timedelta(weekday, at.second, at.microsecond, minutes=at.minute, hours=at.hour)


def known_from(zone: str, at: datetime) -> datetime:
    """Give the instant from which ``open_spans(..., at)`` tells all: a week or two before ``at``."""
    return to_utc(monday_before(to_wall(at, zone)) - WEEK, zone)


def open_spans(windows: Sequence[Window], zone: str, at: datetime) -> Iterator[Span]:
    """Yield for ever, in order and without overlap, when the windows are open (UTC).

    The first ones lie up to two weeks before ``at``, so that a window in progress and the end of
    the one before it are known. Spans that touch stay apart: a week may be covered for ever.
    """
    monday = monday_before(to_wall(at, zone)) - WEEK
    offsets = weekly_offsets(tuple(windows))
    edge = known_from(zone, at)
    while offsets:
        for start, end in offsets:
            opens = max(edge, to_utc(monday + start, zone))
            closes = to_utc(monday + end, zone, last=True)
            if opens < closes:  # a spring change may swallow a window, another one may contain it
                yield opens, closes
                edge = closes
        monday += WEEK


class ActiveUnits(NamedTuple):
    """Which units of a week count: their numbers, and how many of them come before each unit."""

    numbers: tuple[int, ...]
    before: tuple[int, ...]

    def count_before(self, unit: int) -> int:
        """Count the active units among the first ``unit`` ones after the anchor."""
        weeks, rest = divmod(unit, len(self.before))
        return weeks * len(self.numbers) + self.before[rest]

    def nth(self, index: int) -> int:
        """Give the number, counted from the anchor, of an active unit."""
        weeks, rest = divmod(index, len(self.numbers))
        return weeks * len(self.before) + self.numbers[rest]


@lru_cache(maxsize=1024)
def active_units(anchor: datetime, unit: timedelta, windows: tuple[Window, ...]) -> ActiveUnits:
    """Tell which units of the week that begins at the naive ``anchor`` a window touches.

    Reckoned on the wall clock, which repeats every week; ``unit`` divides a week.
    """
    into_week = anchor - monday_before(anchor)
    offsets = weekly_offsets(windows)
    touched = [
        any(_meets(into_week + n * unit, unit, start, end) for start, end in offsets)
        for n in range(WEEK // unit)
    ]
    numbers = tuple(n for n, counts in enumerate(touched) if counts)
    return ActiveUnits(numbers, tuple(accumulate(touched[:-1], initial=0)))


def _meets(at: timedelta, unit: timedelta, start: timedelta, end: timedelta) -> bool:
    """Tell whether [at, at + unit) meets the weekly window [start, end), in any week."""
    return any(at < end + shift and start + shift < at + unit for shift in (-WEEK, 0 * WEEK, WEEK))
