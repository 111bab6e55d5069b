"""What an incident's page shows below its facts: read-only, newest first where it grows."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from core.admin.panel import Panel, link_to, moment
from incidents.models import Incident
from incidents.models.history import Deed
from incidents.playbook import label

SHOWN = 500
_MACHINES = {
    "reply": " (by link)",
    "engine": " (the engine)",
    "source": " (source)",
    "import": " (import)",
}


def panels_of(request: HttpRequest, incident: Incident) -> list[Panel]:
    """Return timeline, paging, alerts, roles, milestones and transitions."""
    above = [import_string(path)(request, incident) for path in settings.PANELS["incident"]]
    return [
        _timeline(incident), *above, _alerts(incident), _roles(incident), _milestones(incident), _transitions(incident),
    ]  # fmt: skip


def _who(deed: Deed) -> str:
    return deed.actor_label + _MACHINES.get(deed.actor_kind, "")


def _timeline(incident: Incident) -> Panel:
    lines = list(incident.timeline.order_by("-happened_at", "-recorded_at", "-pk")[:SHOWN])
    rows: list[Sequence[object]] = []
    for line in lines:
        late = "" if line.recorded_at == line.happened_at else moment(line.recorded_at)
        rows.append((moment(line.happened_at), line.kind, line.text, _who(line), late))
    sentence = "" if len(lines) < SHOWN else f"The newest {SHOWN} lines."
    columns = ("Happened (UTC)", "Kind", "What", "Who", "Recorded later (UTC)")
    return Panel("Timeline", sentence, columns, rows)


def _alerts(incident: Incident) -> Panel:
    alerts = list(incident.alerts.select_related("source")[:SHOWN])
    firing = sum(alert.state == "firing" for alert in alerts)
    rows = [
        (link_to(alert), alert.state, alert.severity, alert.source.name, alert.count,
         moment(alert.first_received_at), moment(alert.ended_at))
        for alert in alerts
    ]  # fmt: skip
    columns = (
        "Alert",
        "State",
        "Severity",
        "Source",
        "Receipts",
        "First received (UTC)",
        "Ended (UTC)",
    )
    sentence = f"{firing} of {len(alerts)} still firing." if alerts else ""
    return Panel("Alerts", sentence, columns, rows, "No alert belongs to it: a person declared it.")


def _roles(incident: Incident) -> Panel:
    words: dict[str, str] = {role.key: role.label for role in incident.playbook.playbook.roles}
    rows = [
        (
            words.get(held.role, held.role),
            held.user.display_name,
            moment(held.from_at),
            moment(held.to_at),
        )
        for held in incident.roles.select_related("user")
    ]
    return Panel(
        "Roles", "", ("Role", "Person", "From (UTC)", "To (UTC)"), rows, "Nobody has a role."
    )


def _milestones(incident: Incident) -> Panel:
    rows = [
        (
            mark.kind.replace("_", " "),
            moment(mark.at),
            "inferred" if mark.is_inferred else "recorded",
        )
        for mark in incident.milestones.all()
    ]
    return Panel("Milestones", "", ("Milestone", "Reached (UTC)", "How we know"), rows)


def _transitions(incident: Incident) -> Panel:
    book = incident.playbook.playbook
    rows = [
        (log.number, moment(log.at), label(book, log.from_state), label(book, log.to_state), _who(log), log.reason,
         " ".join(str(guard.get("text", "")) for guard in log.overridden))
        for log in incident.transitions.all()
    ]  # fmt: skip
    columns = ("Step", "At (UTC)", "From", "To", "Who", "Reason", "In spite of")
    return Panel("Transitions", "", columns, rows, "It has not moved yet.")
