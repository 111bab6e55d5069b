"""What the API of handoffs says and takes, field by field."""

from core.api.operations import LARGEST_ID
from core.api.shapes import Shape, flag, many, maybe, moment, text, whole
from oncall.actions.handoffs import LONGEST
from oncall.api.shapes import NINE, TEN
from oncall.models import Handoff

SEATS = ("primary", "secondary")
OPEN_INCIDENT = Shape(
    "HandedIncident",
    {
        "number": whole("", 1, LARGEST_ID),
        "title": text(),
        "severity": whole("", 1, 4),
        "state": text("As it was when the shift ended."),
        "holder": maybe(text("Who had it.")),
    },
    example={
        "number": 2041,
        "title": "Checkout is failing",
        "severity": 2,
        "state": "mitigating",
        "holder": "ines",
    },
)
HANDOFF = Shape(
    "Handoff",
    {
        "id": whole("", 1, LARGEST_ID),
        "schedule": text("A slug."),
        "seat": text(one_of=SEATS),
        "state": text("draft: the shift goes on; open: waits to be accepted.", one_of=Handoff.State.values),
        "from": text("Whose shift it was."),
        "to": maybe(text("Who takes over; null: a draft, or nobody is planned.")),
        "start": moment("Of the shift."),
        "end": moment("Of the shift."),
        "notes": text(),
        "incidents": many(OPEN_INCIDENT, "What was open when the shift ended."),
        "opened_at": maybe(moment()),
        "accept_by": maybe(moment("After that it is chased.")),
        "accepted_at": maybe(moment()),
        "accepted_by": maybe(text()),
        "chased": flag("Whether the incoming person and the managers were told that it is late."),
    },
    example={
        "id": 3, "schedule": "payments", "seat": "primary", "state": "open", "from": "ines", "to": "jonas", "start": NINE,
        "end": TEN, "notes": "The queue of refunds is slow.", "incidents": [dict(OPEN_INCIDENT.example)], "opened_at": TEN,
        "accept_by": TEN, "accepted_at": None, "accepted_by": None, "chased": False,
    },
)  # fmt: skip
_NOTES = text("What whoever comes next has to know.", longest=LONGEST)
NEW_HANDOFF = Shape(
    "NewHandoff",
    {
        "schedule": text("A slug.", longest=50),
        "notes": _NOTES,
        "seat": text("primary unless told.", one_of=SEATS),
        "from": text("For managers: whose shift; your own unless told.", longest=150),
    },
    optional=frozenset({"seat", "from"}),
    example={"schedule": "payments", "notes": "The queue of refunds is slow."},
)
NOTES = Shape("HandoffNotes", {"notes": _NOTES}, example={"notes": "The queue of refunds is slow."})
