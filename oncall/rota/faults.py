"""What is wrong with a rotation or a cover, in sentences for the person who is about to save it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from math import lcm
from typing import NamedTuple, get_args

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
YEARS = range(1970, 2200)  # of a first handoff: beyond, turns and clocks leave the calendar
_A = {"cover": "a cover", "substitute": "a substitute", "add": "an addition", "remove": "a remove"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Fault(NamedTuple):
    """One thing that is wrong: with which field of the rotation or the override, and in a sentence."""

    field: str
    said: str


def faults(rotation: Rotation) -> list[Fault]:
    """Give every reason not to save a rotation; an empty list means that it works."""
    found = [*_turn_faults(rotation), *_time_faults(rotation)]
    for window in rotation.windows:
        found += [Fault("windows", said) for said in _window_faults(window)]
    if not found and not rotation.slots:
        found.append(
            Fault("slots", "Without turns nobody would ever be on call. Name who takes them.")
        )
    return found


def warnings(rotation: Rotation) -> list[str]:
    """Give what is strange about a rotation that can work, as sentences; for one without faults."""
    return list(_strange(rotation))


def override_faults(override: Override) -> list[Fault]:
    """Give every reason not to save an override."""
    if override.kind not in get_args(Kind):
        kinds = ", ".join(get_args(Kind))
        return [Fault("kind", f"An override is one of {kinds}, not {override.kind!r}.")]
    order = _order_faults("override", override.starts_at, override.ends_at)
    return [*(Fault("end", said) for said in order), *_people_faults(override)]


def _people_faults(override: Override) -> Iterator[Fault]:
    user, subject = override.user is not None, override.subject is not None
    if override.kind == "remove" and user:
        yield Fault("user", "Nobody serves by a remove: it takes its subject out.")
    if override.kind != "remove" and not user:
        yield Fault("user", f"Say who serves: {_A[override.kind]} needs a user.")
    if override.kind in {"cover", "add"} and subject:
        yield Fault(
            "subject", f"{_A[override.kind].capitalize()} is about nobody in particular; a substitute serves for one person."
        )  # fmt: skip
    if override.kind in {"substitute", "remove"} and not subject:
        yield Fault("subject", f"Say whose place it is: {_A[override.kind]} needs a subject.")
    if user and override.user == override.subject:
        yield Fault("user", "Nobody covers for themselves; choose another person.")


def weekly_changes(rotation: Rotation) -> int:
    """Give how often a rotation hands over, opens or closes in a week: what reckoning with it costs."""
    turns = WEEK // (UNITS.get(rotation.unit, WEEK) * rotation.length)
    return turns + 2 * len(weekly_offsets(rotation.windows))


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


def _turn_faults(rotation: Rotation) -> Iterator[Fault]:
    for field, word, words, said in (
        ("unit", rotation.unit, Unit, "Turns are counted in hours, days, weeks or months, not in"),
        ("turn_mode", rotation.turn_mode, TurnMode, "Turns follow the calendar or active days, not"),
        ("seat", rotation.seat, Seat, "A layer fills the seat primary, secondary or shadow, not"),
        ("mode", rotation.mode, LayerMode, "A layer is exclusive or additive, not"),
        ("holiday_effect", rotation.holiday_effect, Holidays, "Holidays have the effect none, off or only, not"),
    ):  # fmt: skip
        if word not in get_args(words):
            yield Fault(field, f"{said} {word!r}.")
    if rotation.length < 1:
        yield Fault("length", "A turn must last at least one unit; its length is zero or less.")
    if rotation.length > LONGEST_TURN:
        yield Fault("length", f"A turn may last at most {LONGEST_TURN} units.")


def _time_faults(rotation: Rotation) -> Iterator[Fault]:
    try:
        zone_named(rotation.zone)
    except UnknownZone:
        said = f"There is no time zone {rotation.zone!r}; choose a place such as Europe/Berlin."
        yield Fault("zone", said)
    if rotation.anchor.tzinfo is not None:
        said = "The first handoff is a local time: it takes its time zone from the rotation."
        yield Fault("anchor", said)
    if rotation.anchor.year not in YEARS:
        yield Fault("anchor", f"The first handoff lies from {YEARS[0]} to {YEARS[-1]}.")
    for said in _order_faults("version", rotation.effective_from, rotation.effective_to):
        yield Fault("effective_to", said)


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
