"""One incident with everything small that hangs on it, in one statement: milestones, steps, roles, open offers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
from django.db.models import Func

from core.expressions import Instant, JsonList, JsonRow, Nested, gathered
from core.models import User
from incidents.models import Incident, Milestone, RoleAssignment, RoleOffer, TransitionLog

_T = TypeVar("_T")
_USER = ("user_id", "user__username", "user__first_name", "user__last_name")
_OFFERER = tuple(name.replace("user", "offered_by", 1) for name in _USER)


@dataclass(frozen=True, slots=True)
class Found:
    """What was read. The rows are whole enough to be shown; they are not for saving."""

    incident: Incident
    milestones: list[Milestone]
    transitions: list[TransitionLog]
    roles: list[RoleAssignment]
    offers: list[RoleOffer]


def find(number: int) -> Found | None:
    """Return the incident of that number, its milestones by time, steps in order, roles by their beginning."""
    rows = Incident.objects.select_related(
        "service__team", "playbook", "acknowledged_by", "opened_by", "source", "merged_into"
    )
    offers = RoleOffer.objects.filter(state=RoleOffer.State.OPEN)
    incident: Any = rows.filter(pk=number).annotate(
        of_milestones=gathered(Milestone.objects.all(), "incident", _MILESTONE),
        of_steps=gathered(TransitionLog.objects.all(), "incident", _STEP),
        of_roles=gathered(RoleAssignment.objects.all(), "incident", _ROLE),
        of_offers=gathered(offers, "incident", _OFFER),
    ).first()  # fmt: skip
    if incident is None:
        return None
    return Found(
        incident,
        _each(incident.of_milestones, _milestone, lambda row: (row.at, row.kind)),
        _each(incident.of_steps, _step, lambda row: row.number),
        _each(incident.of_roles, _role, lambda row: (row.from_at, row.pk)),
        _each(incident.of_offers, _offer, lambda row: row.pk),
    )


def _rows(*columns: str | Func) -> JsonList:
    return JsonList(JsonRow(*columns))


_MILESTONE = _rows("kind", Instant("at"), "is_inferred")
_STEP = _rows(
    "number", "verb", "from_state", "to_state", Instant("at"), "reason", Nested("overridden"),
    "actor_kind", "actor_user_id", "actor_label",
)  # fmt: skip
_ROLE = _rows("pk", "role", Instant("from_at"), Instant("to_at"), *_USER)
_OFFER = _rows("pk", "role", Instant("offered_at"), "note", *_USER, *_OFFERER)


def _each(text: str | None, make: Callable[..., _T], order: Callable[[_T], Any]) -> list[_T]:
    rows: Iterable[list[Any]] = orjson.loads(text) if text else ()
    return sorted((make(*row) for row in rows), key=order)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _user(pk: int, username: str, first: str, last: str) -> User:
    return User(pk=pk, username=username, first_name=first, last_name=last)


def _milestone(kind: str, at: str, is_inferred: object) -> Milestone:
    return Milestone(kind=kind, at=_at(at), is_inferred=bool(is_inferred))


def _step(*row: Any) -> TransitionLog:
    names = ("number", "verb", "from_state", "to_state", "at", "reason", "overridden")
    who = ("actor_kind", "actor_user_id", "actor_label")
    values = dict(zip((*names, *who), row, strict=True))
    return TransitionLog(**{**values, "at": _at(values["at"])})


def _role(pk: int, role: str, from_at: str, to_at: str | None, *user: Any) -> RoleAssignment:
    until = _at(to_at) if to_at else None
    return RoleAssignment(pk=pk, role=role, from_at=_at(from_at), to_at=until, user=_user(*user))


def _offer(pk: int, role: str, at: str, note: str, *people: Any) -> RoleOffer:
    user, by = _user(*people[:4]), _user(*people[4:])
    return RoleOffer(pk=pk, role=role, offered_at=_at(at), note=note, user=user, offered_by=by)
