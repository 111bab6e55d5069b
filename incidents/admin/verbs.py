"""The buttons of an incident: everything that can be done to it, each calling one action."""

from datetime import datetime
from functools import partial

from core.actor import Actor
from core.admin.buttons import Button
from core.models import User
from core.permissions import may
from incidents import actions
from incidents.actions.command import COMMANDER
from incidents.admin.forms import Merge, Note, Reason, RoleChange, SeverityChange
from incidents.models import Incident
from incidents.playbook import label, permitted
from incidents.playbook.lifecycle import VERBS, State, Verb


def buttons_of(incident: Incident, by: Actor) -> list[Button]:
    """Return every button of an incident; those that are possible now and allowed to `by` are shown."""
    return [*_steps(incident, by), *_command(incident, by), *_words(incident, by)]


def _steps(incident: Incident, by: Actor) -> list[Button]:
    possible = permitted(incident.playbook.playbook, incident.state)
    return [
        Button(
            verb.name,
            _label(incident, verb),
            partial(_move, incident.pk, verb.name),
            form=Merge if verb.name == "merge" else Reason,
            opens=verb.needs_reason or verb.name == "merge",
            shown=verb.name in possible and may(by, f"incidents.{verb.name}", incident),
        )
        for verb in VERBS.values()
    ]


def _label(incident: Incident, verb: Verb) -> str:
    return (
        f"{verb.label} (declares it)" if verb.declares and not incident.is_declared else verb.label
    )


def _move(
    incident_id: int,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    into: int | None = None,
) -> str:
    moved = actions.move(incident_id, verb, by=by, at=at, reason=reason, into=into)
    word = label(moved.playbook.playbook, moved.state)
    return f"{moved.label} is now: {word} ({at:%H:%M:%S} UTC)."


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
            shown=_may_command(incident, by),
        ),
    ]


def _may_command(incident: Incident, by: Actor) -> bool:
    if (
        not incident.is_declared
        or not incident.is_live
        or not may(by, "incidents.assign_role", incident)
    ):
        return False
    return not incident.roles.filter(role=COMMANDER, to_at=None, user=by.user).exists()


def _declare(incident_id: int, *, by: Actor, at: datetime) -> str:
    return f"{actions.declare_incident(incident_id, by=by, at=at).label} is declared."


def _take_over(incident_id: int, *, by: Actor, at: datetime) -> str:
    return f"{actions.take_over(incident_id, by=by, at=at).label} is yours now."


def _take_command(incident_id: int, *, by: Actor, at: datetime) -> str:
    return f"You command {actions.take_command(incident_id, by=by, at=at).label}."


def _words(incident: Incident, by: Actor) -> list[Button]:
    book = incident.playbook.playbook
    can_lead = incident.is_declared and incident.is_live
    return [
        Button(
            "note", "Note", partial(_note, incident.pk),
            form=Note, opens=True, shown=may(by, "incidents.note", incident),
        ),
        Button(
            "change_severity", "Change severity", partial(_severity, incident.pk),
            form=partial(SeverityChange, playbook=book, present=incident.rank), opens=True,
            shown=incident.is_live and may(by, "incidents.change_severity", incident),
        ),
        Button(
            "assign_role", "Give a role", partial(_role, incident.pk),
            form=partial(RoleChange, playbook=book), opens=True,
            shown=can_lead and may(by, "incidents.assign_role", incident),
        ),
    ]  # fmt: skip


def _note(incident_id: int, *, by: Actor, at: datetime, **typed: object) -> str:
    text, happened_at = typed["text"], typed["happened_at"]
    earlier = happened_at if isinstance(happened_at, datetime) else None
    actions.note(incident_id, str(text), by=by, at=at, happened_at=earlier)
    return "The note is on the timeline."


def _severity(incident_id: int, *, by: Actor, at: datetime, rank: int, reason: str) -> str:
    changed = actions.change_severity(incident_id, rank, reason=reason, by=by, at=at)
    return f"{changed.label} has severity {changed.rank}."


def _role(incident_id: int, *, by: Actor, at: datetime, role: str, user: User) -> str:
    actions.assign_role(incident_id, role, user, by=by, at=at)
    return f"{user.display_name} has the role."
