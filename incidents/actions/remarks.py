"""What people write on the timeline: decisions, hypotheses, pins, and corrections that keep the first text."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound, NotPossible
from incidents.actions import story
from incidents.actions.locking import locked
from incidents.models import EntryRevision, Standing, TimelineEntry

WRITTEN = ("note", "decision", "hypothesis")  # by people, for people: only these may be corrected
LONGEST = 20_000
LONGEST_CHOICE = 500


def decide(  # noqa: PLR0913  a decision has these parts
    incident_id: int,
    chosen: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    alternatives: str = "",
    happened_at: datetime | None = None,
) -> TimelineEntry:
    """Record what was decided, why, and what was not chosen; the text of the entry is the choice.

    Raises NotFound, NotAllowed, Invalid.
    """
    chosen = words(chosen, "/chosen", "Write what was decided", longest=LONGEST_CHOICE)
    data = {
        "reason": words(reason, "/reason", "", needed=False),
        "alternatives": words(alternatives, "/alternatives", "", needed=False),
    }
    with transaction.atomic():
        incident = locked(incident_id, "note", by)
        entry = story.line(incident, "decision", chosen, by=by, at=at, data=data)
        entry.happened_at = story.happened(incident, happened_at, at)
        story.save([entry])
        return entry


def suppose(
    incident_id: int, text: str, *, by: Actor, at: datetime, happened_at: datetime | None = None
) -> TimelineEntry:
    """Record a hypothesis, which is open until somebody confirms or rejects it."""
    text = words(text, "/text", "Write what you suppose")
    with transaction.atomic():
        incident = locked(incident_id, "note", by)
        entry = story.line(incident, "hypothesis", text, by=by, at=at)
        entry.happened_at = story.happened(incident, happened_at, at)
        entry.standing, entry.stands_since = Standing.OPEN, at
        story.save([entry])
        return entry


def judge(
    incident_id: int, entry_id: int, standing: str, *, by: Actor, at: datetime
) -> TimelineEntry:
    """Confirm, reject or reopen a hypothesis; the same again changes nothing. Raises NotPossible for other kinds."""
    if standing not in Standing.values:
        raise Invalid.field("/standing", f"A hypothesis is {', '.join(Standing.values)}.")
    with transaction.atomic():
        entry = _entry(incident_id, entry_id, by)
        if entry.kind != "hypothesis":
            raise NotPossible("Only a hypothesis can be confirmed or rejected.")
        if entry.standing != standing:
            _keep_former(entry, by, at)
            entry.standing, entry.stands_since = standing, at
            entry.save(update_fields=["standing", "stands_since"])
        return entry


def pin(incident_id: int, entry_id: int, *, on: bool, by: Actor, at: datetime) -> TimelineEntry:
    """Pin an entry, or take the pin off; the same again changes nothing. Who pinned it first stays."""
    if by.user is None:
        raise NotPossible("Only a person can pin.")
    with transaction.atomic():
        entry = _entry(incident_id, entry_id, by)
        if on is (entry.pinned_at is None):
            entry.pinned_at, entry.pinned_by = (at, by.user) if on else (None, None)
            entry.save(update_fields=["pinned_at", "pinned_by"])
        return entry


def correct(  # noqa: PLR0913  the form has these fields
    incident_id: int,
    entry_id: int,
    *,
    text: str,
    seen: int,
    by: Actor,
    at: datetime,
    happened_at: datetime | None = None,
) -> TimelineEntry:
    """Change what a person wrote, or when it happened; what it said before is kept.

    `seen`: the number of changes that the corrector knew. Raises Conflict when there are more by now,
    NotPossible for what a machine or a verb wrote.
    """
    text = words(text, "/text", "Write the corrected text")
    with transaction.atomic():
        entry = _entry(incident_id, entry_id, by)
        if entry.kind not in WRITTEN:
            raise NotPossible("Only notes, decisions and hypotheses can be corrected.")
        if entry.edits != seen:
            raise Conflict(f"Somebody changed this entry meanwhile. It says now: “{entry.text}”")
        moment = entry.happened_at
        if happened_at not in (None, moment, moment.replace(microsecond=0)):
            moment = story.happened(entry.incident, happened_at, at)
        if (text, moment) != (entry.text, entry.happened_at):
            _keep_former(entry, by, at)
            entry.text, entry.happened_at, entry.edits = text, moment, entry.edits + 1
            entry.save(update_fields=["text", "happened_at", "edits"])
        return entry


def words(text: str, pointer: str, ask: str, *, needed: bool = True, longest: int = LONGEST) -> str:
    """Return the text without outer space; raises Invalid when it is missing or too long."""
    text = text.strip()
    if (needed and not text) or len(text) > longest:
        limit = f"1 to {longest:,}" if needed else f"at most {longest:,}"
        raise Invalid.field(
            pointer, f"{ask or 'Write'}: {limit} characters.", "required" if needed else "invalid"
        )
    return text


def _entry(incident_id: int, entry_id: int, by: Actor) -> TimelineEntry:
    incident = locked(incident_id, "note", by)
    found = incident.timeline.filter(pk=entry_id).first()
    if found is None:
        raise NotFound(f"{incident.label} has no such entry.")
    found.incident = incident
    return found


def _keep_former(entry: TimelineEntry, by: Actor, at: datetime) -> None:
    EntryRevision.objects.create(
        entry=entry,
        number=entry.revisions.count() + 1,
        at=at,
        text=entry.text,
        happened_at=entry.happened_at,
        data=entry.data,
        standing=entry.standing,
        **story.deed(by),
    )
