"""What is wrong with a rotation or a cover, in sentences for the person who is about to save it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from math import lcm
from typing import get_args

from oncall.rota.civil import UnknownZone, zone_named
from oncall.rota.shapes import (
    Holidays,
    Kind,
    LayerMode,
    Override,
    Rotation,
    Seat,
    TurnMode,
    Unit,
    Window,
)
from oncall.rota.windows import UNITS, WEEK, active_units, weekly_offsets

LONGEST_TURN = 10_000
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def faults(rotation: Rotation) -> list[str]:
    """Give every reason not to save a rotation as a sentence; an empty list means that it works."""
    found = [*_turn_faults(rotation), *_time_faults(rotation)]
    for window in rotation.windows:
        found += _window_faults(window)
    return found or (
        [] if rotation.slots else ["The rotation has no slots: nobody would ever be on call."]
    )


def warnings(rotation: Rotation) -> list[str]:
    """Give what is strange about a rotation that can work, as sentences; for one without faults."""
    return list(_strange(rotation))


def override_faults(override: Override) -> list[str]:
    """Give every reason not to save an override as a sentence."""
    found = list(_order_faults(override.kind, override.starts_at, override.ends_at))
    if override.kind not in get_args(Kind):
        return [f"An override covers, substitutes, adds or removes, not {override.kind!r}."]
    if override.user is None and override.kind != "remove":
        found.append(f"Say who serves: a {override.kind} needs a user.")
    if override.subject is None and override.kind in {"substitute", "remove"}:
        found.append(f"Say whose place it is: a {override.kind} needs a subject.")
    if override.user is not None and override.user == override.subject:
        found.append("Nobody covers for themselves; choose another person.")
    return found


def idle_positions(rotation: Rotation) -> tuple[int, ...]:
    """Give the positions (from 0) that have people and yet never serve.

    When turns follow the calendar, some may fall outside the windows every time: of 14 people
    who change daily on working days, four would always have the same weekend. For a rotation
    without other faults.
    """
    unit, count = UNITS.get(rotation.unit, WEEK), len(rotation.slots)
    if rotation.turn_mode == "active" or unit == WEEK or not weekly_offsets(rotation.windows):
        return ()
    active = active_units(replace(rotation, holiday_effect="none"))
    length = rotation.length
    turns = lcm(WEEK // unit, count * length) // length
    serving = {
        turn % count
        for turn in range(turns)
        if active.count_before(turn * length) < active.count_before((turn + 1) * length)
    }
    return tuple(n for n in range(count) if rotation.slots[n] and n not in serving)


def _turn_faults(rotation: Rotation) -> Iterator[str]:
    if rotation.unit not in get_args(Unit):
        yield f"Turns are counted in hours, days, weeks or months, not in {rotation.unit!r}."
    if rotation.turn_mode not in get_args(TurnMode):
        yield f"Turns follow the calendar or active days, not {rotation.turn_mode!r}."
    if rotation.seat not in get_args(Seat):
        yield f"A layer fills the seat primary, secondary or shadow, not {rotation.seat!r}."
    if rotation.mode not in get_args(LayerMode):
        yield f"A layer is exclusive or additive, not {rotation.mode!r}."
    if rotation.holiday_effect not in get_args(Holidays):
        yield f"Holidays have the effect none, off or only, not {rotation.holiday_effect!r}."
    if rotation.length < 1:
        yield "A turn must last at least one unit; its length is zero or less."
    if rotation.length > LONGEST_TURN:
        yield f"A turn may last at most {LONGEST_TURN} units."


def _time_faults(rotation: Rotation) -> Iterator[str]:
    try:
        zone_named(rotation.zone)
    except UnknownZone:
        yield f"There is no time zone {rotation.zone!r}; choose a place such as Europe/Berlin."
    if rotation.anchor.tzinfo is not None:
        yield "The first handoff is a local time: it takes its time zone from the rotation."
    yield from _order_faults("version", rotation.effective_from, rotation.effective_to)


def _order_faults(what: str, start: datetime | None, end: datetime | None) -> Iterator[str]:
    if any(at is not None and at.tzinfo is None for at in (start, end)):
        yield f"Start and end of the {what} need a time zone."
    elif start is not None and end is not None and start >= end:
        yield f"The {what} must end after it starts."


def _window_faults(window: Window) -> Iterator[str]:
    days = window.start_weekday, window.end_weekday
    if any(day not in range(7) for day in days):
        yield "Weekdays of a window are numbered from 0 (Monday) to 6 (Sunday)."
        return
    if window.start.tzinfo is not None or window.end.tzinfo is not None:
        yield "Times of a window are local: they take their time zone from the rotation."
        return
    said = f"{_DAYS[days[0]]} {window.start:%H:%M} to {_DAYS[days[1]]} {window.end:%H:%M}"
    if days[0] == days[1] and window.start == window.end:
        yield f"The window {said} is empty; leave out the windows to serve the whole week."
    elif days[0] == days[1] and window.start > window.end:
        yield f"The window {said} ends before it starts; let it end on a later day."


def _strange(rotation: Rotation) -> Iterator[str]:
    if not any(rotation.slots):
        yield "Every slot of the rotation is unassigned: nobody would ever be on call."
    elif idle := idle_positions(rotation):
        one = len(idle) == 1
        yield (
            f"Position{'' if one else 's'} {', '.join(map(str, idle))} (counted from 0) would never"
            f" serve: {'its turn falls' if one else 'their turns fall'} outside the windows every"
            " time. Count active days, or change the number of people."
        )
