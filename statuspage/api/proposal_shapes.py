"""What the API of proposals says and takes, field by field."""

from core.api.operations import LARGEST_ID
from core.api.shapes import Shape, flag, maybe, moment, named, text, whole
from statuspage.actions.proposing import LONGEST_ANSWER
from statuspage.api.shapes import AT, NEW_UPDATE
from statuspage.models import Proposal
from statuspage.rules.states import ComponentState

_ALONE = "alone_because"
PROPOSAL = Shape(
    "Proposal",
    {
        "id": whole("", 1, LARGEST_ID),
        "act": text(
            "An update of an incident; the announcement of planned work; a change of it, or a word on it.",
            one_of=Proposal.Act.values,
        ),
        "status": text(one_of=Proposal.State.values),
        "page": text("The status page's id in public."),
        "incident": maybe(whole("The number of the incident that it is an update of.")),
        "maintenance": maybe(text("The planned work's id in public, once it is announced.")),
        "name": text("The title in public."),
        "body": text("What visitors would be told."),
        "stage": maybe(text("The stage that an update would tell.")),
        "components": named(text(one_of=ComponentState), "Component id in public -> how it does."),
        "next_update_by": maybe(moment("What it would promise.")),
        "asked_by": text("A username."),
        "asked_at": moment(),
        "answered_by": maybe(
            text("A username; null while it waits, and where something newer was said.")
        ),
        "answered_at": maybe(moment()),
        "answer": text("What should be different, where it was declined."),
    },
    example={
        "id": 12,
        "act": "update",
        "status": "asked",
        "page": "n4w8t2k6s1ab",
        "incident": 2041,
        "maintenance": None,
        "name": "Card payments failing for some customers",
        "body": "Some card payments fail at the last step of checkout. We are looking into it.",
        "stage": "investigating",
        "components": {"k2v9m4q8x1za": "partial_outage"},
        "next_update_by": "2026-11-21T14:41:00.000000Z",
        "asked_by": "ines",
        "asked_at": AT,
        "answered_by": None,
        "answered_at": None,
        "answer": "",
    },
)
NEW_PROPOSAL = Shape(
    "NewProposal",
    {
        **{name: kind for name, kind in NEW_UPDATE.fields.items() if name != _ALONE},
        "notify": flag("Subscribers are told once it is approved; so unless told."),
    },
    optional=NEW_UPDATE.optional - {_ALONE} | {"notify"},
    example=dict(NEW_UPDATE.example),
)
ANSWER = Shape(
    "ProposalAnswer",
    {"answer": text("What should be different; needed to decline.", longest=LONGEST_ANSWER)},
    optional=frozenset({"answer"}),
    example={"answer": "Say which cards."},
)
