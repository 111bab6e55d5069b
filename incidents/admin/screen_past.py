"""What may explain it: recent changes near the start, and similar incidents that are over; and the raw facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.fields.json import KT

from core.admin.panel import Panel, moment
from core.templatetags.house import short_of
from incidents.admin.screen_rows import Rows
from incidents.models import ChangeEvent, Incident, Service, TransitionLog
from incidents.playbook import label
from incidents.playbook.lifecycle import State

BEFORE, AFTER = timedelta(hours=24), timedelta(hours=2)
SUSPECT = timedelta(minutes=30)
CHANGES, SIMILAR = 5, 5
KIN = 100  # how many of the same service are compared
_ENDED_WELL = (State.RESOLVED, State.IN_REVIEW, State.CLOSED)
_TELLING = ("resolve", "mitigate", "identify")
_WORD = re.compile(r"\w{4,}")
_MACHINES = {
    "reply": " (by link)",
    "engine": " (the engine)",
    "source": " (source)",
    "import": " (import)",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change near the start. `when` reads "6 min before"; a suspect came shortly before, to the service itself."""

    row: ChangeEvent
    when: str
    is_suspect: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """One incident that was like this one, and what ended it."""

    row: Incident
    lasted: str
    told: str


def past(rows: Rows) -> list[Panel]:
    """Return both panels; an empty one says so, because "no change" is an answer too."""
    folder = "incidents/incident"
    changes, similar = list(_changes(rows)), _similar(rows)
    return [
        Panel("Recent changes", key="changes", template=f"{folder}/_changes.html", data=changes),
        Panel("Similar before", key="similar", template=f"{folder}/_similar.html", data=similar),
    ]


def _changes(rows: Rows) -> Iterator[Change]:
    """Yield the latest changes of the service and of what it needs, from a day before the start to now.

    A change belongs to the service that its details name, else to its source's.
    """
    service, start = rows.incident.service, rows.first("impact_started") or rows.incident.opened_at
    related = Service.objects.filter(Q(pk=service.pk) | Q(needed_by__service=service.pk))
    window = ChangeEvent.objects.filter(occurred_at__range=(start - BEFORE, start + AFTER))
    named = window.annotate(named=KT("details__service"))
    unnamed = Q(named=None, source__service__in=related.values("pk"))
    found = named.filter(Q(named__in=related.values("slug")) | unnamed).select_related("source")
    for row in found.order_by("-occurred_at")[:CHANGES]:
        own = row.named == service.slug if row.named else row.source.service_id == service.pk
        before = start - row.occurred_at
        yield Change(row, _distance(before), own and timedelta() <= before <= SUSPECT)


def _distance(before: timedelta) -> str:
    if before < timedelta():
        return f"{short_of(-before)} after"
    return f"{short_of(before)} before"


def _similar(rows: Rows) -> list[Earlier]:
    incident = rows.incident
    ranked = sorted(
        _kin(incident), key=lambda row: (_likeness(incident, row), row.pk), reverse=True
    )
    return [Earlier(row, _lasted(row), row.told or "") for row in ranked[:SIMILAR]]


def _kin(incident: Incident) -> Any:
    """Return the latest of the same service that are over, each with what was said when it ended, in one statement."""
    logs = TransitionLog.objects.filter(incident=OuterRef("pk"), verb__in=_TELLING).exclude(
        reason=""
    )
    over = Incident.objects.filter(service=incident.service_id, state__in=_ENDED_WELL)
    fields = ("title", "service", "group_key", "opened_at", "ended_at", "state", "rank")
    told = Subquery(logs.order_by("-number").values("reason")[:1])
    return over.exclude(pk=incident.pk).order_by("-pk").only(*fields).annotate(told=told)[:KIN]


def _likeness(incident: Incident, row: Incident) -> int:
    """Return a score: the same alert, then words in common."""
    ours, theirs = (set(_WORD.findall(one.title.lower())) for one in (incident, row))
    shared = 100 * len(ours & theirs) // max(len(ours | theirs), 1)
    return shared + 80 * (bool(incident.group_key) and incident.group_key == row.group_key)


def _lasted(row: Incident) -> str:
    return short_of(row.ended_at - row.opened_at) if row.ended_at else ""


def details(rows: Rows) -> list[Panel]:
    """Return the raw facts: milestones, and the audit of every step."""
    return [_milestones(rows), _transitions(rows)]


def _milestones(rows: Rows) -> Panel:
    found = [
        (
            mark.kind.replace("_", " "),
            moment(mark.at),
            "inferred" if mark.is_inferred else "recorded",
        )
        for mark in rows.milestones
    ]
    return Panel("Milestones", "", ("Milestone", "Reached (UTC)", "How we know"), found)


def _transitions(rows: Rows) -> Panel:
    found = [
        (log.number, moment(log.at), label(rows.book, log.from_state), label(rows.book, log.to_state),
         log.actor_label + _MACHINES.get(log.actor_kind, ""), log.reason,
         " ".join(str(guard.get("text", "")) for guard in log.overridden))
        for log in rows.transitions
    ]  # fmt: skip
    columns = ("Step", "At (UTC)", "From", "To", "Who", "Reason", "In spite of")
    return Panel("Steps taken", "", columns, found, "It has not moved yet.")
