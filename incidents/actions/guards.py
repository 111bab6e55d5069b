"""Ask the playbook's guards about an incident; the rules themselves are pure (incidents.playbook)."""

from datetime import datetime

from django.db.models import Max

from core.actor import Actor
from incidents.models import Alert, Incident
from incidents.playbook import Situation
from incidents.playbook import unmet as rules_unmet
from incidents.playbook.lifecycle import Verb


def unmet(incident: Incident, verb: Verb, *, by: Actor, at: datetime) -> list[dict[str, object]]:
    """Return the unmet guards of a step as [{name, mode, value, required, text}].

    An incident in triage has promised nothing and has no guards (design.md 5).
    """
    if not (incident.is_declared or verb.declares):
        return []
    found = rules_unmet(incident.playbook.playbook, verb.name, situation(incident, by=by, at=at))
    return [
        {"name": g.name, "mode": g.mode, "value": g.value, "required": g.required, "text": g.text}
        for g in found
    ]


def situation(incident: Incident, *, by: Actor, at: datetime) -> Situation:
    """Return what the guards may look at, read from the rows."""
    holders = incident.roles.filter(to_at=None).values_list("role", "user_id")
    latest = dict(incident.milestones.order_by("at").values_list("kind", "at"))
    alerts = Alert.objects.filter(incident=incident)
    return Situation(
        rank=incident.rank,
        is_declared=incident.is_declared,
        roles=dict(holders),
        actor_user=by.user_id,
        at=at,
        milestones=latest,
        open_alerts=alerts.open().count(),
        last_alert_ended_at=alerts.aggregate(moment=Max("ended_at"))["moment"],
    )
