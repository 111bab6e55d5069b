"""What the API of foreign calendars says and takes, field by field."""

from core.api.operations import LARGEST_ID
from core.api.shapes import Shape, flag, maybe, moment, needed, text, whole
from notify.addresses import LONGEST_URL
from oncall.api.calendars_in import TAKEN
from oncall.api.shapes import NINE
from oncall.models import Unavailability

_MODE = text("Of absences: flag unless told.", one_of=Unavailability.Mode.values)
FOREIGN = Shape(
    "ForeignCalendar",
    {
        "id": whole("", 1, LARGEST_ID),
        "host": text("Where it lies. The whole address may be a secret and is not shown again."),
        "schedule": maybe(text("A slug; null: it says when `user` is away.")),
        "layer": maybe(text("Whose turns it says.")),
        "user": maybe(text("When this person is away.")),
        "mode": maybe(_MODE),
        "created_by": maybe(text()),
        "created_at": moment(),
        "tried_at": maybe(moment("When it was last asked for.")),
        "read_at": maybe(moment("When that last went well.")),
        "due_at": moment("When it is asked for again: every 15 minutes."),
        "error": maybe(text("What is wrong now, as a sentence; what it said last stays meanwhile.")),
        "failures": whole("How often in a row; after four its owner is told.", 0),
        "taken": TAKEN,
    },
    example={
        "id": 4, "host": "calendar.example.com", "schedule": "payments", "layer": "First", "user": None, "mode": None,
        "created_by": "mona", "created_at": NINE, "tried_at": NINE, "read_at": NINE, "due_at": NINE, "error": None,
        "failures": 0, "taken": dict(TAKEN.example),
    },
)  # fmt: skip
NEW_FOREIGN = Shape(
    "NewForeignCalendar",
    {
        "url": needed("Of an iCalendar text (RFC 5545): https, or webcal, which is read as https.", longest=LONGEST_URL),
        "schedule": maybe(text("A slug; goes with `layer`.", longest=50)),
        "layer": maybe(text("The name of the layer whose turns it says.", longest=80)),
        "user": maybe(text("Without a schedule: who is away; you unless told.", longest=150)),
        "mode": maybe(_MODE),
    },
    optional=frozenset({"schedule", "layer", "user", "mode"}),
    example={"url": "https://calendar.example.com/secret/basic.ics", "schedule": "payments", "layer": "First"},
)  # fmt: skip
REFRESH = Shape(
    "RefreshForeignCalendar",
    {"may_be_empty": maybe(flag("Believe it also where it would take away all that it said."))},
    optional=frozenset({"may_be_empty"}),
    example={},
)
