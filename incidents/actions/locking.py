"""The incident that an action changes: asked for, locked, and only for whoever may."""

from core.actor import Actor
from core.permissions import require
from incidents.models import Incident


def locked(incident_id: int, verb: str, by: Actor) -> Incident:
    """Return an incident with its service and playbook, locked until the transaction ends.

    `verb`: the name in the table of rights without this app's prefix. Raises NotFound, NotAllowed.
    """
    rows = Incident.objects.select_related("playbook", "service").locked()
    found = rows.one(incident_id)
    require(by, f"incidents.{verb}", found)
    return found
