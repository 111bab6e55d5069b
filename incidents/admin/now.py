"""What burns: the first panel of Now."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from core.admin.panel import Panel
from core.admin.rights import allows
from incidents.models import Incident
from incidents.playbook import label, severity_for

SHOWN = 9


@dataclass(frozen=True, slots=True)
class Fire:
    """One open incident as drawn."""

    incident: Incident
    word: str
    state: str


def fires(request: HttpRequest, at: datetime) -> Panel | None:
    """Return the open incidents, the worst first: severity, then nobody has it, then age."""
    if not allows(request, "incidents.view"):
        return None
    rows = Incident.objects.open().select_related("service", "playbook", "acknowledged_by")
    found = [
        Fire(
            row,
            severity_for(row.playbook.playbook, row.rank).code,
            label(row.playbook.playbook, row.state),
        )
        for row in rows.order_by("rank", "acknowledged_at", "opened_at")[:SHOWN]
    ]
    return Panel(
        "On fire", key="fires", area="wide", live=5, template="incidents/now/fires.html", data=found
    )
