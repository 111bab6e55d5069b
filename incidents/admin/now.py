"""What burns and who has it: the first panel of Now (staff.md 7.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min, Q
from django.http import HttpRequest
from django.urls import reverse

from core.admin.panel import Panel
from core.admin.rights import allows
from core.models import User
from core.navigation import Waiting
from incidents.actions.command import COMMANDER
from incidents.admin.lamp import glance
from incidents.models import ChangeEvent, Incident, RoleAssignment, RoleOffer
from incidents.playbook import label, severity_for
from incidents.playbook.lifecycle import LIVE, State
from incidents.provided import provided

SHOWN = 9
CHANGES = 6


@dataclass(frozen=True, slots=True)
class Fire:
    """One open incident as drawn: words, since when (UTC), who commands, what the pager does for it."""

    incident: Incident
    word: str
    state: str
    since: datetime
    commander: str
    mine: str
    wait: Any
    promise: datetime | None
    pages: int


def fires(request: HttpRequest, at: datetime) -> Panel | None:
    """Return the open incidents, the worst first: severity, then what nobody has, then age."""
    if not allows(request, "incidents.view") or not isinstance(request.user, User):
        return None
    there = Incident.objects.open()
    rows = there.select_related("service", "playbook", "acknowledged_by").annotate(
        began=Min("milestones__at", filter=Q(milestones__kind="impact_started"))
    )
    shown = list(rows.order_by("rank", "acknowledged_at", "opened_at")[:SHOWN])
    more = max(0, glance().there - len(shown))
    data = {
        "fires": _drawn(shown, request.user, at),
        "more": more,
        "at": at,
        "last": None if shown else _last_ended(),
    }
    return Panel(
        "On fire", key="fires", area="wide", live=5, template="incidents/now/fires.html", data=data
    )


def _drawn(rows: list[Incident], user: User, at: datetime) -> list[Fire]:
    ids = [row.pk for row in rows]
    roles = _roles(rows)
    waits = _given("incident_waits", [row.pk for row in rows if row.state == State.DETECTED])
    promises = _given("incident_promises", at) if rows else {}
    pages = _given("incident_page_counts", ids[:1]) if rows else {}
    return [
        Fire(
            incident=row,
            word=severity_for(row.playbook.playbook, row.rank).code,
            state=label(row.playbook.playbook, row.state),
            since=getattr(row, "began", None) or row.opened_at,
            commander=next((who for role, who, _ in roles[row.pk] if role == COMMANDER), ""),
            mine=_mine(row, roles[row.pk], user),
            wait=waits.get(row.pk),
            promise=promises.get(row.pk),
            pages=pages.get(row.pk, 0),
        )
        for row in rows
    ]


def _given(name: str, asked: Any) -> Mapping[int, Any]:
    ask = provided(name)
    found: Mapping[int, Any] = ask(asked) if ask and asked else {}
    return found


def _roles(rows: list[Incident]) -> dict[int, list[tuple[str, str, int]]]:
    found: dict[int, list[tuple[str, str, int]]] = {row.pk: [] for row in rows}
    held = RoleAssignment.objects.filter(incident__in=list(found), to_at=None)
    for one in held.select_related("user"):
        found[one.incident_id].append((one.role, one.user.display_name, one.user_id))
    return found


def _mine(row: Incident, roles: list[tuple[str, str, int]], user: User) -> str:
    words: dict[str, str] = {role.key: role.label for role in row.playbook.playbook.roles}
    return ", ".join(words.get(role, role) for role, _, user_id in roles if user_id == user.pk)


def _last_ended() -> Incident | None:
    ended = Incident.objects.exclude(state__in=LIVE).filter(ended_at__isnull=False)
    return ended.order_by("-ended_at").first()


def offers(user: User, at: datetime) -> list[Waiting]:
    """Return the roles that are held out to a person."""
    rows = RoleOffer.objects.filter(user=user, state=RoleOffer.State.OPEN, incident__state__in=LIVE)
    return [
        Waiting(
            "swap",
            f"Take the role {offer.role}",
            f"on {offer.incident.label}, offered by {offer.offered_by.display_name}",
            reverse("admin:incidents_incident_change", args=[offer.incident_id]),
            act="Look",
        )
        for offer in rows.select_related("incident", "offered_by")[:SHOWN]
    ]


def changes(request: HttpRequest, at: datetime) -> Panel | None:
    """Return the latest changes made on purpose, a suspect of many a fire."""
    if not allows(request, "incidents.view"):
        return None
    rows = list(ChangeEvent.objects.select_related("source").order_by("-occurred_at")[:CHANGES])
    return Panel(
        "Recent changes",
        key="changes",
        area="below",
        live=30,
        link=(reverse("admin:incidents_changeevent_changelist"), "All changes"),
        template="incidents/now/changes.html",
        data={"rows": rows, "at": at},
    )
