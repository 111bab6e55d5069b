"""Merging: which incident survives, and what it takes over from those that are merged into it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.actor import Actor
from core.errors import Invalid, NotPossible
from incidents.actions import command
from incidents.models import Incident


def chain(into: int | None) -> list[int]:
    """Return an incident with what it was merged into, and so on: whoever merges locks them all at once, in one order."""
    ids: list[int] = []
    while into is not None and into not in ids:
        ids.append(into)
        rows = Incident.objects.filter(pk=into)
        into = rows.values_list("merged_into_id", flat=True).first()
    return ids


def target(found: Mapping[int, Incident], incident_id: int, into: int | None) -> Incident:
    """Return the live incident that this one is merged into, among those that are locked; raises Invalid, NotPossible."""
    if into is None:
        raise Invalid.field("/into", "Name the incident to merge into by its number.", "required")
    if into not in found:
        raise Invalid.field("/into", f"There is no incident {into}.", "unknown_incident")
    if into == incident_id:
        raise Invalid.field("/into", "An incident can't be merged into itself.", "merge_self")
    survivor = _survivor(found, found[into])
    if survivor.pk == incident_id:
        raise NotPossible(
            f"{found[into].label} was merged into this one already.", code="merge_cycle"
        )
    if not survivor.is_live:
        # Its alerts would go where nobody is paged any more.
        raise NotPossible(
            f"{survivor.label} is over; merge into a live incident.", code="merge_ended"
        )
    return survivor


def _survivor(found: Mapping[int, Incident], target: Incident) -> Incident:
    """Follow merges to the one that stands, among what is locked."""
    while target.merged_into_id is not None:
        if target.merged_into_id not in found:
            text = f"{target.label} was merged meanwhile. Nothing else was done; look, and press again."
            raise NotPossible(text, code="overtaken")
        target = found[target.merged_into_id]
    return target


def hand_on(merged: Sequence[Incident], into: Incident, *, by: Actor, at: datetime) -> None:
    """Let the survivor wake whom the merged ones would have woken: never quieter than before."""
    worst, before = min(incident.rank for incident in merged), into.rank
    if worst < before:
        into.rank = worst
        into.save(update_fields=["rank"])
        command.tell_severity(into, before, "a worse one was merged into it", by=by, at=at)
    command.wake([into], at)
