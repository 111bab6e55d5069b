"""What the API of public incidents says and takes, field by field."""

from core.api.operations import LARGEST_ID
from core.api.shapes import Shape, flag, many, maybe, moment, named, needed, text, whole
from statuspage.actions.checking import LONGEST_ADVICE
from statuspage.actions.second import LONGEST_REASON
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME
from statuspage.rules.ids import LENGTH
from statuspage.rules.states import ComponentState, Impact, Stage

AT = "2026-11-21T14:11:00.000000Z"
MOST_COMPONENTS = 1000
PUBLIC_ID = text("Its id in public.", pattern=f"^[a-z0-9]{{{LENGTH}}}$")
_CHANGE = {
    "component": text("The component's id in public."),
    "name": text(),
    "old_status": text(one_of=ComponentState),
    "new_status": text(one_of=ComponentState),
}
_CHANGE_EXAMPLE = {
    "component": "k2v9m4q8x1za",
    "name": "Payments",
    "old_status": "operational",
    "new_status": "partial_outage",
}
CHANGE = Shape("ComponentChange", _CHANGE, example=_CHANGE_EXAMPLE)
UPDATE = Shape(
    "PublicUpdate",
    {
        "id": text("The update's id in public."),
        "number": whole("From 1 on.", 1),
        "status": text(one_of=Stage),
        "body": text(),
        "at": moment("When it was said."),
        "next_update_by": maybe(moment("What it promised.")),
        "components": many(CHANGE, "What it said of components."),
        "published_by": maybe(text("A username; never shown in public.")),
    },
    example={
        "id": "h7d0s5w3n8pb",
        "number": 1,
        "status": "investigating",
        "body": "Some card payments fail at the last step of checkout. We are looking into it.",
        "at": AT,
        "next_update_by": "2026-11-21T14:41:00.000000Z",
        "components": [_CHANGE_EXAMPLE],
        "published_by": "ines",
    },
)
_FIELDS = {
    "id": text("Its id in public."),
    "url": text("Where visitors read it."),
    "page": text("The status page's id in public."),
    "incident": maybe(whole("The number of the incident that it tells of; never shown in public.")),
    "name": text(),
    "status": text(one_of=Stage),
    "impact": text("The worst that it ever had.", one_of=Impact),
    "advice": text("What visitors can do meanwhile."),
    "started_at": moment(),
    "resolved_at": maybe(moment()),
    "next_update_by": maybe(moment("What is promised.")),
    "update_count": whole("How many updates there are.", 0),
}
_EXAMPLE = {
    "id": "c3f6j1r9t4ye",
    "url": "https://status.northwind.example/incidents/c3f6j1r9t4ye",
    "page": "n4w8t2k6s1ab",
    "incident": 2041,
    "name": "Card payments failing for some customers",
    "status": "investigating",
    "impact": "major",
    "advice": "Pay by bank transfer or gift card. Both work normally.",
    "started_at": "2026-11-21T14:05:00.000000Z",
    "resolved_at": None,
    "next_update_by": "2026-11-21T14:41:00.000000Z",
    "update_count": 1,
}
PUBLIC_INCIDENT = Shape("PublicIncident", _FIELDS, example=_EXAMPLE)
WHOLE_PUBLIC_INCIDENT = Shape(
    "WholePublicIncident",
    {**_FIELDS, "updates": many(UPDATE, "The oldest first.")},
    example={**_EXAMPLE, "updates": [dict(UPDATE.example)]},
)
NEW_UPDATE = Shape(
    "NewPublicUpdate",
    {
        "incident": whole("The number of the internal incident.", 1, LARGEST_ID),
        "page": text(
            "The status page's id; without it the one that told of the incident, else the default one.",
            longest=LENGTH,
        ),
        "name": text(
            "The title in public; what it is called already unless told.", longest=LONGEST_NAME
        ),
        "status": text(one_of=Stage),
        "body": needed("What is said: paragraphs and links, no HTML.", longest=LONGEST_BODY),
        "components": named(
            text(one_of=ComponentState),
            "Component id in public -> how it does now; others stay as they are.",
        ),
        "next_update_by": maybe(moment("By when more is said; within 30 days.")),
        "advice": text("What visitors can do meanwhile.", longest=LONGEST_ADVICE),
        "update_number": whole(
            "Which update this is to be, from 1 on; 412 where somebody was faster.", 1, 32_767
        ),
        "despite_findings": flag("Say it although something in it looks like ours alone."),
        "alone_because": text(
            "Why it can't wait for the second person whom its page asks for; at least ten characters.",
            longest=LONGEST_REASON,
        ),
    },
    optional=frozenset(
        {
            "page",
            "name",
            "components",
            "next_update_by",
            "advice",
            "update_number",
            "despite_findings",
            "alone_because",
        }
    ),
    example={
        "incident": 2041,
        "name": "Card payments failing for some customers",
        "status": "investigating",
        "body": "Some card payments fail at the last step of checkout. We are looking into it.",
        "components": {"k2v9m4q8x1za": "partial_outage"},
        "next_update_by": "2026-11-21T14:41:00.000000Z",
    },
)
