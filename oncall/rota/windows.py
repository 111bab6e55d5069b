"""Weekly windows: when they are open in UTC, and which units of a rotation they touch."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from oncall.rota.civil import to_utc, to_wall
from oncall.rota.shapes import Rotation, Window

WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
UNITS = {"hour": timedelta(hours=1), "day": DAY, "week": WEEK}
FOREVER = datetime.max.replace(tzinfo=UTC)

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


def hours_of(rotation: Rotation, at: datetime) -> Iterator[Span]:
    """Yield, in order and without overlap, when a rotation with windows or holidays serves (UTC).

    Without windows it serves always; holidays are whole days of its zone, taken out or kept.
    It ends where the holidays do that it is bound to.
    """
    edge = known_from(rotation.zone, at)
    spans = (
        open_spans(rotation.windows, rotation.zone, at)
        if rotation.windows
        else iter([(edge, FOREVER)])
    )
    if rotation.holiday_effect == "none":
        return spans
    days = holiday_spans(rotation.holidays, rotation.zone)
    days = days[bisect_right([end for _, end in days], edge) :]
    return outside(spans, days) if rotation.holiday_effect == "off" else _within(spans, days)


@lru_cache(maxsize=256)
def holiday_spans(dates: tuple[date, ...], zone: str) -> tuple[Span, ...]:
    """Give whole local days as spans in UTC, in order, neighbours joined."""
    found: list[Span] = []
    for day in sorted(set(dates)):
        midnight = datetime.combine(day, datetime.min.time())
        start, end = to_utc(midnight, zone), to_utc(midnight + DAY, zone)
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], end)
        elif start < end:  # Apia never had 30 December 2011
            found.append((start, end))
    return tuple(found)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Give the time that spans, in any order, cover together: ordered, apart from each other."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def outside(spans: Iterable[Span], days: Sequence[Span]) -> Iterator[Span]:
    """Yield what of ordered spans lies outside other ordered spans."""
    place = 0
    for start, end in spans:
        while place < len(days) and days[place][1] <= start:
            place += 1
        edge = start
        for day in days[place:]:
            if day[0] >= end:
                break
            if edge < day[0]:
                yield edge, day[0]
            edge = day[1]
        if edge < end:
            yield edge, end


def _within(spans: Iterator[Span], days: Sequence[Span]) -> Iterator[Span]:
    place = 0
    for start, end in spans:
        while place < len(days) and days[place][1] <= start:
            place += 1
        if place == len(days):
            return
        for day in days[place:]:
            if day[0] >= end:
                break
            yield max(start, day[0]), min(end, day[1])


class ActiveUnits(NamedTuple):
    """Which units count: those of a week by number, how many come before each, and which rest.

    ``resting`` are ranks among the weekly active units after the anchor, in order: holidays.
    """

    numbers: tuple[int, ...]
    before: tuple[int, ...]
    resting: tuple[int, ...] = ()

    def count_before(self, unit: int) -> int:
        """Count the active units among the first ``unit`` ones after the anchor."""
        weeks, rest = divmod(unit, len(self.before))
        rank = weeks * len(self.numbers) + self.before[rest]
        return rank - bisect_left(self.resting, rank)

    def nth(self, index: int) -> int:
        """Give the number, counted from the anchor, of an active unit."""
        rank = index + bisect_right(range(len(self.resting)), index, key=self._worked_before)
        weeks, rest = divmod(rank, len(self.numbers))
        return weeks * len(self.before) + self.numbers[rest]

    def _worked_before(self, place: int) -> int:
        return self.resting[place] - place


def active_units(rotation: Rotation) -> ActiveUnits:
    """Tell which units of a rotation count in "active" mode, from its anchor on.

    A unit counts when a window touches it and, where holidays rest, it does not begin on one.
    Reckoned on the wall clock.
    """
    dates = rotation.holidays if rotation.holiday_effect == "off" else ()
    return _active(rotation.anchor, UNITS[rotation.unit], rotation.windows, dates)


@lru_cache(maxsize=1024)
def _active(
    anchor: datetime, unit: timedelta, windows: tuple[Window, ...], rests: tuple[date, ...]
) -> ActiveUnits:
    into_week = anchor - monday_before(anchor)
    offsets = weekly_offsets(windows)
    touched = [
        not windows or any(_meets(into_week + n * unit, unit, a, b) for a, b in offsets)
        for n in range(WEEK // unit)
    ]
    numbers = tuple(n for n, counts in enumerate(touched) if counts)
    weekly = ActiveUnits(numbers, tuple(accumulate(touched[:-1], initial=0)))
    resting = {
        weekly.count_before(number)
        for day in rests
        for number in _units_of(day, anchor, unit)
        if touched[number % len(touched)]
    }
    return weekly._replace(resting=tuple(sorted(resting)))


def _units_of(day: date, anchor: datetime, unit: timedelta) -> range:
    """Give the numbers of the units that begin on a local day, from the anchor on."""
    midnight = datetime.combine(day, datetime.min.time())
    first, last = -((anchor - midnight) // unit), -((anchor - midnight - DAY) // unit)
    return range(max(first, 0), max(last, 0))


def _meets(at: timedelta, unit: timedelta, start: timedelta, end: timedelta) -> bool:
    """Tell whether [at, at + unit) meets the weekly window [start, end), in any week."""
    return any(at < end + shift and start + shift < at + unit for shift in (-WEEK, 0 * WEEK, WEEK))
