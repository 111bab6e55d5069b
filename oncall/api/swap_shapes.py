"""What the API of swaps and absences says and takes, field by field."""

from core.api.operations import LARGEST_ID
from core.api.shapes import Shape, flag, many, maybe, moment, text, whole
from oncall.api.shapes import NINE, TEN
from oncall.models import RotationVersion, Unavailability
from oncall.models.swap import SwapState

_WHO = text("A username.", longest=150)
SWAP = Shape(
    "Swap",
    {
        "id": whole("", 1, LARGEST_ID),
        "state": text(one_of=SwapState.values),
        "owner": text(),
        "taker": maybe(text("null: open to the people of the schedule and of its team.")),
        "start": moment(),
        "end": moment(),
        "return_start": maybe(moment()),
        "return_end": maybe(moment()),
        "note": text(),
        "needs_approval": flag(),
        "created_at": moment(),
    },
    example={
        "id": 3, "state": "offered", "owner": "ines", "taker": "jonas", "start": NINE, "end": TEN,
        "return_start": None, "return_end": None, "note": "a wedding", "needs_approval": False, "created_at": NINE,
    },
)  # fmt: skip
NEW_SWAP = Shape(
    "NewSwap",
    {
        "owner": maybe(text("Whose shift; your own unless told.", longest=150)),
        "taker": maybe(_WHO),
        "start": moment(),
        "end": moment(),
        "return_start": maybe(moment()),
        "return_end": maybe(moment()),
        "note": text(longest=500),
    },
    optional=frozenset({"owner", "taker", "return_start", "return_end", "note"}),
    example={"taker": "jonas", "start": NINE, "end": TEN, "note": "a wedding"},
)
TAKER = Shape("SwapTaker", {"taker": maybe(_WHO)}, frozenset({"taker"}), example={"taker": "jonas"})
AWAY = Shape(
    "Unavailability",
    {
        "id": whole("", 1, LARGEST_ID),
        "user": text(),
        "kind": text(one_of=Unavailability.Kind.values),
        "mode": text(one_of=Unavailability.Mode.values),
        "start": moment(),
        "end": moment(),
        "note": text(),
        "created_at": moment(),
        "cancelled_at": maybe(moment()),
    },
    example={
        "id": 5, "user": "ines", "kind": "vacation", "mode": "skip", "start": NINE, "end": TEN, "note": "",
        "created_at": NINE, "cancelled_at": None,
    },
)  # fmt: skip
_TOUCHED = Shape(
    "TouchedShift",
    {"schedule": text(), "start": moment(), "end": moment(), "seat": text(one_of=RotationVersion.Seat.values)},
    example={"schedule": "payments", "start": NINE, "end": TEN, "seat": "primary"},
)  # fmt: skip
WHOLE_AWAY = Shape(
    "WholeUnavailability",
    {**AWAY.fields, "shifts": many(_TOUCHED, "What the person would serve meanwhile.")},
    example={**AWAY.example, "shifts": [dict(_TOUCHED.example)]},
)
NEW_AWAY = Shape(
    "NewUnavailability",
    {
        "user": maybe(text("Who is away; you unless told.", longest=150)),
        "kind": maybe(text(one_of=Unavailability.Kind.values)),
        "mode": maybe(text("flag: marked only; skip: turns pass to the next person.", one_of=Unavailability.Mode.values)),
        "start": moment(),
        "end": moment(),
        "note": text(longest=200),
    },
    optional=frozenset({"user", "kind", "mode", "note"}),
    example={"kind": "vacation", "mode": "skip", "start": NINE, "end": TEN},
)  # fmt: skip
TAKE = Shape("TakePager", {"end": maybe(moment())}, frozenset({"end"}), example={"end": TEN})
