"""The layers of a schedule in words: how each turns, who is in it, from when to when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.templatetags.house import plural
from oncall import rota
from oncall.admin.bars import wall_time
from oncall.admin.lanes import Known
from oncall.admin.people import People
from oncall.rota.civil import to_wall

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a layer. `tense`: "past", "now" or "to come"."""

    layer: int
    name: str
    seat: str
    priority: int
    mode: str
    turn: str
    hours: str
    people: str
    since: str
    until: str
    tense: str


def versions(known: Known, people: People, at: datetime) -> list[Version]:
    """Return every version, layer by layer, the highest priority first; a layer without one is empty."""
    rows = sorted(
        known.plan.rotations,
        key=lambda one: (rota.SEATS.index(one.seat), -one.priority, one.layer, one.effective_from or known.schedule.created_at),
    )  # fmt: skip
    found = [_version(one, known.layers, people, at) for one in rows]
    bare = [pk for pk in known.layers if all(one.layer != pk for one in rows)]
    return [*found, *(_bare(pk, known.layers[pk]) for pk in bare)]


def _bare(layer: int, name: str) -> Version:
    return Version(layer, name, "", 0, "", "no rotation yet", "", "", "", "", "now")


def _version(one: rota.Rotation, names: Mapping[int, str], people: People, at: datetime) -> Version:
    begun = one.effective_from is None or one.effective_from <= at
    over = one.effective_to is not None and one.effective_to <= at
    tense = "past" if over else "now" if begun else "to come"
    return Version(
        one.layer, names.get(one.layer, ""), one.seat, one.priority, one.mode, turn(one), hours(one),
        _order(one.slots, people), _at(one.effective_from, one.zone), _at(one.effective_to, one.zone), tense,
    )  # fmt: skip


def turn(one: rota.Rotation) -> str:
    """Return how it hands over: every week, Mon 09:00 (Europe/Oslo)."""
    unit = one.unit if one.length == 1 else plural(one.length, f"{one.unit},{one.unit}s")
    day = {"week": f"{one.anchor:%a} ", "month": f"day {one.anchor.day}, "}.get(one.unit, "")
    counted = ", counting days with hours" if one.turn_mode == "active" else ""
    return f"every {unit}, {day}{one.anchor:%H:%M} ({one.zone}){counted}"


def hours(one: rota.Rotation) -> str:
    """Return its windows and what it does on holidays, "" where it always serves: Mon to Fri 09:00 to 17:00."""
    by_hours: dict[str, list[int]] = {}
    for window in one.windows:
        by_hours.setdefault(_clock(window), []).append(window.start_weekday)
    found = [f"{_days(days)} {told}" for told, days in by_hours.items()]
    rest = {"off": "not on holidays", "only": "on holidays only"}.get(one.holiday_effect)
    more = [f"and {len(found) - 7} more"] if len(found) > 7 else []
    return ", ".join([*found[:7], *more, *([rest] if rest else [])])


def _clock(window: rota.Window) -> str:
    """Return a window's hours, with the weekday of the end where it is not the same night."""
    lasts = (window.end_weekday - window.start_weekday) % 7
    is_short = lasts == (0 if window.end > window.start else 1)
    day = "" if is_short else f"{DAYS[window.end_weekday]} "
    return f"{window.start:%H:%M} to {day}{window.end:%H:%M}"


def _days(days: Sequence[int]) -> str:
    """Return weekdays as people say them: every day, Mon to Fri, or each one."""
    found = sorted(set(days))
    if len(found) == 7:
        return "every day"
    is_run = len(found) > 2 and found[-1] - found[0] == len(found) - 1
    return f"{DAYS[found[0]]} to {DAYS[found[-1]]}" if is_run else ", ".join(DAYS[d] for d in found)


def _order(slots: Sequence[rota.Users], people: People) -> str:
    """Return the people in turn; of a long rotation the first ones."""
    told = [" and ".join(people[pk].short for pk in slot if pk in people) or "nobody" for slot in slots[:12]]  # fmt: skip
    return ", ".join([*told, *([f"and {len(slots) - 12} more"] if len(slots) > 12 else [])])


def _at(at: datetime | None, zone: str) -> str:
    return f"{wall_time(at, zone)} {to_wall(at, zone).year}" if at else ""
