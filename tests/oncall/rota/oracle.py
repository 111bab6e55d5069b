"""The schedule worked out minute by minute, by somebody with a wall clock and no arithmetic.

Shares no code with the resolver: instead of turning wall times into instants, it looks at what
the clock shows in each minute and asks what it has shown so far. Right, and far too slow.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
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


def resolve(plan: Plan, start: datetime, end: datetime, seat: str = "primary") -> list[Users]:
    """Give who holds a seat in each minute of [start, end)."""
    rotas = {rotation: Clock(rotation, start, end) for rotation in plan.rotations}
    return [_answer(plan, at, n, rotas, seat) for n, at in enumerate(minutes(start, end))]


def _answer(plan: Plan, at: datetime, n: int, rotas: dict[Rotation, "Clock"], seat: str) -> Users:
    """People are (user, layer), so that an override of one layer finds its own."""
    spoken = sorted(
        (o for o in plan.overrides if o.starts_at <= at < o.ends_at), key=lambda o: o.seq
    )
    seats = {}
    levels: dict[int, list[tuple[str, list]]] = {}
    for layer in sorted({r.layer for r in plan.rotations} | {o.layer for o in spoken if o.layer}):
        versions = [r for r in plan.rotations if r.layer == layer and not _is_inverted(r)]
        covers = [o for o in spoken if o.layer == layer and o.kind == "cover"]
        seats[layer] = versions[0].seat if versions else covers[0].seat if covers else seat
        if seats[layer] != seat:
            continue
        users = [
            u for r in versions if _in_effect(r, versions, at) for u in _here(plan, r, at, rotas, n)
        ]
        for override in covers:
            users = [override.user]
        if users:  # in these plans all versions of a layer have one priority
            one = versions[0] if versions else None
            place = levels.setdefault(one.priority if one else 0, [])
            place.append((one.mode if one else "exclusive", [(u, layer) for u in users]))
    return _overridden(_top(levels), [o for o in spoken if _is_for(o, seat, seats)])


def _here(plan: Plan, rotation: Rotation, at: datetime, rotas: dict, n: int) -> list[int]:
    """Pass turns of those away to the next in the rotation."""
    away = {a.user for a in plan.absences if a.starts_at <= at < a.ends_at}
    users = list(rotas[rotation].users(n))
    slots = list(rotation.slots)
    first = slots.index(tuple(users)) if tuple(users) in slots else 0
    ring = [u for slot in slots[first + 1 :] + slots[: first + 1] for u in slot]
    found = []
    for user in users:
        free = [u for u in ring if u not in away and u not in users and u not in found]
        found += [user] if user not in away else free[:1]
    return found


def _top(levels: dict[int, list]) -> list[tuple[int, int | None]]:
    found = []
    for priority in sorted(levels, reverse=True):
        exclusive = [people for mode, people in levels[priority] if mode == "exclusive"]
        for mode, people in levels[priority]:
            if mode == "additive" or people is exclusive[0]:
                found += people
        if exclusive:
            break
    return found


def _is_for(override: Override, seat: str, seats: dict[int, str]) -> bool:
    if override.kind in ("substitute", "remove"):
        return True
    if override.layer is None:
        return override.seat == seat
    return override.kind == "add" and seats.get(override.layer, override.seat) == seat


def _overridden(people: list[tuple[int, int | None]], spoken: list[Override]) -> Users:
    for override in spoken:
        if override.kind == "cover":
            people = [(override.user, None)]
    people = people + [(o.user, o.layer) for o in spoken if o.kind == "add"]
    first = dict(reversed(people))
    once = [(user, first[user]) for user in dict.fromkeys(user for user, _ in people)]
    stood = [(_last_stand_in(user, layer, spoken), layer) for user, layer in once]
    out = [
        user
        for user, layer in stood
        if not any(
            o.kind == "remove" and o.subject == user and o.layer in (None, layer) for o in spoken
        )
    ]
    return tuple(dict.fromkeys(out))


def _last_stand_in(user: int, layer: int | None, spoken: list[Override]) -> int:
    seen = {user}
    while True:
        fit = [o for o in spoken if o.kind == "substitute" and o.subject == user]
        own = [o for o in fit if o.layer is not None and o.layer == layer]
        stand = (own or [o for o in fit if o.layer is None])[-1:]
        if not stand or stand[0].user in seen:
            return user
        user = stand[0].user
        seen.add(user)


def _is_inverted(rotation: Rotation) -> bool:
    bounds = rotation.effective_from, rotation.effective_to
    return None not in bounds and bounds[0] >= bounds[1]


def _in_effect(rotation: Rotation, versions: list[Rotation], at: datetime) -> bool:
    started = [r for r in versions if r.effective_from is None or r.effective_from <= at]
    later = sorted(started, key=lambda r: r.effective_from.timestamp() if r.effective_from else 0)
    return rotation in later[-1:] and (rotation.effective_to is None or at < rotation.effective_to)


class Clock:
    """What the clock in a rotation's zone shows, minute by minute, and has shown so far."""

    def __init__(self, rotation: Rotation, start: datetime, end: datetime) -> None:
        self.rotation = rotation
        shown = _shown(rotation.zone, start - 2 * DAY, end + 2 * DAY)
        self.skip, self.shown = 2 * DAY // MINUTE, shown
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
        reached, effect = self.furthest[n], self.rotation.holiday_effect
        is_holiday = self.shown[n].date() in self.rotation.holidays
        if (effect == "off" and is_holiday) or (effect == "only" and not is_holiday):
            return False
        return not self.rotation.windows or any(
            opens <= reached and (reached < closes or self.last_seen.get(closes, 0) > n)
            for window in self.rotation.windows
            for opens, closes in _occurrences(window, reached.date())
        )


@cache
def _shown(zone: str, start: datetime, end: datetime) -> tuple[datetime, ...]:
    place = ZoneInfo(zone)
    return tuple(at.astimezone(place).replace(tzinfo=None, fold=0) for at in minutes(start, end))


@cache
def _occurrences(window: Window, near: date) -> tuple[tuple[datetime, datetime], ...]:
    """Find when a window opens and closes on the clock in the ten days before ``near``."""
    found = []
    for days in range(-10, 2):
        day = near + timedelta(days=days)
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
    skips = rotation.turn_mode == "active" and rotation.unit in ("hour", "day")
    rests = rotation.holidays if rotation.holiday_effect == "off" else ()
    for n in count():
        unit = rotation.anchor + n * step
        touches = not rotation.windows or _touches(rotation.windows, unit, unit + step)
        if not skips or (touches and unit.date() not in rests):
            yield unit


def _touches(windows: tuple[Window, ...], start: datetime, end: datetime) -> bool:
    return any(
        opens < end and start < closes
        for window in windows
        for opens, closes in _occurrences(window, end.date())
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
