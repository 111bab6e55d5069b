"""Ask the playbook's guards about an incident; the rules themselves are pure (incidents.playbook)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max

from core.actor import Actor
from incidents.actions import checks
from incidents.models import Alert, Incident
from incidents.playbook import Situation, checklists_asked
from incidents.playbook import unmet as rules_unmet
from incidents.playbook.lifecycle import Verb


def unmet(incident: Incident, verb: Verb, *, by: Actor, at: datetime) -> list[dict[str, object]]:
    """Return the unmet guards of a step as [{name, mode, value, required, text}].

    An incident in triage has promised nothing and has no guards (design.md 5), but a verb that
    declares asks those of the playbook that it pins; the caller has pinned it.
    """
    if not (incident.is_declared or verb.declares):
        return []
    found = rules_unmet(
        incident.playbook.playbook, verb.name, situation(incident, verb, by=by, at=at)
    )
    return [
        {"name": g.name, "mode": g.mode, "value": g.value, "required": g.required, "text": g.text}
        for g in found
    ]


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows say that guards look at: role -> holder's id, milestone -> latest instant (UTC), alerts, ticks."""

    holders: Mapping[str, int]
    milestones: Mapping[str, datetime]
    firing: int
    last_alert_ended_at: datetime | None
    checklists: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def situation(incident: Incident, verb: Verb, *, by: Actor, at: datetime) -> Situation:
    """Return what the guards on a verb may look at, read from the rows."""
    alerts = Alert.objects.filter(incident=incident)
    book = incident.playbook.playbook
    ticks = checks.ticked(incident) if checklists_asked(book, incident.rank) else {}
    known = Known(
        holders=dict(incident.roles.filter(to_at=None).values_list("role", "user_id")),
        milestones=dict(incident.milestones.order_by("at").values_list("kind", "at")),
        firing=alerts.open().count(),
        last_alert_ended_at=alerts.aggregate(moment=Max("ended_at"))["moment"],
        checklists=checks.progress(book, ticks),
    )
    return situated(incident, verb, known, by=by, at=at)


def situated(incident: Incident, verb: Verb, known: Known, *, by: Actor, at: datetime) -> Situation:
    """Return what the guards on a verb may look at, from what a screen has read already; reads nothing."""
    return Situation(
        rank=incident.rank,
        is_declared=incident.is_declared or verb.declares,
        roles=known.holders,
        actor_user=by.user_id,
        at=at,
        milestones=known.milestones,
        open_alerts=known.firing,
        last_alert_ended_at=known.last_alert_ended_at,
        checklists=known.checklists,
    )
