"""What the API of incidents says of their timelines and offers, field by field."""

from core.api.shapes import Shape, flag, many, maybe, moment, text, whole
from incidents.models import Standing

AT = "2026-11-23T09:00:00.000000Z"

ACTOR = Shape(
    "Actor",
    {
        "kind": text("person, source, reply (a link or code), engine or import."),
        "label": text(),
    },
    example={"kind": "person", "label": "Ines Duarte"},
)
_LINE_EXAMPLE = {
    "id": 51,
    "kind": "note",
    "at": AT,
    "recorded_at": AT,
    "actor": dict(ACTOR.example),
    "text": "Rolled back to 4.1",
    "reason": None,
    "alternatives": None,
    "standing": None,
    "pinned_at": None,
    "edits": 0,
}
LINE = Shape(
    "TimelineEntry",
    {
        "id": whole(),
        "kind": text("state, note, page, severity, role, and others."),
        "at": moment("When it happened."),
        "recorded_at": moment(),
        "actor": ACTOR,
        "text": text(),
        "reason": maybe(text("Of a decision: why.")),
        "alternatives": maybe(text("Of a decision: what was not chosen.")),
        "standing": maybe(text("Of a hypothesis.", one_of=Standing.values)),
        "pinned_at": maybe(moment("Since when it belongs to the short story.")),
        "edits": whole("How often it was corrected."),
    },
    example=_LINE_EXAMPLE,
)
REVISION = Shape(
    "EntryRevision",
    {
        "at": moment("Until when it said so."),
        "actor": ACTOR,
        "text": text(),
        "happened_at": moment(),
        "standing": maybe(text(one_of=Standing.values)),
    },
    example={
        "at": AT,
        "actor": dict(ACTOR.example),
        "text": "Rolled back to 4.0",
        "happened_at": AT,
        "standing": None,
    },
)
WHOLE_LINE = Shape(
    "WholeTimelineEntry",
    {**LINE.fields, "revisions": many(REVISION, "What it said before, the oldest first.")},
    example={**_LINE_EXAMPLE, "edits": 1, "revisions": [dict(REVISION.example)]},
)
CHECKLIST_ITEM = Shape(
    "ChecklistItem",
    {
        "item": whole("Its place in the checklist, from 1."),
        "text": text(),
        "is_done": flag(),
        "done_at": maybe(moment()),
        "done_by": maybe(text("The name of who ticked it.")),
    },
    example={
        "item": 1,
        "text": "The figures are back to normal",
        "is_done": True,
        "done_at": AT,
        "done_by": "Ines Duarte",
    },
)
CHECKLIST = Shape(
    "Checklist",
    {"checklist": text("Its key in the playbook."), "title": text(), "items": many(CHECKLIST_ITEM)},
    example={
        "checklist": "resolution",
        "title": "Before resolving",
        "items": [dict(CHECKLIST_ITEM.example)],
    },
)
CHECKLISTS = Shape(
    "Checklists",
    {"checklists": many(CHECKLIST)},
    example={"checklists": [dict(CHECKLIST.example)]},
)
OFFER = Shape(
    "RoleOffer",
    {
        "role": text(),
        "user": text("The username of whoever it is offered to."),
        "offered_by": text("A username."),
        "offered_at": moment(),
        "note": text(),
    },
    example={"role": "scribe", "user": "leila", "offered_by": "ines", "offered_at": AT, "note": ""},
)
