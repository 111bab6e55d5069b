"""Write the story: timeline lines, milestones, transition log. Only actions call this."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from core.actor import Actor
from core.errors import Invalid
from incidents.models import Incident, Milestone, TimelineEntry

BEFORE_OPENING = timedelta(days=90)  # what led to it may be as old as that


def deed(by: Actor) -> dict[str, Any]:
    """Return the columns that say who did it."""
    return {
        "actor_kind": by.kind,
        "actor_user": by.user,
        "actor_source_id": by.source_id,
        "actor_label": by.label[:200],
    }


def line(
    incident: Incident,
    kind: str,
    text: str,
    *,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> TimelineEntry:
    """Return an unsaved timeline line that happened and was recorded at `at`."""
    made = entry(incident.pk, kind, text, by=by, at=at, data=data)
    made.incident = incident
    return made


def happened(incident: Incident, moment: datetime | None, at: datetime) -> datetime:
    """Return when something happened: `moment`, or `at` for None; raises Invalid for what can't be."""
    if moment is None:
        return at
    if moment > at:
        raise Invalid.field("/happened_at", "A note can't tell the future.")
    if moment < incident.opened_at - BEFORE_OPENING:
        days = BEFORE_OPENING.days
        raise Invalid.field("/happened_at", f"That is over {days} days before it was opened.")
    return moment


def entry(
    incident_id: int,
    kind: str,
    text: str,
    *,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> TimelineEntry:
    """Return an unsaved line of an incident that is known by its id only; for apps above."""
    return TimelineEntry(
        incident_id=incident_id,
        kind=kind,
        text=text,
        happened_at=at,
        recorded_at=at,
        data=dict(data or {}),
        **deed(by),
    )


def tell(
    incident_id: int,
    kind: str,
    text: str,
    *,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add one line to an incident's timeline; for apps above that act on incidents."""
    tell_all([entry(incident_id, kind, text, by=by, at=at, data=data)])


def tell_all(entries: Iterable[TimelineEntry]) -> None:
    """Add lines to the timelines of many incidents, in one statement."""
    TimelineEntry.objects.bulk_create(list(entries))


def mark(incident_id: int, kind: str, *, at: datetime) -> None:
    """Record a milestone of an incident unless it has one of that kind; for apps above."""
    mark_all([incident_id], kind, at=at)


def mark_all(incident_ids: Iterable[int], kind: str, *, at: datetime) -> None:
    """Record a milestone of each incident that has none of that kind, in two statements."""
    wanted = list(dict.fromkeys(incident_ids))
    there = Milestone.objects.filter(incident__in=wanted, kind=kind)
    known = set(there.values_list("incident_id", flat=True))
    missing = [pk for pk in wanted if pk not in known]
    Milestone.objects.bulk_create(
        [Milestone(incident_id=pk, kind=kind, at=at, recorded_at=at) for pk in missing]
    )


def milestone(
    incident: Incident, kind: str, at: datetime, *, is_inferred: bool = False
) -> Milestone:
    """Return an unsaved milestone."""
    return Milestone(incident=incident, kind=kind, at=at, recorded_at=at, is_inferred=is_inferred)


def save(entries: Iterable[TimelineEntry], milestones: Iterable[Milestone] = ()) -> None:
    """Store lines and milestones, one statement each."""
    TimelineEntry.objects.bulk_create(list(entries))
    Milestone.objects.bulk_create(list(milestones))
