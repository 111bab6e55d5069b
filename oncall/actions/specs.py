"""A schedule as a document: read into plain values with every fault named, and written from rows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from core.api.bodies import Body
from core.models import Team, User
from oncall import rota
from oncall.models import HolidayCalendar, Schedule
from oncall.models.plans import windows_of
from oncall.models.rotation import RotationVersion
from oncall.models.schedule import LOCAL_FORMAT
from oncall.rota.civil import zone_named

MOST_LAYERS, MOST_SLOTS, MOST_PEOPLE, MOST_WINDOWS = 50, 500, 20, 50
LONGEST_TURN, HIGHEST_PRIORITY = 10_000, 1000
MOST_CHANGES = 4000  # a week, of all layers: twenty that hand over every hour
_WRITTEN = {"slots": "participants", "zone": "time_zone"}  # fields that a document calls otherwise
_ANCHOR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:00)?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
MIDNIGHT = "24:00"


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer of a document: its name, how it is stacked, and how it turns.

    `people`: user ids by slot, none in an unassigned one. `windows`: as in the document.
    """

    name: str
    anchor_local: str
    time_zone: str
    people: tuple[tuple[int, ...], ...]
    priority: int = 1
    seat: str = "primary"
    mode: str = "exclusive"
    unit: str = "week"
    length: int = 1
    turn_mode: str = "calendar"
    windows: tuple[Mapping[str, Any], ...] = ()
    calendar_id: int | None = None
    holiday_effect: str = "none"

    def columns(self) -> dict[str, Any]:
        """Return the columns of a version."""
        return {
            "priority": self.priority, "seat": self.seat, "mode": self.mode, "anchor_local": self.anchor_local,
            "time_zone": self.time_zone, "unit": self.unit, "length": self.length, "turn_mode": self.turn_mode,
            "windows": [dict(one) for one in self.windows], "holidays_id": self.calendar_id,
            "holiday_effect": self.holiday_effect,
        }  # fmt: skip

    def rotation(self, number: int = 0) -> rota.Rotation:
        """Return it as the resolver's value, its holidays left out; `rota.faults` judges the words in it."""
        return rota.Rotation(
            layer=number, priority=self.priority, effective_from=None, effective_to=None, anchor=wall(self.anchor_local),
            zone=self.time_zone, unit=cast("rota.Unit", self.unit), length=self.length,
            turn_mode=cast("rota.TurnMode", self.turn_mode), windows=windows_of(self.windows), slots=self.people,
            seat=cast("rota.Seat", self.seat), mode=cast("rota.LayerMode", self.mode),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScheduleSpec:
    """A whole schedule as its document says; `team_id` None: the document names none."""

    slug: str
    name: str
    time_zone: str
    expectation: str
    layers: tuple[LayerSpec, ...]
    team_id: int | None = None

    @property
    def seated(self) -> frozenset[int]:
        """Return everybody whom it seats in primary or secondary."""
        layers = [layer for layer in self.layers if layer.seat != "shadow"]
        return frozenset(user for layer in layers for slot in layer.people for user in slot)


def wall(text: str) -> datetime:
    """Return the naive time of a first handoff; raise ValueError for anything else."""
    return datetime.strptime(text, LOCAL_FORMAT)  # noqa: DTZ007  the zone stands beside it


def read(body: Body, *, slug: str = "") -> ScheduleSpec:
    """Return a document as a spec; faults stay in `body`, whose `done` raises them.

    `slug`: the schedule that exists already; its document may leave the name out, but not change it.
    """
    found = body.text("slug", required=not slug, longest=50) or slug
    if slug and found != slug:
        body.refuse("slug", f"This is the schedule {slug}; a slug doesn't change.")
    elif not found.replace("-", "").replace("_", "").isalnum() or not found.isascii():
        body.refuse("slug", "A slug has letters, digits, hyphens and underscores.")
    zone = _zone(body, "UTC")
    expectation = _word(body, "expectation", Schedule.Expectation.values)
    name = body.text("name", required=True, longest=120)
    team = _team(body)
    listed = body.each("layers", most=MOST_LAYERS, required=True)
    known = _Known(listed)
    layers = tuple(_layer(one, zone, known) for one in listed)
    if said := too_busy(layer.rotation() for layer in layers):
        body.refuse("layers", said)
    return ScheduleSpec(found, name, zone, expectation, _named_once(body, layers), team)


def too_busy(rotations: Iterable[rota.Rotation]) -> str:
    """Return what is wrong with layers that change too often to be reckoned with in time, "" otherwise."""
    count = sum(map(rota.weekly_changes, rotations))
    if count <= MOST_CHANGES:
        return ""
    return (
        f"The layers hand over, open and close {count} times a week, {MOST_CHANGES} at most can be reckoned with: use"
        " fewer layers, longer turns or fewer windows."
    )


def document(schedule: Schedule, *, at: datetime | None = None) -> dict[str, Any]:
    """Return the schedule's document: the layers as they stand at `at`, None: as they stand last."""
    rows = RotationVersion.objects.valid().filter(layer__schedule=schedule)
    rows = rows.select_related("layer", "holidays").prefetch_related("slots__user")
    last = [one for one in rows if _stands(one, at)]
    layers = [_written(one) for one in sorted(last, key=lambda one: one.layer_id)]
    return {
        "slug": schedule.slug,
        "name": schedule.name,
        "time_zone": schedule.time_zone,
        "expectation": schedule.expectation,
        "layers": layers,
    }


def _stands(version: RotationVersion, at: datetime | None) -> bool:
    if at is None:
        return version.effective_to is None
    begins = version.effective_from is None or version.effective_from <= at
    return begins and (version.effective_to is None or at < version.effective_to)


def _written(version: RotationVersion) -> dict[str, Any]:
    slots: dict[int, list[str]] = {}
    for slot in version.slots.all():
        people = slots.setdefault(slot.position, [])
        people += [slot.user.username] if slot.user else []
    rotation = {
        "anchor": version.anchor_local,
        "time_zone": version.time_zone,
        "unit": version.unit,
        "length": version.length,
        "turn_mode": version.turn_mode,
        "participants": [slots[place] for place in sorted(slots)],
        "windows": version.windows,
    }
    if version.holidays:
        rotation |= {"holidays": version.holidays.name, "holiday_effect": version.holiday_effect}
    return {
        "name": version.layer.name,
        "priority": version.priority,
        "seat": version.seat,
        "mode": version.mode,
        "rotation": rotation,
    }


class _Known:
    """The people and calendars that a document may name, read once."""

    def __init__(self, layers: Sequence[Body]) -> None:
        active = User.objects.filter(is_active=True)
        self.users = dict(active.values_list("username", "pk")) if layers else {}
        self.calendars = dict(HolidayCalendar.objects.values_list("name", "pk")) if layers else {}


def _word(body: Body, name: str, words: Sequence[str], usual: str = "") -> str:
    usual = usual or words[0]
    found = body.text(name, longest=100) or usual
    if found in words:
        return found
    body.refuse(name, f"{name} is one of {', '.join(words)}.")
    return usual


def _zone(body: Body, usual: str) -> str:
    zone = body.text("time_zone", longest=64) or usual
    try:
        zone_named(zone)
    except rota.UnknownZone:
        body.refuse(
            "time_zone", f"There is no time zone {zone}; write a place such as Europe/Berlin."
        )
        return "UTC"
    return zone


def _team(body: Body) -> int | None:
    slug = body.text("team", longest=50)
    if not slug:
        return None
    found = Team.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        body.refuse("team", f"There is no team {slug}.")
    return found


def _layer(body: Body, zone: str, known: _Known) -> LayerSpec:
    name = body.text("name", required=True, longest=80)
    priority = body.number("priority", 1, HIGHEST_PRIORITY) or 1
    seat = _word(body, "seat", RotationVersion.Seat.values)
    mode = _word(body, "mode", RotationVersion.Mode.values)
    turn = body.inside("rotation", required=True)
    if turn is None:
        return LayerSpec(name, "2026-01-05T09:00", zone, (), priority, seat, mode)
    calendar, effect = _holidays(turn, known)
    spec = LayerSpec(
        name, _anchor(turn), _zone(turn, zone), _people(turn, known), priority, seat, mode,
        unit=_word(turn, "unit", RotationVersion.Unit.values, "week"), length=turn.number("length", 1, LONGEST_TURN) or 1,
        turn_mode=_word(turn, "turn_mode", RotationVersion.TurnMode.values), windows=_windows(turn), calendar_id=calendar,
        holiday_effect=effect,
    )  # fmt: skip
    for fault in rota.faults(spec.rotation()):
        turn.refuse(_WRITTEN.get(fault.field, fault.field), fault.said)
    return spec


def _anchor(turn: Body) -> str:
    text = turn.text("anchor", required=True, longest=19)
    anchor = text[:16] if _ANCHOR.fullmatch(text) else ""
    try:
        wall(anchor)
    except ValueError:
        turn.refuse("anchor", "anchor is a wall time such as 2026-03-16T09:00, without a zone.")
        return "2026-01-05T09:00"
    return anchor


def _people(turn: Body, known: _Known) -> tuple[tuple[int, ...], ...]:
    groups = turn.groups("participants", most=MOST_SLOTS, each=MOST_PEOPLE, longest=150)
    unknown = sorted({name for slot in groups for name in slot if name not in known.users})
    if unknown:
        turn.refuse(
            "participants", f"Nobody active is called {', '.join(unknown[:10])}.", "unknown_user"
        )
    return tuple(
        tuple(known.users[name] for name in slot if name in known.users) for slot in groups
    )


def _windows(turn: Body) -> tuple[dict[str, Any], ...]:
    found = []
    for one in turn.each("windows", most=MOST_WINDOWS):
        days = one.digits("weekdays", 0, 6, most=7)
        start, end = _clock(one, "start"), _clock(one, "end", is_end=True)
        found.append({"weekdays": days, "start": start, "end": end})
    return tuple(found)


def _clock(body: Body, name: str, *, is_end: bool = False) -> str:
    text = body.text(name, required=True, longest=8)
    if _CLOCK.fullmatch(text) or (is_end and text == MIDNIGHT):
        return text
    last = f", {MIDNIGHT} at the latest" if is_end else ""
    body.refuse(name, f"{name} is a wall time such as 09:00{last}.")
    return "00:00"


def _holidays(turn: Body, known: _Known) -> tuple[int | None, str]:
    name = turn.text("holidays", longest=120)
    effect = _word(turn, "holiday_effect", RotationVersion.HolidayEffect.values)
    if name and name not in known.calendars:
        turn.refuse("holidays", f"There is no holiday calendar {name}.")
    if not name and effect != "none":
        turn.refuse("holidays", "Name the holiday calendar that this is about.")
    return known.calendars.get(name), effect


def _named_once(body: Body, layers: tuple[LayerSpec, ...]) -> tuple[LayerSpec, ...]:
    names = [layer.name for layer in layers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        body.refuse(
            "layers", f"Two layers are called {', '.join(twice)}; a name stands for one layer."
        )
    return layers
