"""One order from a door that speaks in verbs: the verb and what is said with it, or neither."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotPossible
from core.models import User
from incidents.actions.command import (
    Wording,
    assign_role,
    change_severity,
    note,
    reword,
    take_command,
    take_over,
)
from incidents.actions.locking import locked
from incidents.actions.offers import accept_role, decline_role, offer_role
from incidents.actions.opening import declare_incident
from incidents.actions.steps import move
from incidents.models import Incident
from incidents.playbook import permitted
from incidents.playbook.lifecycle import VERBS

NOTE = "note"
REPEAT = timedelta(minutes=10)  # the same words by the same person within this are a sender's retry


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks for: `verb` is a key of VERBS or of OTHERS, the rest is what it needs."""

    verb: str
    note: str = ""
    reason: str = ""
    into: int | None = None
    severity: int = 0
    role: str = ""
    user: User | None = None


def perform(incident_id: int, order: Order, *, by: Actor, at: datetime) -> None:
    """Do what the order says and keep its note, in one transaction; done again it changes nothing.

    A reason that the verb has no place for is kept as a note. Raises NotFound, NotAllowed, Invalid,
    GuardUnmet, and NotPossible always with `allowed`: the lifecycle's verbs from the present state.
    """
    with _saying_what_is_allowed(incident_id), transaction.atomic():
        _do(incident_id, order, by, at)
        _remark(incident_id, order.note, by, at)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different about an incident besides its state; None: leave it."""

    title: str | None = None
    description: str | None = None
    severity: int | None = None
    reason: str = ""


def change(incident_id: int, asked: Change, *, by: Actor, at: datetime) -> None:
    """Change wording and severity in one transaction; what is so already changes nothing.

    Raises NotFound, NotAllowed, Invalid, and NotPossible with `allowed`.
    """
    with _saying_what_is_allowed(incident_id), transaction.atomic():
        present = Incident.objects.locked().one(incident_id)
        wording = Wording(
            present.title if asked.title is None else asked.title,
            present.description if asked.description is None else asked.description,
        )
        reword(incident_id, wording, by=by, at=at)
        if asked.severity is not None:
            change_severity(incident_id, asked.severity, reason=asked.reason, by=by, at=at)


@contextmanager
def _saying_what_is_allowed(incident_id: int) -> Iterator[None]:
    try:
        yield
    except NotPossible as refusal:
        if refusal.extra:
            raise
        allowed = {"allowed": list(_allowed(incident_id))}
        raise NotPossible(str(refusal), code=refusal.code, extra=allowed) from refusal


def _do(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    if order.verb in OTHERS:
        OTHERS[order.verb](incident_id, order, by, at)
    else:
        move(incident_id, order.verb, by=by, at=at, reason=order.reason, into=order.into)


def _remark(incident_id: int, text: str, by: Actor, at: datetime) -> None:
    """Keep a note unless the same person has just said the same."""
    text = text.strip()
    if not text:
        return
    incident = locked(incident_id, "note", by)
    said = incident.timeline.filter(
        kind="note", actor_user=by.user_id, recorded_at__gte=at - REPEAT
    )
    if not said.filter(text=text).exists():
        note(incident_id, text, by=by, at=at)


def _allowed(incident_id: int) -> tuple[str, ...]:
    incident = Incident.objects.select_related("playbook").get(pk=incident_id)
    return permitted(incident.playbook.playbook, incident.state)


def _declare(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    declare_incident(incident_id, by=by, at=at)
    _remark(incident_id, order.reason, by, at)


def _take_command(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    take_command(incident_id, by=by, at=at)
    _remark(incident_id, order.reason, by, at)


def _take_over(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    take_over(incident_id, by=by, at=at)
    _remark(incident_id, order.reason, by, at)


def _assign_role(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    assign_role(incident_id, order.role, _named(order), by=by, at=at)
    _remark(incident_id, order.reason, by, at)


def _offer_role(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    """Hold it out; the note goes to whoever it is offered to, besides the timeline."""
    offer_role(incident_id, order.role, _named(order), by=by, at=at, note=order.note)
    _remark(incident_id, order.reason, by, at)


def _accept_role(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    accept_role(incident_id, order.role, by=by, at=at)
    _remark(incident_id, order.reason, by, at)


def _decline_role(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    decline_role(incident_id, order.role, by=by, at=at)
    _remark(incident_id, order.reason, by, at)


def _named(order: Order) -> User:
    if order.user is None:
        raise Invalid.field("/user", "Name the person by their username.", "required")
    return order.user


def _change_severity(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    change_severity(incident_id, order.severity, reason=order.reason, by=by, at=at)


def _note(incident_id: int, order: Order, by: Actor, at: datetime) -> None:
    """Keep the reason too; the note itself is kept with every verb."""
    _remark(incident_id, order.reason, by, at)


OTHERS: dict[str, Callable[[int, Order, Actor, datetime], None]] = {
    "declare": _declare,
    "take_command": _take_command,
    "take_over": _take_over,
    "assign_role": _assign_role,
    "offer_role": _offer_role,
    "accept_role": _accept_role,
    "decline_role": _decline_role,
    "change_severity": _change_severity,
    NOTE: _note,
}
ORDERS = (*VERBS, *OTHERS)
