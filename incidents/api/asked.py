"""What the API of incidents takes, field by field."""

from core.api.operations import LARGEST_ID
from core.api.shapes import Shape, flag, many, maybe, moment, needed, text, whole
from incidents.actions.perform import ORDERS
from incidents.actions.remarks import LONGEST_CHOICE
from incidents.models.service import Service
from incidents.parsers import FORMATS
from incidents.playbook.lifecycle import VERBS

LONGEST_TITLE, LONGEST_TEXT, LONGEST_NAME, LONGEST_SLUG = 1024, 20_000, 150, 50
LONGEST_LABEL, MOST_NEEDS = 120, 100
MOST_AT_ONCE = 200

_NAME = needed("A username.", longest=LONGEST_NAME)
_RANK = whole("1 is the worst; 4 pages nobody.", 1, 4)
NEW_INCIDENT = Shape(
    "NewIncident",
    {
        "title": needed(longest=LONGEST_TITLE),
        "service": needed("The slug of the service that is hit.", longest=50),
        "severity": _RANK,
        "description": maybe(text(longest=LONGEST_TEXT)),
        "page_nobody": maybe(flag("You have it: it starts acknowledged by you.")),
    },
    optional=frozenset({"description", "page_nobody"}),
    example={"title": "Checkout is failing", "service": "checkout", "severity": 2},
)
CHANGED_INCIDENT = Shape(
    "IncidentChange",
    {
        "title": needed(longest=LONGEST_TITLE),
        "description": text(longest=LONGEST_TEXT),
        "severity": _RANK,
        "reason": text("Why the severity changes; needed with it.", longest=LONGEST_TEXT),
    },
    optional=frozenset({"title", "description", "severity", "reason"}),
    example={"title": "Checkout is failing in Oslo", "severity": 1, "reason": "All cards fail"},
)
_ROLE = needed("A role of the playbook.", longest=40)
_WORDS = {
    "note": maybe(text("Kept on the timeline.", longest=LONGEST_TEXT)),
    "reason": maybe(text("Why; some steps need one.", longest=LONGEST_TEXT)),
}
_MORE = {
    "merge": {"into": whole("The number of the incident that stays.", 1, LARGEST_ID)},
    "change_severity": {"severity": _RANK},
    "assign_role": {"role": _ROLE, "user": _NAME},
    "offer_role": {"role": _ROLE, "user": _NAME},
    "accept_role": {"role": _ROLE},
    "decline_role": {"role": _ROLE},
}
_SAID = {
    "accept_role": "Take a role that was offered to you; whoever had it is told.",
    "decline_role": "Leave a role that was offered to you, or take back an offer to somebody else.",
    "offer_role": "It changes hands when they accept. The note is for them, and for the timeline.",
}
_WHEN = {"happened_at": maybe(moment("When it happened, if not now; not in the future."))}
MOST_ITEMS = 999
TICK = Shape(
    "Tick",
    {
        "checklist": needed("The key of a checklist of the playbook.", longest=40),
        "item": whole("Its place in the checklist, from 1.", 1, MOST_ITEMS),
        "taken_back": maybe(flag("It is not done after all.")),
    },
    optional=frozenset({"taken_back"}),
    example={"checklist": "resolution", "item": 1},
)
NEW_NOTE = Shape(
    "NewNote",
    {"text": needed(longest=LONGEST_TEXT), **_WHEN},
    optional=frozenset(_WHEN),
    example={"text": "Rolled back to 4.1"},
)
NEW_DECISION = Shape(
    "NewDecision",
    {
        "text": needed("What was decided.", longest=LONGEST_CHOICE),
        "reason": maybe(text("Why.", longest=LONGEST_TEXT)),
        "alternatives": maybe(text("What was not chosen.", longest=LONGEST_TEXT)),
        **_WHEN,
    },
    optional=frozenset({"reason", "alternatives", *_WHEN}),
    example={
        "text": "Roll back to 4.1",
        "reason": "It was healthy for a week",
        "alternatives": "Wait for the provider",
    },
)
NEW_HYPOTHESIS = Shape(
    "NewHypothesis",
    {"text": needed("What may be the cause.", longest=LONGEST_TEXT), **_WHEN},
    optional=frozenset(_WHEN),
    example={"text": "The certificate has run out"},
)
CORRECTION = Shape(
    "Correction",
    {"text": needed(longest=LONGEST_TEXT), **_WHEN},
    optional=frozenset({"text", *_WHEN}),
    example={"text": "Rolled back to 4.0, not 4.1"},
)


def order(verb: str) -> Shape:
    """Return what the body of a verb may hold."""
    fields = {**_WORDS, **_MORE.get(verb, {})}
    needs = set(_MORE.get(verb, {}))
    if verb == "note":
        fields, needs = {**fields, "note": needed(longest=LONGEST_TEXT)}, {"note"}
    if verb in VERBS and VERBS[verb].needs_reason:
        fields = {**fields, "reason": needed("At least 10 characters.", longest=LONGEST_TEXT)}
        needs |= {"reason"}
    if verb == "change_severity":
        fields = {**fields, "reason": needed(longest=LONGEST_TEXT)}
        needs |= {"reason"}
    name = "".join(part.title() for part in verb.split("_"))
    return Shape(f"{name}Order", fields, frozenset(fields) - needs, example=_order_example(needs))


def said(verb: str) -> str:
    """Return what is to be known of a verb besides its fields."""
    return f"{_SAID.get(verb, '')} Done again by the same person it changes nothing.".strip()


def _order_example(needs: set[str]) -> dict[str, object]:
    said: dict[str, object] = {
        "note": "Rolled back to 4.1",
        "reason": "It fails again in Oslo",
        "into": 2040,
        "severity": 1,
        "role": "commander",
        "user": "ines",
    }
    return {name: said[name] for name in said if name in needs or (name == "note" and not needs)}


MANY_ORDERS = Shape(
    "BulkOrder",
    {
        "verb": text("What to do with each.", one_of=[name.replace("_", "-") for name in ORDERS]),
        "incidents": many(whole("A number.", 1, LARGEST_ID), "Each once.", most=MOST_AT_ONCE),
        **_WORDS,
        **{name: maybe(piece) for fields in _MORE.values() for name, piece in fields.items()},
    },
    optional=frozenset({"note", "reason", "into", "severity", "role", "user"}),
    example={"verb": "acknowledge", "incidents": [2041, 2042]},
)
OUTCOME = Shape(
    "BulkOutcome",
    {
        "incident": whole(),
        "status": whole("200, or the status of the refusal."),
        "code": maybe(text("The code of the refusal.")),
        "detail": maybe(text()),
    },
    example={"incident": 2041, "status": 200, "code": None, "detail": None},
)
OUTCOMES = Shape(
    "BulkOutcomes",
    {"results": many(OUTCOME, most=MOST_AT_ONCE)},
    example={"results": [dict(OUTCOME.example)]},
)
_SLUG = needed(longest=LONGEST_SLUG)
_SERVICE = {
    "name": needed(longest=LONGEST_LABEL),
    "tier": text(one_of=Service.Tier.values),
    "playbook": needed("The slug of a loaded playbook.", longest=LONGEST_SLUG),
    "description": text(longest=LONGEST_TEXT),
    "runbook_url": text("http or https.", longest=200),
    "depends_on": many(text(longest=LONGEST_SLUG), "Slugs of services.", most=MOST_NEEDS),
}
NEW_SERVICE = Shape(
    "NewService",
    {"slug": _SLUG, "team": _SLUG, **_SERVICE},
    optional=frozenset({"tier", "playbook", "description", "runbook_url", "depends_on"}),
    example={"slug": "checkout", "name": "Checkout", "team": "shop", "tier": "critical"},
)
CHANGED_SERVICE = Shape(
    "ServiceChange",
    _SERVICE,
    optional=frozenset(_SERVICE),
    example={"tier": "important", "depends_on": ["payments"]},
)
NEW_SOURCE = Shape(
    "NewSource",
    {
        "name": needed(longest=LONGEST_LABEL),
        "format": text(one_of=FORMATS),
        "service": needed("The slug of a service.", longest=LONGEST_SLUG),
    },
    example={"name": "Prometheus", "format": "alertmanager", "service": "checkout"},
)
REVOKED_KEY = Shape(
    "KeyToRevoke", {"key": whole("The id of the key.", 1, LARGEST_ID)}, example={"key": 3}
)
NOTHING = Shape("Nothing", {}, detail="No field is taken; the body may be left out.")
