"""What the API says of a schedule's quality, field by field."""

from core.api.shapes import Piece, Shape, flag, many, maybe, moment, named, text, whole
from oncall.api.eligibility_shapes import ASKED
from oncall.api.shapes import GAP, NINE, SEGMENT, TEN
from oncall.models import RotationVersion, Schedule
from oncall.rota import CLASSES

NUMBER = {"type": "number"}
FINDING = Shape(
    "ScheduleFinding",
    {
        "code": text("What is found; one code may come several times."),
        "level": text("wrong: the managers are told weekly; advice: only shown.", one_of=("wrong", "advice")),
        "said": text("The finding as a sentence."),
    },
    example={"code": "gap", "level": "wrong", "said": "1 gap, 168.0 h, within a year; the first Mon 30 Nov 2026 09:00 to Mon 07 Dec 09:00 (UTC)."},
)  # fmt: skip
RULES = Shape(
    "ScheduleRules",
    {
        "playbooks": many(text(), "Whose rules these are; none: the guides' numbers."),
        "people_min": whole("", 1),
        "people_max": whole("", 1),
        "recommended": many(whole("", 1), "From and to."),
        "rotations_per_month": whole("", 1),
        "secondary": flag("Whether a secondary is asked for."),
        "weeks_published": whole("", 1),
        "eligibility": maybe(ASKED),
    },
    example={
        "playbooks": ["IMAG"], "people_min": 2, "people_max": 12, "recommended": [6, 8],
        "rotations_per_month": 1, "secondary": True, "weeks_published": 6,
        "eligibility": None,
    },
)  # fmt: skip
ALONE = Shape(
    "SinglePointOfFailure",
    {
        "kind": text(
            "one_person: in all slots of `layer`; no_secondary: one primary and nobody behind.",
            one_of=("one_person", "no_secondary"),
        ),
        "layer": maybe(text()),
        "user": maybe(text()),
        "start": moment("Where the first such stretch begins."),
        "end": moment("Where the last one ends."),
        "hours": {**NUMBER, "description": "Of all such stretches."},
    },
    example={"kind": "one_person", "layer": "First", "user": "ines", "start": NINE, "end": TEN, "hours": 168.0},
)  # fmt: skip
RING = Shape(
    "RotationSize",
    {
        "layer": text(),
        "seat": text(one_of=RotationVersion.Seat.values),
        "people": whole("How many different people.", 0),
    },
    example={"layer": "First", "seat": "primary", "people": 4},
)
MONTH = Shape(
    "TooManyRotations",
    {
        "user": text(),
        "month": text("Of the schedule's zone.", pattern=r"^[0-9]{4}-[0-9]{2}$"),
        "rotations": whole("", 1),
        "hours": NUMBER,
    },
    example={"user": "ines", "month": "2026-12", "rotations": 2, "hours": 336.0},
)
BURDEN = Shape(
    "Burden",
    {
        "user": text(),
        "hours": named(NUMBER, f"By class: {', '.join(CLASSES)}, in the person's own zone."),
        "pages": whole("", 0),
        "pages_after_hours": whole("", 0),
        "burden": {**NUMBER, "description": "All of it as one number: business hours that would weigh as much."},
    },
    example={"user": "ines", "hours": {"business": 40.0, "night": 45.0}, "pages": 3, "pages_after_hours": 1, "burden": 136.0},
)  # fmt: skip
FAIRNESS = Shape(
    "Fairness",
    {
        "from": moment(),
        "to": moment(),
        "people": many(BURDEN, "The heaviest burden first."),
        "evenness": {**NUMBER, "description": "Jain's index of the burdens: 1 is even."},
        "max_to_min": maybe({**NUMBER, "description": "The largest burden over the smallest; null: somebody bears nothing."}),
    },
    example={"from": NINE, "to": TEN, "people": [dict(BURDEN.example)], "evenness": 1.0, "max_to_min": 1.0},
)  # fmt: skip
CANDIDATE = Shape(
    "CoverCandidate",
    {
        "user": text(),
        "burden": NUMBER,
        "eligible": flag(),
        "missing": many(text(), "What is missing for being eligible."),
        "hours_from_own_shift": maybe({**NUMBER, "description": "null: none within four weeks."}),
    },
    example={"user": "kai", "burden": 96.5, "eligible": True, "missing": [], "hours_from_own_shift": 120.0},
)  # fmt: skip
COVER = Shape(
    "WhoShouldCover",
    {
        "start": moment("The first gap, or the coming week, unless `cover_from` and `cover_to` say otherwise."),
        "end": moment(),
        "people": many(CANDIDATE, "Who could serve all of it, the best first."),
    },
    example={"start": NINE, "end": TEN, "people": [dict(CANDIDATE.example)]},
)  # fmt: skip
READY = Shape(
    "ShiftReadiness",
    {
        "user": text(),
        "seat": text(one_of=RotationVersion.Seat.values),
        "start": moment("Of their next shift within 14 days."),
        "ready": flag("Two channels, both proven within 30 days."),
        "channels": many(text(), "What pages go to."),
        "proven": many(text(), "What a message arrived by within 30 days."),
        "missing": many(text(), "What to do."),
        "lacking": many(text(), "Why they are not eligible for the shift; it changes nobody's turn."),
    },
    example={
        "user": "ines", "seat": "primary", "start": NINE, "ready": False, "channels": ["email"], "proven": ["email"],
        "missing": ["Pages go to one channel, email; 2 are needed, in case one fails."],
        "lacking": [],
    },
)  # fmt: skip
_FIELDS: dict[str, Piece | Shape] = {
    "from": moment(),
    "to": moment("A year ahead."),
    "expectation": text(one_of=Schedule.Expectation.values),
    "rules": RULES,
    "findings": many(FINDING, "What is wrong first."),
    "gaps": many(GAP),
    "gap_hours": NUMBER,
    "empty_shifts": many(SEGMENT, "Shifts of people who can't be paged any more; no gaps."),
    "single_points": many(ALONE),
    "rotations": many(RING),
    "warnings": many(text(), "Of the rotations themselves, such as people who never serve."),
    "too_often": many(MONTH),
    "published_to": maybe(moment("Where the last planned shift of the year ends.")),
    "served": FAIRNESS,
    "planned": FAIRNESS,
    "cover": COVER,
    "readiness": many(READY, "Everybody who is on call within 14 days."),
}
QUALITY = Shape(
    "ScheduleQuality",
    _FIELDS,
    example={
        "from": NINE, "to": TEN, "expectation": "24x7", "rules": dict(RULES.example), "findings": [dict(FINDING.example)],
        "gaps": [dict(GAP.example)], "gap_hours": 168.0, "empty_shifts": [], "single_points": [dict(ALONE.example)],
        "rotations": [dict(RING.example)], "warnings": [], "too_often": [dict(MONTH.example)], "published_to": TEN,
        "served": dict(FAIRNESS.example), "planned": dict(FAIRNESS.example), "cover": dict(COVER.example),
        "readiness": [dict(READY.example)],
    },
)  # fmt: skip
