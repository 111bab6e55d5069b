"""The buttons of an incident: everything that can be done to it, each calling one action."""

from collections.abc import Callable
from copy import copy
from datetime import datetime
from functools import partial

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from core.actor import Actor
from core.admin.buttons import Button
from core.models import User
from core.permissions import may
from incidents import actions
from incidents.admin.forms import (
    Merge,
    Reason,
    RoleChange,
    RoleKey,
    RoleOffered,
    SeverityChange,
    wording,
)
from incidents.admin.words import words_of
from incidents.models import Incident
from incidents.playbook import label, permitted
from incidents.playbook.lifecycle import VERBS, State, Verb

SCREEN = "press"  # the id of the empty form that small buttons of the screen belong to
_FINAL = {
    "cancel": "It ends as opened by mistake: paging stops, and it can't be reopened. What was written stays.",
    "merge": "It ends here: its alerts move to the other incident, and it can't be split off again.",
    "mark_false_alarm": "It ends as a false alarm: paging stops, and it can't be reopened. What was written stays.",
}


def buttons_of(incident: Incident, by: Actor) -> list[Button]:
    """Return every button of an incident; those that are possible now and allowed to `by` are shown."""
    return [
        *_steps(incident, by),
        *_command(incident, by),
        *_offers(incident, by),
        *_facts(incident, by),
        *words_of(incident, by),
    ]


def _steps(incident: Incident, by: Actor) -> list[Button]:
    possible = permitted(incident.playbook.playbook, incident.state)
    return [
        Button(
            verb.name,
            _label(incident, verb),
            partial(_move, incident.pk, verb.name),
            form=_form(verb, incident),
            opens=verb.needs_reason or verb.name == "merge",
            shown=verb.name in possible and may(by, f"incidents.{verb.name}", incident),
            confirm=_FINAL.get(verb.name, "") if incident.is_declared else "",
        )
        for verb in VERBS.values()
    ]


def _form(verb: Verb, incident: Incident) -> Callable[..., forms.Form]:
    seen = {"seen": incident.step}
    if verb.name == "merge":
        return partial(Merge, beside=incident, initial=seen)
    return partial(Reason, initial=seen)


def _label(incident: Incident, verb: Verb) -> str:
    return (
        f"{verb.label} (declares it)" if verb.declares and not incident.is_declared else verb.label
    )


def _move(  # noqa: PLR0913  a step has these parts
    incident_id: int,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    into: int | None = None,
    seen: int | None = None,
) -> str:
    moved = actions.move(incident_id, verb, by=by, at=at, reason=reason, into=into, seen=seen)
    word = label(moved.playbook.playbook, moved.state)
    said = f"{moved.label} is now: {word} ({at:%H:%M:%S} UTC)."
    if verb == "acknowledge":
        said += " It is yours, and paging has stopped."
    return _with_undo(moved, said)


def _with_undo(incident: Incident, said: str) -> str:
    """Add a button that goes straight back, where the lifecycle has such a verb."""
    latest = incident.transitions.order_by("number").last()
    possible = permitted(incident.playbook.playbook, incident.state)
    back = [
        verb
        for verb in possible
        if latest and VERBS[verb].target == latest.from_state and not VERBS[verb].needs_reason
    ]
    if not back:
        return said
    url = reverse("admin:incidents_incident_press", args=[incident.pk, back[0]])
    undo = '{} <button class="link" form="{}" formaction="{}" data-action="{}">Undo</button>'
    return format_html(undo, said, SCREEN, url, back[0])


def _command(incident: Incident, by: Actor) -> list[Button]:
    is_open, held_by = incident.is_live, incident.acknowledged_by_id
    held = is_open and incident.state != State.DETECTED and held_by != by.user_id
    return [
        Button(
            "declare",
            "Declare",
            partial(_declare, incident.pk),
            shown=is_open and not incident.is_declared and may(by, "incidents.declare", incident),
        ),
        Button(
            "take_over",
            "Take over",
            partial(_take_over, incident.pk),
            shown=held and may(by, "incidents.take_over", incident),
        ),
        Button(
            "take_command",
            "Take command",
            partial(_take_command, incident.pk),
            shown=can_lead(incident) and may(by, "incidents.assign_role", incident),
        ),
    ]


def can_lead(incident: Incident) -> bool:
    """Return whether roles mean something: declared and live."""
    return incident.is_declared and incident.is_live


def _declare(incident_id: int, *, by: Actor, at: datetime) -> str:
    return f"{actions.declare_incident(incident_id, by=by, at=at).label} is declared."


def _take_over(incident_id: int, *, by: Actor, at: datetime) -> str:
    return f"{actions.take_over(incident_id, by=by, at=at).label} is yours now."


def _take_command(incident_id: int, *, by: Actor, at: datetime) -> str:
    return f"You command {actions.take_command(incident_id, by=by, at=at).label}."


def _offers(incident: Incident, by: Actor) -> list[Button]:
    book = incident.playbook.playbook
    shown = can_lead(incident) and may(by, "incidents.assign_role", incident)

    def button(
        name: str, words: str, act: Callable[..., str], form: Callable[..., forms.Form]
    ) -> Button:
        return Button(name, words, partial(act, incident.pk), form=form, shown=shown)

    return [
        button(
            "assign_role", "Give a role", _role, partial(RoleChange, playbook=book, reader=by.user)
        ),
        button(
            "offer_role",
            "Offer a role",
            _offer,
            partial(RoleOffered, playbook=book, reader=by.user),
        ),
        button("accept_role", "Accept", _accept, RoleKey),
        button("decline_role", "Decline", _decline, RoleKey),
    ]


def _role(incident_id: int, *, by: Actor, at: datetime, role: str, user: User) -> str:
    actions.assign_role(incident_id, role, user, by=by, at=at)
    return f"{user.display_name} has the role."


def _offer(incident_id: int, *, by: Actor, at: datetime, role: str, user: User, note: str) -> str:
    actions.offer_role(incident_id, role, user, by=by, at=at, note=note)
    return f"The role is offered to {user.display_name}; it changes hands when they accept."


def _accept(incident_id: int, *, by: Actor, at: datetime, role: str) -> str:
    actions.accept_role(incident_id, role, by=by, at=at)
    return f"The role is yours since {at:%H:%M:%S} UTC."


def _decline(incident_id: int, *, by: Actor, at: datetime, role: str) -> str:
    actions.decline_role(incident_id, role, by=by, at=at)
    return "The offer is closed; nothing changed hands."


def _facts(incident: Incident, by: Actor) -> list[Button]:
    book = incident.playbook.playbook
    before = actions.Wording(incident.title, incident.description)
    return [
        Button(
            "change_severity", "Change severity", partial(_severity, incident.pk),
            form=partial(SeverityChange, playbook=book, present=incident.rank), opens=True,
            shown=incident.is_live and may(by, "incidents.change_severity", incident),
        ),
        Button(
            "reword", "Edit the title", partial(_reword, incident.pk, before),
            form=partial(wording, instance=copy(incident)), opens=True,
            shown=may(by, "incidents.reword", incident),
        ),
    ]  # fmt: skip


def _severity(incident_id: int, *, by: Actor, at: datetime, rank: int, reason: str) -> str:
    changed = actions.change_severity(incident_id, rank, reason=reason, by=by, at=at)
    return f"{changed.label} has severity {changed.rank}."


def _reword(
    incident_id: int,
    before: actions.Wording,
    *,
    by: Actor,
    at: datetime,
    title: str,
    description: str,
) -> str:
    words = actions.Wording(title, description)
    actions.reword(incident_id, words, by=by, at=at, before=before)
    return "The title and description are saved."
