"""The schedule worked out minute by minute, by somebody with a wall clock and no arithmetic.

Shares no code with the resolver: instead of turning wall times into instants, it looks at what
the clock shows in each minute and asks what it has shown so far. Right, and far too slow.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, count, takewhile
from zoneinfo import ZoneInfo

from oncall.rota import Override, Plan, Rotation, Segment, Users, Window

MINUTE = timedelta(minutes=1)
UNIT = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
DAY = UNIT["day"]


def minutes(start: datetime, end: datetime) -> list[datetime]:
    return [start + n * MINUTE for n in range((end - start) // MINUTE)]


def spread(found: list[Segment]) -> list[Users]:
    """Write segments out minute by minute."""
    return [s.users for s in found for _ in minutes(s.starts_at, s.ends_at)]


def resolve(plan: Plan, start: datetime, end: datetime) -> list[Users]:
    """Give who serves in each minute of [start, end)."""
    rotas = {rotation: Clock(rotation, start, end) for rotation in plan.rotations}
    return [_answer(plan, at, n, rotas) for n, at in enumerate(minutes(start, end))]


def _answer(plan: Plan, at: datetime, n: int, rotas: dict[Rotation, "Clock"]) -> Users:
    spoken = sorted(
        (o for o in plan.overrides if o.starts_at <= at < o.ends_at), key=lambda o: o.seq
    )
    best: dict[int, list[int]] = {}
    for layer in sorted({r.layer for r in plan.rotations}):
        versions = [r for r in plan.rotations if r.layer == layer and not _is_inverted(r)]
        users = [u for r in versions if _in_effect(r, versions, at) for u in rotas[r].users(n)]
        users = _covered(users, [o for o in spoken if o.layer == layer])
        if users:  # in these plans all versions of a layer have one priority
            best.setdefault(versions[0].priority if versions else 0, []).extend(users)
    top = best[max(best)] if best else []
    return tuple(dict.fromkeys(_covered(top, [o for o in spoken if o.layer is None])))


def _is_inverted(rotation: Rotation) -> bool:
    bounds = rotation.effective_from, rotation.effective_to
    return None not in bounds and bounds[0] >= bounds[1]


def _in_effect(rotation: Rotation, versions: list[Rotation], at: datetime) -> bool:
    started = [r for r in versions if r.effective_from is None or r.effective_from <= at]
    later = sorted(started, key=lambda r: r.effective_from.timestamp() if r.effective_from else 0)
    return rotation in later[-1:] and (rotation.effective_to is None or at < rotation.effective_to)


def _covered(users: list[int], spoken: list[Override]) -> list[int]:
    for override in spoken:
        if override.replaces is None:
            users = [override.user]
        else:
            users = [override.user if u == override.replaces else u for u in users]
    return users


class Clock:
    """What the clock in a rotation's zone shows, minute by minute, and has shown so far."""

    def __init__(self, rotation: Rotation, start: datetime, end: datetime) -> None:
        self.rotation = rotation
        shown = _shown(rotation.zone, start - 2 * DAY, end + 2 * DAY)
        self.skip = 2 * DAY // MINUTE
        self.furthest = list(accumulate(shown, max))
        self.last_seen = {wall: n for n, wall in enumerate(shown)}
        self.starts = list(takewhile(lambda w: w <= self.furthest[-1], _turn_starts(rotation)))

    def users(self, n: int) -> Users:
        """Give whom the rotation has in the n-th minute."""
        n += self.skip
        begun = bisect_right(self.starts, self.furthest[n])
        if not begun or not self._is_open(n):
            return ()
        return self.rotation.slots[(begun - 1) % len(self.rotation.slots)]

    def _is_open(self, n: int) -> bool:
        reached = self.furthest[n]
        return not self.rotation.windows or any(
            opens <= reached and (reached < closes or self.last_seen.get(closes, 0) > n)
            for window in self.rotation.windows
            for opens, closes in _occurrences(window, reached)
        )


@cache
def _shown(zone: str, start: datetime, end: datetime) -> tuple[datetime, ...]:
    place = ZoneInfo(zone)
    return tuple(at.astimezone(place).replace(tzinfo=None, fold=0) for at in minutes(start, end))


@cache
def _occurrences(window: Window, near: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Find when a window opens and closes on the clock in the ten days before ``near``."""
    found = []
    for days in range(-10, 2):
        day = near.date() + timedelta(days=days)
        if day.weekday() == window.start_weekday:
            opens = datetime.combine(day, window.start)
            later = (day + timedelta(days=n) for n in range(8))
            ends = (
                datetime.combine(d, window.end) for d in later if d.weekday() == window.end_weekday
            )
            found.append((opens, next(end for end in ends if end > opens)))
    return tuple(found)


def _turn_starts(rotation: Rotation) -> Iterator[datetime]:
    """Yield the wall time at which each turn starts, by walking from the anchor."""
    units = _units(rotation)
    for n, unit in enumerate(units):
        if n % rotation.length == 0:
            yield unit


def _units(rotation: Rotation) -> Iterator[datetime]:
    if rotation.unit == "month":
        yield from (_months_on(rotation.anchor, n) for n in count())
        return
    step = UNIT[rotation.unit]
    skips = rotation.turn_mode == "active" and rotation.windows and rotation.unit in ("hour", "day")
    for n in count():
        unit = rotation.anchor + n * step
        if not skips or _touches(rotation.windows, unit, unit + step):
            yield unit


def _touches(windows: tuple[Window, ...], start: datetime, end: datetime) -> bool:
    return any(
        opens < end and start < closes
        for window in windows
        for opens, closes in _occurrences(window, end)
    )


def _months_on(anchor: datetime, months: int) -> datetime:
    """Step month by month, then come back from days that the month does not have."""
    year, month = anchor.year, anchor.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for day in range(anchor.day, 0, -1):
        try:
            return anchor.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
