"""What the API of schedules says and takes, field by field."""

from core.api.operations import LARGEST_ID
from core.api.shapes import Shape, many, maybe, moment, needed, text, whole
from oncall.actions.specs import (
    HIGHEST_PRIORITY,
    LONGEST_TURN,
    MOST_LAYERS,
    MOST_PEOPLE,
    MOST_SLOTS,
    MOST_WINDOWS,
)
from oncall.models import Override, RotationVersion, Schedule

NINE, TEN = "2026-11-30T09:00:00.000000Z", "2026-12-07T09:00:00.000000Z"
_CLOCK = text("A wall time.", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
_USERNAME = text("A username.", longest=150)

WINDOW = Shape(
    "Window",
    {
        "weekdays": many(
            whole("0 is Monday.", 0, 6),
            most=7,
        ),
        "start": _CLOCK,
        "end": text(
            "A wall time; one that is not after `start` lies on the next day.",
            pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        ),
    },
    example={"weekdays": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"},
)
ROTATION = Shape(
    "Rotation",
    {
        "anchor": text("The first handoff, a wall time of `time_zone`.", pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:00)?$"),
        "time_zone": text("An IANA zone; the schedule's unless told.", longest=64),
        "unit": text(one_of=RotationVersion.Unit.values),
        "length": whole("Units in a turn.", 1, LONGEST_TURN),
        "turn_mode": text("active: only days or hours that a window touches count.", one_of=RotationVersion.TurnMode.values),
        "participants": many(many(_USERNAME, most=MOST_PEOPLE), "Who serves, slot by slot; an empty one is unassigned.", most=MOST_SLOTS),
        "windows": many(WINDOW, "When it serves; none: always.", most=MOST_WINDOWS),
        "holidays": text("The name of a holiday calendar.", longest=120),
        "holiday_effect": text(one_of=RotationVersion.HolidayEffect.values),
    },
    optional=frozenset({"time_zone", "unit", "length", "turn_mode", "windows", "holidays", "holiday_effect"}),
    example={
        "anchor": "2026-03-16T09:00", "time_zone": "Europe/Berlin", "unit": "week", "length": 1,
        "turn_mode": "calendar", "participants": [["ines"], ["jonas"], []], "windows": [],
    },
)  # fmt: skip
LAYER = Shape(
    "Layer",
    {
        "name": needed(longest=80),
        "priority": whole("A higher number wins.", 1, HIGHEST_PRIORITY),
        "seat": text(one_of=RotationVersion.Seat.values),
        "mode": text("exclusive: answers alone; additive: those below answer as well.", one_of=RotationVersion.Mode.values),
        "rotation": ROTATION,
    },
    optional=frozenset({"priority", "seat", "mode"}),
    example={"name": "First", "priority": 1, "seat": "primary", "mode": "exclusive", "rotation": dict(ROTATION.example)},
)  # fmt: skip
_FIELDS = {
    "slug": text("Letters, digits, hyphens and underscores.", longest=50, pattern=r"^[A-Za-z0-9_-]+$"),
    "name": needed(longest=120),
    "time_zone": text("An IANA zone; UTC unless told.", longest=64),
    "expectation": text("What coverage is asked; business hours are Monday to Friday, 09:00 to 17:00.", one_of=Schedule.Expectation.values),
    "layers": many(LAYER, most=MOST_LAYERS),
}  # fmt: skip
_DOCUMENT = {
    "slug": "payments", "name": "Payments", "time_zone": "Europe/Berlin", "expectation": "24x7",
    "layers": [dict(LAYER.example)],
}  # fmt: skip
SCHEDULE = Shape("Schedule", _FIELDS, example=_DOCUMENT)
NEW_SCHEDULE = Shape(
    "NewSchedule",
    {**_FIELDS, "team": text("The slug of the team that it belongs to; the first that you manage unless told.", longest=50)},
    optional=frozenset({"time_zone", "expectation", "team"}),
    example=_DOCUMENT,
)  # fmt: skip
CHANGED_SCHEDULE = Shape(
    "ScheduleChange",
    {**_FIELDS, "effective": moment("From when on it turns so; now unless told.")},
    optional=frozenset({"slug", "time_zone", "expectation", "effective"}),
    example={**_DOCUMENT, "effective": NINE},
)
SEGMENT = Shape(
    "Segment",
    {
        "start": moment(),
        "end": moment(),
        "user": text(),
        "seat": text(one_of=RotationVersion.Seat.values),
        "layer": maybe(text("null: an override of the whole schedule.")),
        "source": text("rotation, unavailability, or what the override says."),
    },
    example={"start": NINE, "end": TEN, "user": "ines", "seat": "primary", "layer": "First", "source": "rotation"},
)  # fmt: skip
GAP = Shape("Gap", {"start": moment(), "end": moment()}, example={"start": NINE, "end": TEN})
FINAL = Shape(
    "FinalSchedule",
    {"segments": many(SEGMENT), "gaps": many(GAP, "Where the primary seat is empty, though coverage is asked.")},
    example={"segments": [dict(SEGMENT.example)], "gaps": []},
)  # fmt: skip
GAPS = Shape(
    "Gaps",
    {
        "expectation": text(one_of=Schedule.Expectation.values),
        "gaps": many(GAP),
        "hours": {"type": "number", "description": "Hours in all gaps."},
        "coverage": {"type": "number", "description": "Percent of the asked time that is covered."},
        "empty_shifts": many(SEGMENT, "Shifts of people who can't be paged any more: a page would pass them by."),
    },
    example={"expectation": "24x7", "gaps": [dict(GAP.example)], "hours": 168.0, "coverage": 75.0, "empty_shifts": []},
)  # fmt: skip
_KIND = text(one_of=Override.Kind.values)
OVERRIDE = Shape(
    "Override",
    {
        "id": whole("", 1, LARGEST_ID),
        "kind": _KIND,
        "user": maybe(text()),
        "subject": maybe(text()),
        "layer": maybe(text()),
        "start": moment(),
        "end": moment(),
        "reason": text(),
        "source": text(one_of=Override.Source.values),
        "created_at": moment(),
        "cancelled_at": maybe(moment()),
    },
    example={
        "id": 7, "kind": "cover", "user": "jonas", "subject": None, "layer": None, "start": NINE, "end": TEN,
        "reason": "dentist", "source": "override", "created_at": NINE, "cancelled_at": None,
    },
)  # fmt: skip
NEW_OVERRIDE = Shape(
    "NewOverride",
    {
        "kind": _KIND,
        "user": maybe(text("Who serves; for remove, another word for `subject`.", longest=150)),
        "subject": maybe(text("Whose place it is: for substitute and remove.", longest=150)),
        "layer": maybe(text("The name of one layer; the whole schedule unless told.", longest=80)),
        "start": moment(),
        "end": moment(),
        "reason": text(longest=500),
    },
    optional=frozenset({"user", "subject", "layer", "reason"}),
    example={"kind": "cover", "user": "jonas", "start": NINE, "end": TEN, "reason": "dentist"},
)
_NEXT = Shape(
    "NextOnCall", {"username": text(), "from": moment()}, example={"username": "kai", "from": TEN}
)
ON_CALL_BY = Shape(
    "OnCallBySchedule",
    {
        "schedule": text("A slug."),
        "users": many(text(), "Who holds the primary seat: whom a page reaches."),
        "secondary": many(text()),
        "shadow": many(text()),
        "until": maybe(moment("null: for as long as is planned.")),
        "next": maybe(_NEXT),
    },
    example={"schedule": "payments", "users": ["ines"], "secondary": [], "shadow": [], "until": TEN, "next": dict(_NEXT.example)},
)  # fmt: skip
ON_CALL_AT = Shape(
    "OnCallAt",
    {"at": moment(), "results": many(ON_CALL_BY)},
    example={"at": NINE, "results": [dict(ON_CALL_BY.example)]},
)
CHANGE = Shape(
    "ScheduleDifference",
    {
        "start": moment(),
        "end": moment(),
        "seat": text(one_of=RotationVersion.Seat.values),
        "before": many(text()),
        "after": many(text()),
    },
    example={"start": NINE, "end": TEN, "seat": "primary", "before": ["ines"], "after": ["jonas"]},
)
PREVIEW = Shape(
    "SchedulePreview",
    {
        "from": moment(),
        "to": moment(),
        "changes": many(CHANGE, "Stretches in which somebody else holds a seat."),
        "people": many(text(), "Who is concerned, and told on saving."),
        "new_gaps": many(GAP),
        "closed_gaps": many(GAP),
        "conflicts": many(SEGMENT, "Shifts while their person is away."),
        "hours_before": {"type": "object", "additionalProperties": {"type": "number"}},
        "hours_after": {"type": "object", "additionalProperties": {"type": "number"}},
        "warnings": many(text()),
    },
    example={
        "from": NINE, "to": TEN, "changes": [dict(CHANGE.example)], "people": ["ines", "jonas"], "new_gaps": [],
        "closed_gaps": [], "conflicts": [], "hours_before": {"ines": 168.0}, "hours_after": {"jonas": 168.0}, "warnings": [],
    },
)  # fmt: skip
