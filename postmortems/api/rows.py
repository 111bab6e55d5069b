"""Postmortems and action items as JSON, field by field. A list costs the same few statements whatever its length."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.errors import NotFound
from postmortems.actions import items, review
from postmortems.actions.reading import Reading
from postmortems.models import ActionItem, Postmortem
from postmortems.models.action import UNFINISHED

Json = dict[str, Any]

POSTMORTEMS = (
    Postmortem.objects.select_related("incident", "owner")
    .defer("incident__description", "public_text")
    .annotate(
        action_count=Count("actions"),
        unfinished_count=Count("actions", filter=Q(actions__state__in=UNFINISHED)),
    )
)
ITEMS = ActionItem.objects.select_related("owner", "team", "factor")


def postmortem_facts(row: Any) -> Json:
    """Return a postmortem of POSTMORTEMS as a list shows it."""
    return {
        "id": row.pk,
        "incident": row.incident_id,
        "title": row.incident.title,
        "state": row.state,
        "owner": row.owner.username if row.owner else None,
        "opened_at": row.opened_at,
        "scheduled_by": row.scheduled_by,
        "written_by": row.written_by,
        "reviewed_by": row.reviewed_by,
        "published_by": row.published_by,
        "meeting_at": row.meeting_at,
        "published_at": row.published_at,
        "closed_at": row.closed_at,
        "is_public": row.is_public,
        "action_count": row.action_count,
        "unfinished_count": row.unfinished_count,
    }


def whole_postmortem(number: int) -> Json:
    """Return one postmortem with all that belongs to it; raises NotFound."""
    row = (
        POSTMORTEMS.defer(None)
        .select_related("incident__service", "incident__playbook", "playbook")
        .filter(pk=number)
        .first()
    )
    if row is None:
        raise NotFound(f"There is no postmortem {number}.")
    reading = Reading(row)
    return {
        **postmortem_facts(row),
        "public_text": row.public_text,
        **_texts(reading),
        **_judgement(reading),
        "newer_lines": len(reading.newer_lines),
        "actions": [one.pk for one in reading.actions],
        "allowed": list(review.allowed(row.state)),
    }


def _texts(reading: Reading) -> Json:
    return {
        "sections": [
            {
                "key": one.key,
                "title": one.title,
                "help": one.help,
                "required": one.is_required,
                "filled_from": one.filled_from,
                "text": one.text,
                "version": one.version,
                "edited_at": one.edited_at,
                "edited_by": one.edited_by.username if one.edited_by else None,
            }
            for one in reading.sections
        ],
        "findings": [
            {
                "section": section.key,
                "rule": found.rule,
                "level": found.level,
                "phrase": found.phrase,
                "quote": found.quote,
                "why": found.why,
                "instead": list(found.instead),
            }
            for section in reading.sections
            for found in reading.findings.get(section.pk, [])
        ],
        "factors": [
            {
                "number": one.position,
                "text": one.text,
                "actions": [action.pk for action in reading.actions_of(one)],
            }
            for one in reading.factors
        ],
    }


def _judgement(reading: Reading) -> Json:
    return {
        "reviews": [
            {
                "reviewer": one.reviewer.username,
                "asked_at": one.asked_at,
                "verdict": one.verdict or None,
                "comment": one.comment,
                "answered_at": one.answered_at,
            }
            for one in reading.reviews
        ],
        "conditions": [
            {
                "name": one.key,
                "met": one.is_met,
                "mode": "block" if one.is_block else "warn",
                "text": one.text,
            }
            for one in reading.conditions
        ],
        "measures": [
            {
                "key": one.key,
                "name": one.name,
                "start": one.start,
                "end": one.end,
                "seconds": int(one.length.total_seconds()) if one.length is not None else None,
                "target": str(one.target) if one.target else None,
                "met": one.is_met,
                "inferred": one.is_inferred,
            }
            for one in reading.measures
        ],
    }


def item_facts(row: ActionItem, today: date) -> Json:
    """Return an action item of ITEMS as a list shows it; late is judged as of `today`."""
    return {
        "id": row.pk,
        "label": row.label,
        "incident": row.incident_id,
        "postmortem": row.postmortem_id,
        "factor": row.factor.position if row.factor else None,
        "title": row.title,
        "detail": row.detail,
        "kind": row.kind,
        "horizon": row.horizon,
        "priority": row.priority,
        "measure": row.measure,
        "owner": row.owner.username if row.owner else None,
        "team": row.team.slug if row.team else None,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "original_due_on": row.original_due_on.isoformat() if row.original_due_on else None,
        "times_moved": row.times_moved,
        "state": row.state,
        "overdue": row.is_late(today),
        "evidence": row.evidence,
        "created_at": row.created_at,
        "done_at": row.done_at,
        "next_reminder_at": row.next_reminder_at,
        "version": row.version,
        "allowed": list(items.allowed(row.state)),
    }


def whole_item(number: int, today: date) -> Json:
    """Return one action item with its history and reminders; raises NotFound."""
    row = ITEMS.filter(pk=number).first()
    if row is None:
        raise NotFound(f"There is no action item {number}.")
    return {**item_facts(row, today), "history": _history(row), "reminders": _reminders(row)}


def _history(row: ActionItem) -> Sequence[Json]:
    return [
        {
            "field": one.field,
            "before": one.before,
            "after": one.after,
            "at": one.at,
            "actor": one.actor_label,
            "reason": one.reason,
        }
        for one in row.moves.all()
    ]


def _reminders(row: ActionItem) -> Sequence[Json]:
    found: QuerySet[Any] = row.reminders.prefetch_related("people")
    return [
        {
            "due_on": one.due_on.isoformat(),
            "step": one.step,
            "at": one.at,
            "people": sorted(person.username for person in one.people.all()),
        }
        for one in found
    ]
