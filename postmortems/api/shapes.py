"""What the API of learning says, field by field."""

from core.api.shapes import Shape, day, flag, many, maybe, moment, text, whole
from postmortems.actions import items, review
from postmortems.models import ActionItem, Review
from postmortems.models.action import State as ActionState
from postmortems.models.postmortem import State

AT, DAY = "2026-11-23T09:00:00.000000Z", "2026-12-01"

_FACTS = {
    "id": whole(),
    "incident": whole("The number of its incident."),
    "title": text("What its incident is called."),
    "state": text(one_of=State.values),
    "owner": maybe(text("A username.")),
    "opened_at": moment(),
    "scheduled_by": maybe(moment("By when the review meeting is set.")),
    "written_by": maybe(moment()),
    "reviewed_by": maybe(moment()),
    "published_by": maybe(moment()),
    "meeting_at": maybe(moment("The review meeting.")),
    "published_at": maybe(moment()),
    "closed_at": maybe(moment()),
    "is_public": flag("Its public text may stand on the status page."),
    "action_count": whole("All action items."),
    "unfinished_count": whole("Those that somebody still has to do."),
}
_EXAMPLE = {
    "id": 7, "incident": 2033, "title": "Sign-in codes arrive late", "state": "in_review", "owner": "mara",
    "opened_at": AT, "scheduled_by": AT, "written_by": AT, "reviewed_by": None, "published_by": None,
    "meeting_at": None, "published_at": None, "closed_at": None, "is_public": False, "action_count": 3,
    "unfinished_count": 2,
}  # fmt: skip
POSTMORTEM = Shape("Postmortem", _FACTS, example=_EXAMPLE)
SECTION = Shape(
    "PostmortemSection",
    {
        "key": text(),
        "title": text(),
        "help": text("What belongs there."),
        "required": flag("Without it approval waits."),
        "filled_from": text("What filled it before anyone typed; empty: nothing."),
        "text": text("Markdown."),
        "version": whole("Counts its changes; send it back when you write."),
        "edited_at": maybe(moment("null: nobody has edited it.")),
        "edited_by": maybe(text("A username.")),
    },
    example={
        "key": "causes", "title": "What led to it", "help": "Everything that had to come together.",
        "required": True, "filled_from": "", "text": "One value decides.", "version": 2, "edited_at": AT,
        "edited_by": "mara",
    },
)  # fmt: skip
FINDING = Shape(
    "LanguageFinding",
    {
        "section": text("The key of the section."),
        "rule": text(),
        "level": text("error holds approval back.", one_of=["error", "warning"]),
        "phrase": text(),
        "quote": text("The sentence that it stands in."),
        "why": text(),
        "instead": many(text(), "What to write in its place."),
    },
    example={
        "section": "causes", "rule": "{person} forgot", "level": "error", "phrase": "Jonas forgot",
        "quote": "Jonas forgot to look.", "why": "It names a person where the process let it happen.",
        "instead": ["Nothing reminded us to ..."],
    },
)  # fmt: skip
FACTOR = Shape(
    "Factor",
    {"number": whole(), "text": text(), "actions": many(whole(), "Ids of what answers it.")},
    example={"number": 1, "text": "One value decides all counts.", "actions": [311]},
)
REVIEW = Shape(
    "Review",
    {
        "reviewer": text("A username."),
        "asked_at": moment(),
        "verdict": maybe(
            text("null: no answer yet.", one_of=[one for one in Review.Verdict.values if one])
        ),
        "comment": text(),
        "answered_at": maybe(moment()),
    },
    example={
        "reviewer": "leila",
        "asked_at": AT,
        "verdict": "agrees",
        "comment": "",
        "answered_at": AT,
    },
)
CONDITION = Shape(
    "Condition",
    {
        "name": text(),
        "met": flag(),
        "mode": text("block: approval waits for it.", one_of=["block", "warn"]),
        "text": text(),
    },
    example={"name": "factors", "met": False, "mode": "block", "text": "Factor 3 has no action"},
)
MEASURE = Shape(
    "Measure",
    {
        "key": text(),
        "name": text(),
        "start": text("The milestone that it begins with."),
        "end": text(),
        "seconds": maybe(whole("null: not measurable.")),
        "target": maybe(text("How long it may be, as the playbook writes it.")),
        "met": maybe(flag()),
        "inferred": flag("One of the two was never recorded, only concluded."),
    },
    example={
        "key": "mtta", "name": "Time to acknowledge", "start": "alerted", "end": "acknowledged", "seconds": 190,
        "target": "15m", "met": True, "inferred": False,
    },
)  # fmt: skip
WHOLE_POSTMORTEM = Shape(
    "WholePostmortem",
    {
        **_FACTS,
        "public_text": text("Markdown, written for the status page."),
        "sections": many(SECTION),
        "findings": many(FINDING),
        "factors": many(FACTOR),
        "reviews": many(REVIEW),
        "conditions": many(CONDITION, "What approval looks at."),
        "measures": many(MEASURE),
        "newer_lines": whole("Lines of the timeline that its section does not hold yet."),
        "actions": many(whole(), "Ids of its action items."),
        "allowed": many(text(one_of=review.VERBS), "The steps that its state permits."),
    },
    example={
        **_EXAMPLE, "public_text": "", "sections": [dict(SECTION.example)], "findings": [dict(FINDING.example)],
        "factors": [dict(FACTOR.example)], "reviews": [dict(REVIEW.example)],
        "conditions": [dict(CONDITION.example)], "measures": [dict(MEASURE.example)], "newer_lines": 0,
        "actions": [311], "allowed": ["ask_review", "answer", "approve", "send_back"],
    },
)  # fmt: skip
_ITEM = {
    "id": whole(),
    "label": text("The number as people say it."),
    "incident": whole("The number of the incident that it comes from."),
    "postmortem": maybe(whole("The id of its postmortem; null: it stands alone.")),
    "factor": maybe(whole("The number of the factor that it answers.")),
    "title": text(),
    "detail": text(),
    "kind": text("A key of the playbook."),
    "horizon": text("A key of the playbook."),
    "priority": text("high, medium, low, or empty."),
    "measure": text("How one sees that it works."),
    "owner": maybe(text("A username.")),
    "team": maybe(text("The slug of a team.")),
    "due_on": maybe(day()),
    "original_due_on": maybe(day("The first date, which never changes.")),
    "times_moved": whole("How often the date was moved."),
    "state": text(one_of=ActionState.values),
    "overdue": flag("Unfinished, and its date has passed."),
    "evidence": text("What proves it."),
    "created_at": moment(),
    "done_at": maybe(moment()),
    "next_reminder_at": maybe(moment()),
    "version": whole("Counts its changes."),
    "allowed": many(text(one_of=items.VERBS), "The steps that its state permits."),
}
_ITEM_EXAMPLE = {
    "id": 311, "label": "ACT-311", "incident": 2033, "postmortem": 7, "factor": 1,
    "title": "Show worker counts in configuration reviews", "detail": "", "kind": "process", "horizon": "soon",
    "priority": ActionItem.Priority.HIGH.value, "measure": "", "owner": "tomas", "team": None, "due_on": DAY,
    "original_due_on": DAY, "times_moved": 0, "state": "in_progress", "overdue": False, "evidence": "AUTH-207",
    "created_at": AT, "done_at": None, "next_reminder_at": AT, "version": 2,
    "allowed": ["block", "finish", "drop"],
}  # fmt: skip
ACTION_ITEM = Shape("ActionItem", _ITEM, example=_ITEM_EXAMPLE)
CHANGE = Shape(
    "ActionItemChange",
    {
        "field": text("What was changed; created for the first line."),
        "before": text(),
        "after": text(),
        "at": moment(),
        "actor": text(),
        "reason": text(),
    },
    example={
        "field": "due_on",
        "before": DAY,
        "after": "2026-12-08",
        "at": AT,
        "actor": "Leila Haddad",
        "reason": "waits for test data",
    },
)
REMINDER = Shape(
    "ActionItemReminder",
    {"due_on": day(), "step": text(), "at": moment(), "people": many(text(), "Usernames.")},
    example={"due_on": DAY, "step": "owner", "at": AT, "people": ["tomas"]},
)
WHOLE_ACTION_ITEM = Shape(
    "WholeActionItem",
    {**_ITEM, "history": many(CHANGE), "reminders": many(REMINDER)},
    example={
        **_ITEM_EXAMPLE,
        "history": [dict(CHANGE.example)],
        "reminders": [dict(REMINDER.example)],
    },
)
