"""What burns and who has it: the first panel of Now (staff.md 7.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import F, Func, Value
from django.http import HttpRequest
from django.urls import reverse

from core.admin.panel import Panel
from core.admin.rights import allows
from core.expressions import JsonList, JsonRow, gathered
from core.models import User
from core.navigation import Waiting
from incidents.actions.command import COMMANDER
from incidents.admin.lamp import glance
from incidents.models import ChangeEvent, Incident, Milestone, RoleAssignment, RoleOffer
from incidents.playbook import label, role_word, severity_for
from incidents.playbook.lifecycle import LIVE, State
from incidents.provided import PublicWord, provided

SHOWN = 9
CHANGES = 6
_NAMES = ("first_name", "last_name", "username")


@dataclass(frozen=True, slots=True)
class Fire:
    """One open incident as drawn: words, since when (UTC), who commands, what the pager does for it.

    `promise`: by when the public is owed the next word; only the first one says it. `page`: the status page that it is
    owed to, where there are several.
    """

    incident: Incident
    word: str
    state: str
    since: datetime
    commander: str
    mine: str
    wait: Any
    promise: datetime | None
    page: str
    pages: int


def fires(request: HttpRequest, at: datetime) -> Panel | None:
    """Return the open incidents, the worst first: severity, then what nobody has, then age."""
    if not allows(request, "incidents.view") or not isinstance(request.user, User):
        return None
    there = Incident.objects.open()
    rows = there.select_related("service", "playbook", "acknowledged_by").annotate(**_beside())
    held = F("acknowledged_at").asc(nulls_first=True)
    shown = list(rows.order_by("rank", held, "opened_at")[:SHOWN])
    more = max(0, glance().there - len(shown))
    data = {
        "fires": _drawn(shown, request.user),
        "more": more,
        "at": at,
        "last": None if shown else _last_ended(),
    }
    return Panel(
        "On fire", key="fires", area="wide", live=5, template="incidents/now/fires.html", data=data
    )


def _beside() -> dict[str, Any]:
    """Return the columns that other tables add: when it began, who holds which role, how many were paged."""
    began = Milestone.objects.filter(kind="impact_started")
    held = RoleAssignment.objects.filter(to_at=None)
    one = JsonRow("role", "user", *(f"user__{name}" for name in _NAMES))
    paged = provided("incident_page_count")
    return {
        "began": gathered(began, "incident", Func("at", function="MIN")),
        "held": gathered(held, "incident", JsonList(one)),
        "paged": paged() if paged else Value(0),
    }


def _drawn(rows: list[Any], user: User) -> list[Fire]:
    roles = {row.pk: _roles(row.held) for row in rows}
    waits = _given("incident_waits", [row.pk for row in rows if row.state == State.DETECTED])
    public_words: Mapping[int, PublicWord] = _given("incident_public_words", rows[:1])
    return [
        Fire(
            incident=row,
            word=severity_for(row.playbook.playbook, row.rank).code,
            state=label(row.playbook.playbook, row.state),
            since=row.began or row.opened_at,
            commander=next((who for role, who, _ in roles[row.pk] if role == COMMANDER), ""),
            mine=_mine(row, roles[row.pk], user),
            wait=waits.get(row.pk),
            promise=public_words[row.pk].due_at if row.pk in public_words else None,
            page=public_words[row.pk].page if row.pk in public_words else "",
            pages=row.paged or 0,
        )
        for row in rows
    ]


def _given(name: str, asked: Any) -> Mapping[int, Any]:
    ask = provided(name)
    found: Mapping[int, Any] = ask(asked) if ask and asked else {}
    return found


def _roles(held: str | None) -> list[tuple[str, str, int]]:
    """Read the column of roles: key, holder's name, holder's id."""
    return [
        (role, User(**dict(zip(_NAMES, names, strict=True))).display_name, user_id)
        for role, user_id, *names in orjson.loads(held or "[]")
    ]


def _mine(row: Incident, roles: list[tuple[str, str, int]], user: User) -> str:
    book = row.playbook.playbook
    return ", ".join(role_word(book, role) for role, _, user_id in roles if user_id == user.pk)


def _last_ended() -> Incident | None:
    ended = Incident.objects.exclude(state__in=LIVE).filter(ended_at__isnull=False)
    return ended.order_by("-ended_at").first()


def offers(user: User, at: datetime) -> list[Waiting]:
    """Return the roles that are held out to a person."""
    rows = RoleOffer.objects.filter(user=user, state=RoleOffer.State.OPEN, incident__state__in=LIVE)
    return [
        Waiting(
            "swap",
            f"Take the role {role_word(offer.incident.playbook.playbook, offer.role)}",
            f"on {offer.incident.label}, offered by {offer.offered_by.display_name}",
            reverse("admin:incidents_incident_change", args=[offer.incident_id]),
            act="Look",
        )
        for offer in rows.select_related("incident__playbook", "offered_by")[:SHOWN]
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
