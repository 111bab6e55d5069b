"""The checklists of a playbook, ticked on an incident: every tick is a line of its timeline, the latest counts."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import NotFound, NotPossible
from incidents.actions import story
from incidents.actions.locking import locked
from incidents.models import Incident, TimelineEntry
from incidents.playbook import Playbook
from incidents.playbook.practice import Checklist

KIND = "check"
Ticks = Mapping[
    tuple[str, int], TimelineEntry
]  # (checklist, item from 1) -> who ticked it, and when


def tick(
    incident_id: int, checklist: str, item: int, *, on: bool, by: Actor, at: datetime
) -> TimelineEntry | None:
    """Record that an item, numbered from 1, is done, or is not after all; None where nothing changed.

    Raises NotFound (incident, checklist or item), NotAllowed, NotPossible (in triage, or over).
    """
    with transaction.atomic():
        incident = locked(incident_id, "note", by)
        if not incident.is_declared or not incident.is_live:
            raise NotPossible(f"{incident.label} has no checklist: it is in triage, or over.")
        found = _checklist(incident, checklist)
        if not 1 <= item <= len(found.items):
            raise NotFound(f"“{found.title}” has the items 1 to {len(found.items)}.")
        if ((checklist, item) in ticked(incident)) is on:
            return None
        words = found.items[item - 1]
        text = f"{found.title}: {words}" if on else f"Not done after all: {words}"
        data = {"checklist": checklist, "item": item, "is_done": on}
        entry = story.line(incident, KIND, text, by=by, at=at, data=data)
        story.save([entry])
        return entry


def ticked(incident: Incident) -> Ticks:
    """Return the items that are done now, each with the line that says so; one statement."""
    latest: dict[tuple[str, int], TimelineEntry] = {}
    for line in incident.timeline.filter(kind=KIND).order_by("pk"):
        latest[line.data["checklist"], line.data["item"]] = line
    return {place: line for place, line in latest.items() if line.data["is_done"]}


def progress(playbook: Playbook, ticks: Ticks) -> dict[str, tuple[int, int]]:
    """Return how many items of each checklist are done, and how many there are."""
    return {
        one.key: (sum(key == one.key for key, _ in ticks), len(one.items))
        for one in playbook.checklists
    }


def _checklist(incident: Incident, key: str) -> Checklist:
    checklists: tuple[Checklist, ...] = incident.playbook.playbook.checklists
    found = next((one for one in checklists if one.key == key), None)
    if found is None:
        raise NotFound(f"The playbook has no checklist {key}.")
    return found
