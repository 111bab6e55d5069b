"""What the API of planned work says and takes, field by field."""

from core.api.shapes import Shape, flag, many, maybe, moment, named, needed, text, whole
from statuspage.actions.checking import LONGEST_ADVICE
from statuspage.actions.maintenance import LONGEST_NOTICE
from statuspage.actions.second import LONGEST_REASON
from statuspage.api.shapes import AT, CHANGE
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME
from statuspage.rules.states import ComponentState, Work

BEGINS, ENDS = "2026-11-24T02:00:00.000000Z", "2026-11-24T03:00:00.000000Z"
_PLAN = {
    "name": text("What is done, in public.", longest=LONGEST_NAME),
    "scheduled_for": moment("When it begins."),
    "scheduled_until": moment("When it ends; later than it begins, within 90 days of that."),
    "components": named(
        text(one_of=ComponentState), "Component id in public -> how it does meanwhile."
    ),
    "advice": text("What visitors can do meanwhile.", longest=LONGEST_ADVICE),
    "begins_itself": flag("The clock begins it; else a person does."),
    "ends_itself": flag("The clock ends it; else it goes on until a person ends it."),
    "tells_begin": flag("Subscribers are told when it begins."),
    "tells_end": flag("Subscribers are told when it is over."),
    "remind_minutes": maybe(
        whole("Subscribers are reminded so long before; null: never.", 1, LONGEST_NOTICE)
    ),
}
_PLAN_EXAMPLE = {
    "name": "Moving the payments database",
    "scheduled_for": BEGINS,
    "scheduled_until": ENDS,
    "components": {"k2v9m4q8x1za": "under_maintenance"},
    "advice": "Pay by gift card. That works meanwhile.",
    "begins_itself": True,
    "ends_itself": True,
    "tells_begin": True,
    "tells_end": True,
    "remind_minutes": 60,
}
_BODY = needed("What visitors are told: paragraphs and links, no HTML.", longest=LONGEST_BODY)
_SAID = text("What visitors are told; empty: a sentence of ours.", longest=LONGEST_BODY)
_MORE = {
    "despite_findings": flag("Say it although something in it looks like ours alone."),
    "alone_because": text(
        "Why it can't wait for the second person whom its page asks for; at least ten characters.",
        longest=LONGEST_REASON,
    ),
}
UPDATE = Shape(
    "StatusMaintenanceUpdate",
    {
        "id": text("The update's id in public."),
        "number": whole("From 1 on.", 1),
        "status": text(one_of=Work),
        "body": text(),
        "at": moment("When it was said."),
        "next_update_by": maybe(moment("What it promised.")),
        "components": many(CHANGE, "What it changed."),
        "is_sent": flag("Subscribers are told of it."),
        "published_by": maybe(text("A username, null for the clock; never shown in public.")),
    },
    example={
        "id": "h7d0s5w3n8pb",
        "number": 1,
        "status": "scheduled",
        "body": "Payments will pause for some minutes.",
        "at": AT,
        "next_update_by": None,
        "components": [],
        "is_sent": True,
        "published_by": "ines",
    },
)
_FIELDS = {
    "id": text("Its id in public."),
    "url": text("Where visitors read it."),
    "page": text("The page's id in public."),
    "status": text(one_of=Work),
    **_PLAN,
    "moved_from": maybe(moment("For when it was planned before it was moved.")),
    "began_at": maybe(moment()),
    "ended_at": maybe(moment()),
    "next_update_by": maybe(moment("What is promised.")),
    "waits_for": text(
        "What a person has to do now, as no clock does.", one_of=["", "begin", "end"]
    ),
    "update_count": whole("How many updates there are.", 0),
}
_EXAMPLE = {
    "id": "m4k9t2b7x0qd",
    "url": "https://status.northwind.example/incidents/m4k9t2b7x0qd",
    "page": "nw0rthw1ndbk",
    "status": "scheduled",
    **_PLAN_EXAMPLE,
    "moved_from": None,
    "began_at": None,
    "ended_at": None,
    "next_update_by": None,
    "waits_for": "",
    "update_count": 1,
}
MAINTENANCE = Shape("StatusMaintenance", _FIELDS, example=_EXAMPLE)
WHOLE_MAINTENANCE = Shape(
    "WholeStatusMaintenance",
    {
        **_FIELDS,
        "updates": many(UPDATE, "The oldest first."),
        "warnings": many(
            text(), "What its planner should look at again; nothing of it is refused."
        ),
    },
    example={**_EXAMPLE, "updates": [dict(UPDATE.example)], "warnings": []},
)
NEW_MAINTENANCE = Shape(
    "NewStatusMaintenance",
    {
        "page": text("The page's id in public; the default page unless told."),
        **_PLAN,
        "body": _BODY,
        **_MORE,
    },
    optional=frozenset({"page", *_PLAN, *_MORE} - {"name", "scheduled_for", "scheduled_until"}),
    example={**_PLAN_EXAMPLE, "body": "Payments will pause for some minutes."},
)
PROPOSED_MAINTENANCE = Shape(
    "ProposedStatusMaintenance",
    {name: kind for name, kind in NEW_MAINTENANCE.fields.items() if name != "alone_because"},
    optional=NEW_MAINTENANCE.optional - {"alone_because"},
    example=dict(NEW_MAINTENANCE.example),
)
CHANGED_MAINTENANCE = Shape(
    "ChangedStatusMaintenance",
    {**_PLAN, "body": _SAID, **_MORE},
    optional=frozenset({*_PLAN, "body", *_MORE}),
    example={
        "scheduled_for": "2026-11-25T02:00:00.000000Z",
        "scheduled_until": "2026-11-25T03:00:00.000000Z",
    },
)
NEW_UPDATE = Shape(
    "NewStatusMaintenanceUpdate",
    {
        "body": _BODY,
        "next_update_by": maybe(moment("By when more is said; within 30 days.")),
        "is_sent": flag("Subscribers are told of it; they are unless you say false."),
        **_MORE,
    },
    optional=frozenset({"next_update_by", "is_sent", *_MORE}),
    example={"body": "Half of the data has moved. All goes as planned."},
)
STEP = Shape(
    "StatusMaintenanceStep",
    {"body": _SAID, **_MORE},
    optional=frozenset({"body", *_MORE}),
    example={"body": "We have begun to move the data."},
)
