"""Rows in, the pure resolver's plans out: three statements, however many schedules.

A fourth reads holidays, where a rotation minds them. Rows are read as plain values: a year of a
large schedule is asked for on many screens, and model instances would cost more than the answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import F, FilteredRelation, IntegerField, Q, QuerySet, Value

from oncall import rota
from oncall.models.override import Override, Unavailability
from oncall.models.rotation import Holiday, RotationSlot, RotationVersion
from oncall.models.schedule import LOCAL_FORMAT, Schedule
from oncall.rota.civil import zone_named

_VERSION = (
    "layer__schedule", "pk", "layer", "priority", "effective_from", "effective_to", "anchor_local", "time_zone",
    "unit", "length", "turn_mode", "windows", "seat", "mode", "holidays", "holiday_effect",
    "slots__position", "slots__user",
)  # fmt: skip
_SPELL = ("of", "number", "starts_at", "ends_at", "who", "instead", "at_layer", "what", "why")
_SERVED = ("starts_at", "ends_at", "seat", "user", "layer", "source", "override")

_Dates = dict[int, tuple[date, ...]]


def plans(
    ids: Iterable[int],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    is_ahead: bool = False,
) -> dict[int, rota.Plan]:
    """Return the plan of each of these schedules.

    `since` and `until` (aware) leave out overrides, absences and served shifts wholly outside them. `is_ahead`:
    nothing before now is asked, so the ledger is not read.

    A version that can't be read (its zone left the zone database, its first handoff is no time) is left out:
    nobody serves by it, for the pager as for every screen. Until an edit replaces it, its layer is named in `unread`.
    """
    wanted = list(dict.fromkeys(ids))
    rotations, unread = _rotations(wanted)
    overrides, absences = _spells(wanted, since, until)
    ledgers = {} if is_ahead else _ledgers(wanted, since, until)
    return {
        pk: rota.Plan(
            tuple(rotations.get(pk, ())),
            tuple(overrides.get(pk, ())),
            absences,
            ledgers.get(pk),
            tuple(unread.get(pk, ())),
        )
        for pk in wanted
    }


def plan_of(
    schedule: Schedule, *, since: datetime | None = None, until: datetime | None = None
) -> rota.Plan:
    """Return the plan of one schedule."""
    return plans([schedule.pk], since=since, until=until)[schedule.pk]


def windows_of(stored: Iterable[Mapping[str, Any]]) -> tuple[rota.Window, ...]:
    """Return windows as documents have them, one for each weekday; an end not after the start is the next day's."""
    return tuple(
        rota.Window(day, start, (day + (end <= start)) % 7, end)
        for one in stored
        for start, end in [(_clock(one["start"]), _clock(one["end"]))]
        for day in one["weekdays"]
    )


def _clock(text: str) -> time:
    """Return the wall time of a window; 24:00 is the midnight that ends a day."""
    return time.fromisoformat("00:00" if text == "24:00" else text)


def rotation_of(row: Sequence[Any], slots: tuple[rota.Users, ...], dates: _Dates) -> rota.Rotation:
    """Return one version, given as the values of `_VERSION` after the schedule, as the resolver's.

    Raises KeyError, TypeError or ValueError for one that can't be read.
    """
    (_, layer, priority, begins, ends, anchor, zone, unit, length, turn_mode, windows, seat, mode, calendar, effect) = row[:15]  # fmt: skip
    zone_named(zone)
    return rota.Rotation(
        layer, priority, begins, ends, datetime.strptime(anchor, LOCAL_FORMAT),  # noqa: DTZ007  the zone stands beside it
        zone, unit, length, turn_mode, windows_of(windows), slots, seat, mode, dates.get(calendar, ()), effect,
    )  # fmt: skip


def _rotations(
    ids: Sequence[int],
) -> tuple[dict[int, list[rota.Rotation]], dict[int, list[int]]]:
    """Read the versions of each schedule, and the layers of those that can't be read."""
    rows = RotationVersion.objects.valid().filter(layer__schedule__in=ids)
    found: dict[int, tuple[int, Sequence[Any]]] = {}
    slots: dict[int, dict[int, list[int]]] = defaultdict(dict)
    for schedule, *row in rows.order_by("pk", "slots__position", "slots__pk").values_list(
        *_VERSION
    ):
        position, user = row[-2:]
        found.setdefault(row[0], (schedule, row))
        if position is not None:
            people = slots[row[0]].setdefault(position, [])
            people += [] if user is None else [user]
    dates = _dates({row[13] for _, row in found.values() if row[13] and row[14] != "none"})
    rotations: dict[int, list[rota.Rotation]] = defaultdict(list)
    unread: dict[int, list[int]] = defaultdict(list)
    for version, (schedule, row) in found.items():
        turns = tuple(tuple(people) for _, people in sorted(slots[version].items()))
        try:
            rotations[schedule].append(rotation_of(row, turns, dates))
        except (KeyError, TypeError, ValueError):  # a zone, a time or hours that are none
            if row[4] is None:  # nothing has replaced it
                unread[schedule].append(row[1])
    return rotations, unread


def _dates(calendars: set[int]) -> _Dates:
    if not calendars:
        return {}
    found: dict[int, list[date]] = defaultdict(list)
    days = Holiday.objects.kept().filter(calendar__in=calendars).order_by("date")
    for calendar, day in days.values_list("calendar", "date"):
        found[calendar].append(day)
    return {calendar: tuple(listed) for calendar, listed in found.items()}


def _spells(
    ids: Sequence[int], since: datetime | None, until: datetime | None
) -> tuple[dict[int, list[rota.Override]], tuple[rota.Absence, ...]]:
    """Read overrides, and the skipping absences of everyone who has a turn, in one statement."""
    standing = _within(Override.objects.filter(schedule__in=ids, cancelled_at=None), since, until)
    turns = RotationSlot.objects.filter(version__layer__schedule__in=ids, user__isnull=False)
    away = Unavailability.objects.valid().filter(mode="skip", user__in=turns.values("user"))
    spells = _told(standing, F("schedule"), F("subject"), F("layer"), F("kind"), F("source")).union(
        _told(_within(away, since, until), _NO, _NO, _NO, Value("away"), Value("")), all=True
    )
    overrides: dict[int, list[rota.Override]] = defaultdict(list)
    absences: list[rota.Absence] = []
    for of, number, starts, ends, who, instead, layer, what, why in spells:
        if what == "away":
            absences.append(rota.Absence(starts, ends, who))
        else:
            overrides[of].append(
                rota.Override(number, starts, ends, who, instead, layer, what, source=why)
            )
    absences.sort(key=lambda one: (one.starts_at, one.user))
    return overrides, tuple(absences)


_NO = Value(None, output_field=IntegerField())


def _told(rows: QuerySet[Any], of: Any, instead: Any, layer: Any, what: Any, why: Any) -> Any:
    told = rows.order_by().annotate(
        of=of, number=F("pk"), who=F("user"), instead=instead, at_layer=layer, what=what, why=why
    )
    return told.values_list(*_SPELL)


def _within(rows: Any, since: datetime | None, until: datetime | None) -> Any:
    if since is not None:
        rows = rows.filter(ends_at__gt=since)
    return rows if until is None else rows.filter(starts_at__lt=until)


def _ledgers(
    ids: Sequence[int], since: datetime | None, until: datetime | None
) -> dict[int, rota.Ledger]:
    """Read what was served, and of each schedule the stretch for which the ledger speaks."""
    within = Q() if since is None else Q(served__ends_at__gt=since)
    within &= Q() if until is None else Q(served__starts_at__lt=until)
    rows = Schedule.objects.filter(pk__in=ids, served_to__isnull=False)
    if within:
        rows = rows.annotate(told=FilteredRelation("served", condition=within))
    name = "told" if within else "served"
    columns = [f"{name}__{column}" for column in _SERVED]
    found: dict[int, tuple[datetime, datetime, list[rota.Served]]] = {}
    for pk, begun, until_, *row in rows.order_by("pk", f"{name}__pk").values_list(
        "pk", "created_at", "served_to", *columns
    ):
        shifts = found.setdefault(pk, (begun, until_, []))[2]
        if row[0] is not None:
            starts, ends, seat, *holder = row
            shifts.append(rota.Served(starts, ends, seat, rota.Holder(*holder)))
    return {
        pk: rota.Ledger(start, end, tuple(shifts)) for pk, (start, end, shifts) in found.items()
    }
