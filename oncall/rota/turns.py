"""Whose turn it is: a closed form from the anchor, so there is no pointer to advance or to lose."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

from oncall.rota.civil import to_utc, to_wall
from oncall.rota.shapes import Rotation, Users
from oncall.rota.windows import FOREVER, UNITS, active_units, hours_of, known_from, weekly_offsets

BEGINNING = datetime.min.replace(tzinfo=UTC)

_NEVER = (FOREVER, FOREVER)

Turn = tuple[datetime, datetime, Users]


def turns(rotation: Rotation, at: datetime) -> Iterator[Turn]:
    """Yield contiguous (since, ends_at, users), gaps included; the first ones may end before ``at``.

    One is empty where a spring change skips a whole turn.
    ``since`` of the turn that contains ``at`` is an instant from which nothing changed; in the
    others it is the end of the one before. Ends only where nothing ever changes again.
    Raises ValueError for a length below 1, and UnknownZone.
    """
    if rotation.length < 1:
        raise ValueError("a turn lasts at least one unit")
    if not rotation.windows and rotation.holiday_effect == "none":
        return _every(rotation, at)
    if rotation.windows and not weekly_offsets(rotation.windows):
        return iter([(BEGINNING, FOREVER, ())])
    return _within_windows(rotation, at)


def turn_index(rotation: Rotation, at: datetime) -> int:
    """Give the number of the turn at the instant ``at``, in closed form; -1 before the first.

    In an hour that the clock repeats it may still name the turn before, because it reads the
    wall clock.
    """
    units = _units_passed(rotation, to_wall(at, rotation.zone))
    index = max(units, 0) // rotation.length
    return index if _turn_start(rotation, index) <= at else -1


def in_step(rotation: Rotation, slots: tuple[Users, ...], at: datetime) -> tuple[Users, ...]:
    """Give ``slots``, in their own cycle, so begun that whose turn it is at ``at`` keeps it.

    Where that slot is left out, the next of the old order that stays takes over. Before the first
    turn, or where nobody stays, they come as they are. Turns begin when they did: only people move.
    """
    index = turn_index(rotation, at)
    old, count = rotation.slots, len(slots)
    ahead = (old[(index + n) % len(old)] for n in range(len(old)))
    stays = next((slot for slot in ahead if slot in slots), None)
    if index < 0 or stays is None:
        return slots
    first = slots.index(stays) - index
    return tuple(slots[(first + n) % count] for n in range(count))


def counts_active(rotation: Rotation) -> bool:
    """Tell whether turns skip units; every week and month has an active day, so they never do."""
    return (
        rotation.turn_mode == "active"
        and rotation.unit in {"hour", "day"}
        and (bool(weekly_offsets(rotation.windows)) or rotation.holiday_effect == "off")
    )


def _every(rotation: Rotation, at: datetime) -> Iterator[Turn]:
    slots = rotation.slots or ((),)
    index = turn_index(rotation, at)
    start = _turn_start(rotation, max(index, 0))
    if index < 0:
        yield BEGINNING, start, ()
    if len(set(slots)) == 1:  # the same people for ever: no turn changes anything
        yield start, FOREVER, slots[0]
        return
    for turn in count(max(index, 0)):
        end = _turn_start(rotation, turn + 1)
        yield start, end, slots[turn % len(slots)]
        start = end


def _within_windows(rotation: Rotation, at: datetime) -> Iterator[Turn]:
    """Cut the turns to the open windows; between them nobody serves."""
    spans = hours_of(rotation, at)
    opens, closes = next(spans, _NEVER)
    edge = known_from(rotation.zone, at)
    for start, end, users in _every(rotation, at):
        edge = max(edge, start)
        while edge < end:
            while edge >= closes:
                opens, closes = next(spans, _NEVER)
            serving = edge >= opens
            stop = min(end, closes if serving else opens)
            yield edge, stop, users if serving else ()
            edge = stop


def _turn_start(rotation: Rotation, index: int) -> datetime:
    """Give the UTC instant at which turn ``index`` starts."""
    units = index * rotation.length
    if rotation.unit == "month":
        return to_utc(_months_later(rotation.anchor, units), rotation.zone)
    unit = UNITS[rotation.unit]
    if counts_active(rotation):
        units = active_units(rotation).nth(units)
    return to_utc(rotation.anchor + units * unit, rotation.zone)


def _units_passed(rotation: Rotation, wall: datetime) -> int:
    """Count the whole units (in active mode, the active ones) between the anchor and ``wall``."""
    anchor = rotation.anchor
    if rotation.unit == "month":
        months = (wall.year - anchor.year) * 12 + wall.month - anchor.month
        return months if _months_later(anchor, months) <= wall else months - 1
    unit = UNITS[rotation.unit]
    units = (wall - anchor) // unit
    if units < 0 or not counts_active(rotation):
        return units
    return active_units(rotation).count_before(units + 1) - 1


def _months_later(anchor: datetime, months: int) -> datetime:
    """Move by months from the anchor itself, so that 31 January never drifts to the 28th."""
    years, month = divmod(anchor.month - 1 + months, 12)
    year = anchor.year + years
    return anchor.replace(
        year=year, month=month + 1, day=min(anchor.day, monthrange(year, month + 1)[1])
    )
