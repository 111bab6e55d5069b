"""What the API of learning takes, field by field."""

from core.api.operations import LARGEST_ID
from core.api.shapes import Piece, Shape, day, flag, many, maybe, moment, named, needed, text, whole
from postmortems.api.shapes import DAY
from postmortems.models import ActionItem
from postmortems.models.action import State
from postmortems.models.postmortem import LONGEST_SECTION

LONGEST_TEXT, LONGEST_NAME, LONGEST_KEY, LONGEST_RULE = 20_000, 150, 40, 20_000
MOST_REVIEWERS, MOST_FACTORS = 50, 32_767

_NAME = text("A username.", longest=LONGEST_NAME)
NEW_POSTMORTEM = Shape(
    "NewPostmortem",
    {"incident": whole("The number of a resolved incident.", 1, LARGEST_ID)},
    example={"incident": 2033},
)
CHANGED_POSTMORTEM = Shape(
    "PostmortemChange",
    {
        "owner": maybe(_NAME),
        "meeting_at": maybe(moment()),
        "is_public": flag(),
        "public_text": text(longest=LONGEST_SECTION),
        "sections": named(text(longest=LONGEST_SECTION), "Section key -> Markdown."),
    },
    optional=frozenset({"owner", "meeting_at", "is_public", "public_text", "sections"}),
    example={"owner": "mara", "sections": {"causes": "One value decides all worker counts."}},
)
_SECTION = needed("The key of a section.", longest=LONGEST_KEY)
_NUMBER = whole("The number of a factor.", 1, MOST_FACTORS)
_FINDING = {
    "section": _SECTION,
    "rule": needed(longest=LONGEST_RULE),
    "quote": needed("The sentence, as the finding quotes it.", longest=LONGEST_SECTION),
}
_REASON = needed("At least 10 characters.", longest=LONGEST_TEXT)
_FACTOR_TEXT = needed(longest=1000)
_FOUND = {"section": "causes", "rule": "{person} forgot", "quote": "Jonas forgot to look."}


def _order(
    name: str, fields: dict[str, Piece], example: dict[str, object], *optional: str
) -> Shape:
    return Shape(f"Postmortem{name}Order", fields, frozenset(optional), example=example)


ORDERS: dict[str, Shape] = {
    "write": _order(
        "Write",
        {
            "section": _SECTION,
            "text": text("Markdown.", longest=LONGEST_SECTION),
            "version": whole("The section's version that you read.", 1, LARGEST_ID),
        },
        {"section": "causes", "text": "One value decides all worker counts.", "version": 1},
    ),
    "take_lines": _order("TakeLines", {}, {}),
    "keep_phrase": _order(
        "KeepPhrase", {**_FINDING, "reason": _REASON}, {**_FOUND, "reason": "Jonas asked for it"}
    ),
    "use_sentence": _order(
        "UseSentence",
        {**_FINDING, "instead": needed("One of its proposals.", longest=LONGEST_TEXT)},
        {**_FOUND, "instead": "Nothing reminded us to ..."},
    ),
    "add_factor": _order(
        "AddFactor", {"text": _FACTOR_TEXT}, {"text": "Nobody saw the queue grow."}
    ),
    "change_factor": _order(
        "ChangeFactor",
        {"number": _NUMBER, "text": _FACTOR_TEXT},
        {"number": 1, "text": "Nobody saw the queue grow."},
    ),
    "remove_factor": _order("RemoveFactor", {"number": _NUMBER}, {"number": 1}),
    "ask_review": _order(
        "AskReview",
        {"reviewers": many(needed("A username.", longest=LONGEST_NAME), most=MOST_REVIEWERS)},
        {"reviewers": ["leila"]},
    ),
    "answer": _order(
        "Answer",
        {
            "verdict": text(one_of=["agrees", "asks_changes"]),
            "comment": maybe(
                text("What should change; needed with asks_changes.", longest=LONGEST_TEXT)
            ),
        },
        {"verdict": "agrees"},
        "comment",
    ),
    "approve": _order("Approve", {}, {}),
    "publish": _order("Publish", {}, {}),
    "close": _order(
        "Close",
        {"reason": maybe(text("For an incident that a guard keeps open.", longest=LONGEST_TEXT))},
        {},
        "reason",
    ),
    "send_back": _order("SendBack", {"reason": _REASON}, {"reason": "One more cause was found"}),
}
_ITEM = {
    "title": needed(longest=200),
    "detail": text(longest=LONGEST_TEXT),
    "kind": text("A key of the playbook; empty: none.", longest=LONGEST_KEY),
    "horizon": text("A key of the playbook; without a date it sets one.", longest=LONGEST_KEY),
    "priority": text(one_of=ActionItem.Priority.values),
    "measure": text(longest=300),
    "owner": maybe(_NAME),
    "team": maybe(text("The slug of a team.", longest=50)),
    "due_on": maybe(day()),
    "factor": maybe(_NUMBER),
    "evidence": text(longest=LONGEST_TEXT),
}
NEW_ITEM = Shape(
    "NewActionItem",
    {"incident": whole("The number of an incident.", 1, LARGEST_ID), **_ITEM},
    optional=frozenset(_ITEM) - {"title"},
    example={
        "incident": 2033,
        "title": "Alert on the age of the queue",
        "owner": "leila",
        "due_on": DAY,
    },
)
CHANGED_ITEM = Shape(
    "ActionItemPatch",
    {
        **_ITEM,
        "state": text("Moves it by the verb that leads there.", one_of=State.values),
        "reason": maybe(text("Why; kept in the history.", longest=LONGEST_TEXT)),
    },
    optional=frozenset(_ITEM) | {"state", "reason"},
    example={"due_on": "2026-12-08", "reason": "waits for test data"},
)


def item_order(verb: str) -> Shape:
    """Return what the body of an action item's verb may hold."""
    fields: dict[str, Piece] = {"reason": maybe(text(longest=LONGEST_TEXT))}
    if verb == "finish":
        fields["evidence"] = maybe(
            text("What proves it; needed if there is none yet.", longest=LONGEST_TEXT)
        )
    elif verb in ("block", "reopen", "drop"):
        fields["reason"] = needed(longest=LONGEST_TEXT)
    examples: dict[str, dict[str, object]] = {
        "finish": {"evidence": "Change 4471"},
        "start": {},
    }
    needs = {"reason"} if verb in ("block", "reopen", "drop") else set()
    example = examples.get(verb, {"reason": "It waits for test data"})
    return Shape(
        f"ActionItem{verb.title()}Order", fields, frozenset(fields) - needs, example=example
    )
