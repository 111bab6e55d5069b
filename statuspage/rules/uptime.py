"""Uptime and days, from intervals of states: the one arithmetic of the page (areas/statuspage.md 6.1). Pure.

Time is counted in whole microseconds and weights in tenths, so that nothing is rounded before the end,
and the figure is floored: 100.00 is never shown for less than all of it. What lies before the measured
time is no data and counts for nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from statuspage.rules.states import BADNESS, ComponentState

MICRO = timedelta(microseconds=1)
SECOND = 1_000_000
TENTHS = 10
WEIGHTS = {ComponentState.MAJOR: 10, ComponentState.PARTIAL: 3}  # Statuspage's own
STRICT = {ComponentState.MAJOR: 10, ComponentState.PARTIAL: 10}  # a partial outage is no service


@dataclass(frozen=True, slots=True)
class Span:
    """A component was in `state` from `begin` until `end` (None: it still is). Operational time has no spans."""

    state: ComponentState
    begin: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the page's zone: how much of it was measured, and the time in each state, in microseconds."""

    date: date
    measured: int
    time: Mapping[ComponentState, int] = field(default_factory=dict)

    @property
    def worst(self) -> ComponentState | None:
        """Return the worst state of the day; None where nothing was measured."""
        if not self.measured:
            return None
        return max(self.time, key=BADNESS.__getitem__, default=ComponentState.OPERATIONAL)

    def seconds(self, state: ComponentState) -> int:
        """Return the whole seconds in a state."""
        return self.time.get(state, 0) // SECOND

    @property
    def weighted_seconds(self) -> int:
        """Return the whole seconds that count: by weight, and degraded time where it is the worst."""
        if self.worst is ComponentState.DEGRADED:
            return self.seconds(ComponentState.DEGRADED)
        return _weighted(self.time, WEIGHTS) // TENTHS // SECOND


def spent(
    spans: Iterable[Span], begin: datetime, end: datetime
) -> tuple[int, dict[ComponentState, int]]:
    """Return the microseconds from `begin` to `end`, and those in each state but operational."""
    found: dict[ComponentState, int] = defaultdict(int)
    for span in spans:
        since, until = max(span.begin, begin), min(span.end or end, end)
        is_fresh = span.end is None and until == since  # it has only just begun
        if until > since or is_fresh:
            found[span.state] += (until - since) // MICRO
    return max((end - begin) // MICRO, 0), dict(found)


def uptime(
    spans: Iterable[Span],
    begin: datetime,
    end: datetime,
    *,
    weights: Mapping[ComponentState, int] = WEIGHTS,
) -> str | None:
    """Return the figure of a stretch, floored to two places ("99.95"); None where nothing was measured.

    `begin`: the later of the stretch's own beginning and the first measured instant.
    """
    whole, states = spent(spans, begin, end)
    if whole <= 0:
        return None
    good = whole * TENTHS - _weighted(states, weights)
    return _figure(max(good, 0) * 10_000 // (whole * TENTHS))


def mean(figures: Iterable[str | None]) -> str | None:
    """Return the mean of the figures that there are, floored; None of none (the rule for groups)."""
    known = [int(figure.replace(".", "")) for figure in figures if figure is not None]
    return _figure(sum(known) // len(known)) if known else None


def days(
    spans: Sequence[Span], first: date, now: datetime, *, zone: ZoneInfo, measured_from: datetime
) -> list[Day]:
    """Return every day of `zone` from `first` to the one of `now`, the last as far as it has gone."""
    found = []
    for begin, end, day in _bounds(first, now, zone):
        since = max(begin, measured_from)
        measured, states = spent(spans, since, end)
        found.append(Day(day, measured, states))
    return found


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a civil day begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _bounds(
    first: date, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime, date]]:
    last = now.astimezone(zone).date()
    day = first
    while day <= last:
        begin, following = start_of(day, zone), start_of(day + timedelta(days=1), zone)
        yield begin, min(following, now), day
        day += timedelta(days=1)


def _weighted(states: Mapping[ComponentState, int], weights: Mapping[ComponentState, int]) -> int:
    return sum(weights.get(state, 0) * length for state, length in states.items())


def _figure(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"
