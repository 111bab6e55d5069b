"""Open incidents: by alerts in triage, by people declared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core import facts
from core.actor import Actor
from core.errors import Invalid, NotPossible
from core.permissions import require
from incidents.actions import playbooks, steps, story
from incidents.actions.command import NOT_PAGED
from incidents.actions.locking import locked
from incidents.models import Incident, Milestone, Service, TimelineEntry
from incidents.playbook.lifecycle import VERBS
from incidents.playbook.severity import NEVER_PAGES


@dataclass(frozen=True, slots=True)
class Opened:
    """New incidents, and what was written of them: a door can answer without reading it again."""

    incidents: Sequence[Incident]
    lines: Sequence[TimelineEntry]
    milestones: Sequence[Milestone]


def open_all(incidents: Sequence[Incident], *, by: Actor, at: datetime) -> Opened:
    """Store new incidents with their first lines and milestones, and publish `incident.opened`.

    Runs inside the caller's transaction; a handler starts the escalations there too, so that no
    incident exists without one or a recorded reason (design.md 4.3).
    """
    if not incidents:
        return Opened((), (), ())
    for incident in incidents:
        if incident.rank == NEVER_PAGES and not incident.unpaged_reason:
            incident.unpaged_reason = NOT_PAGED
    Incident.objects.bulk_create(incidents)
    lines: list[TimelineEntry] = []
    marks: list[Milestone] = []
    for incident in incidents:
        word = "Declared" if incident.is_declared else "Opened in triage"
        lines.append(story.line(incident, "state", f"{word}: {incident.title}", by=by, at=at))
        kinds = ("detected", "declared") if incident.is_declared else ("detected", "alerted")
        marks.extend(story.milestone(incident, kind, at) for kind in kinds)
    story.save(lines, marks)
    facts.publish("incident.opened", [incident.pk for incident in incidents], at=at)
    return Opened(incidents, lines, marks)


def declare(  # noqa: PLR0913  the declare form has these fields
    *,
    title: str,
    service: Service,
    rank: int,
    by: Actor,
    at: datetime,
    description: str = "",
    page_nobody: bool = False,
) -> Incident:
    """Declare a new incident and return it. Its declarer is not paged (design.md 5).

    `page_nobody`: the declarer has it; it starts acknowledged by them and nobody is paged.
    Raises NotAllowed, Invalid.
    """
    asked = Declaration(title, service, rank, description, page_nobody)
    return open_declared(asked, by=by, at=at).incidents[0]


@dataclass(frozen=True, slots=True)
class Declaration:
    """A new incident as a person asks for it; what each part means, `declare` says."""

    title: str
    service: Service
    rank: int
    description: str = ""
    page_nobody: bool = False


def open_declared(asked: Declaration, *, by: Actor, at: datetime) -> Opened:
    """Do what `declare` does, and return with the incident what was written of its opening."""
    require(by, "incidents.declare", asked.service)
    title = " ".join(asked.title.split())
    if not title or len(title) > 1024:
        raise Invalid.field("/title", "Write a title of 1 to 1024 characters.", "required")
    if asked.rank not in (1, 2, 3, 4):
        raise Invalid.field("/severity", "Severity is a rank from 1 (worst) to 4.")
    with transaction.atomic():
        incident = Incident(
            title=title,
            description=asked.description,
            service=asked.service,
            rank=asked.rank,
            is_rank_fixed=True,
            playbook=playbooks.of(asked.service),
            opened_at=at,
            opened_by=by.user,
            declared_at=at,
            unpaged_reason=f"{by.label} has it" if asked.page_nobody else "",
        )
        opened = open_all([incident], by=by, at=at)
        if asked.page_nobody:
            steps.take([incident], steps.Request(VERBS["acknowledge"], by, at))
        return opened


def declare_incident(incident_id: int, *, by: Actor, at: datetime) -> Incident:
    """Declare an incident that is in triage; doing it twice changes nothing. Raises NotPossible when it is over."""
    with transaction.atomic():
        found = locked(incident_id, "declare", by)
        if found.is_declared:
            return found
        if not found.is_live:
            raise NotPossible(f"{found.label} is over; reopen it to declare it.")
        lines: list[TimelineEntry] = []
        marks: list[Milestone] = []
        steps.declare_in_place(found, by=by, at=at, lines=lines, marks=marks)
        found.playbook = playbooks.present(found.service.playbook_slug)
        found.save(update_fields=["declared_at", "playbook"])
        story.save(lines, marks)
        facts.publish("incident.declared", [found.pk], at=at)
        return found
