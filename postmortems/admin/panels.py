"""What learning shows on screens below it: on an incident, and in the list of what waits for somebody."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from core.actor import person
from core.admin.panel import Panel
from core.admin.rights import allows
from core.models import User
from core.navigation import Count, Waiting
from core.permissions import may
from incidents.models import Incident
from incidents.playbook.lifecycle import ENDED
from postmortems.actions import opening
from postmortems.admin.glance import Line, glance
from postmortems.models import ActionItem, Postmortem

SHOWN = 8


def on_incident(request: HttpRequest, incident: Incident) -> Panel | None:
    """Return the postmortem of an incident with its state and actions, or what will happen."""
    if not allows(request, "postmortems.view"):
        return None
    found = Postmortem.objects.filter(incident=incident).select_related("playbook", "owner").first()
    items = list(
        ActionItem.objects.filter(incident=incident).select_related("owner").order_by("pk")[:SHOWN]
    )
    if found is None and not items and not incident.is_declared:
        return None
    data = {
        "postmortem": found,
        "incident": incident,
        "actions": items,
        "unfinished": sum(one.done_at is None for one in items),
        "sentence": "" if found else _what_follows(incident),
        "may_open": found is None and _may_open(request, incident),
        "may_add": allows(request, "postmortems.edit_action", incident),
    }
    return Panel(
        "Postmortem",
        key="postmortem",
        area="rail",
        template="postmortems/admin/_on_incident.html",
        data=data,
    )


def _may_open(request: HttpRequest, incident: Incident) -> bool:
    is_over = incident.is_declared and incident.state in opening.OVER
    return is_over and allows(request, "postmortems.edit", incident)


def _what_follows(incident: Incident) -> str:
    if not incident.is_declared:
        return "It is in triage; a postmortem comes only after declaring."
    if incident.state in ENDED and incident.state not in opening.OVER:
        return "It was no incident in the end, so there is nothing to review."
    need = opening.need(incident)
    if incident.is_live:
        return {
            "required": "A postmortem opens when this is resolved.",
            "optional": "When this is resolved, a postmortem can be opened.",
            "none": "Its playbook asks for no postmortem.",
        }[need]
    return {
        "required": "The postmortem opens within a minute.",
        "optional": "Its playbook leaves it to you.",
        "none": "Its playbook asks for none.",
    }[need]


def waiting(user: User, at: datetime) -> list[Waiting]:
    """Return what waits for a person: action items that are late or due soon, reviews, drafts to write."""
    if not may(person(user), "postmortems.view"):
        return []
    lines = sorted(glance(user, at).lines, key=lambda one: (one.what, one.day or "9999", one.row))
    return [_waiting(one) for one in lines]


def _waiting(line: Line) -> Waiting:
    icon, what, detail, page = {
        "action": ("check-square", line.words, f"from INC-{line.about}", "actionitem"),
        "review": ("page", "Review postmortem", f"INC-{line.about}, {line.who} asks", "postmortem"),
        "draft": ("pencil", "Write postmortem", f"of INC-{line.about}, {line.words}", "postmortem"),
    }[line.what]
    url = reverse(f"admin:postmortems_{page}_change", args=[line.row])
    return Waiting(icon, what, detail, url, line.due_at, is_day=True)


def open_postmortems(user: User, at: datetime) -> Count | None:
    """Return how many are not published yet, for the sidebar."""
    number = glance(user, at).counts.get("open", 0)
    return Count(number, f"{number} not published yet") if number else None


def late_items(user: User, at: datetime) -> Count | None:
    """Return how many action items are late, for the sidebar."""
    number = glance(user, at).counts.get("late", 0)
    return Count(number, f"{number} late") if number else None
