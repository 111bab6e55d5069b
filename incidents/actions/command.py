"""Roles, severity and notes: what people change besides the state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core import facts
from core.actor import Actor, person
from core.errors import Conflict, Invalid, NotPossible
from core.models import User
from core.permissions import may
from incidents.actions import story
from incidents.actions.locking import locked
from incidents.models import Incident, RoleAssignment, RoleOffer
from incidents.playbook.lifecycle import State
from incidents.playbook.severity import NEVER_PAGES

COMMANDER = "commander"
NOT_PAGED = "not paged: severity 4"
LONGEST = 20_000


def take_command(incident_id: int, *, by: Actor, at: datetime) -> Incident:
    """Make the actor the commander, at once; the one before is told (design.md 5)."""
    if by.user is None:
        raise NotPossible("Only a person can take command.")
    return assign_role(incident_id, COMMANDER, by.user, by=by, at=at)


def take_over(incident_id: int, *, by: Actor, at: datetime) -> Incident:
    """Make the actor its holder in place of another; stops the paging. Doing it twice changes nothing."""
    if by.user is None:
        raise NotPossible("Only a person can take it over.")
    with transaction.atomic():
        incident = locked(incident_id, "take_over", by)
        if not incident.is_live or incident.state == State.DETECTED:
            raise NotPossible(f"{incident.label} has no holder to take it over from.")
        if incident.acknowledged_by_id != by.user_id:
            incident.acknowledged_by = by.user
            incident.save(update_fields=["acknowledged_by"])
            story.save([story.line(incident, "state", f"{by.label} took it over", by=by, at=at)])
            facts.publish("incident.acknowledged", [incident.pk], at=at)
        return incident


def assign_role(incident_id: int, role: str, user: User, *, by: Actor, at: datetime) -> Incident:
    """Give a role of the playbook to `user`; the former holder's interval ends at the same instant.

    An offer of the role that nobody has answered is withdrawn.
    """
    with transaction.atomic():
        incident = locked(incident_id, "assign_role", by)
        label = fits(incident, role, user)
        if not _hand_over(incident, role, user, at):
            return incident
        settle_offers(incident, role, RoleOffer.State.WITHDRAWN, at)
        text = f"{label}: {user.display_name}"
        story.save(
            [story.line(incident, "role", text, by=by, at=at, data={"role": role, "user": user.pk})]
        )
        if role == COMMANDER:
            story.mark(incident.pk, "commander_assigned", at=at)
            facts.publish("incident.command_taken", [incident.pk], at=at)
        return incident


def role_label(incident: Incident, role: str) -> str:
    """Return the playbook's word for a role; raises Invalid when it has none."""
    known = {r.key: r.label for r in incident.playbook.playbook.roles}
    if role not in known:
        raise Invalid.field("/role", f"The playbook has no role {role}; it has {', '.join(known)}.")
    return known[role]


def fits(incident: Incident, role: str, user: User) -> str:
    """Return the playbook's word for a role that `user` can have, given or offered; raises Invalid, NotPossible."""
    label = role_label(incident, role)
    if not user.is_active:
        raise Invalid.field("/user", f"{user.display_name} has left; choose somebody else.")
    if not may(person(user), "incidents.assign_role", incident):
        raise Invalid.field("/user", f"{user.display_name} may only look; choose a responder.")
    if not incident.is_declared:
        raise NotPossible(f"{incident.label} is in triage and has no roles; declare it first.")
    return label


def settle_offers(incident: Incident, role: str, state: str, at: datetime) -> None:
    """Close the open offer of a role, if there is one."""
    offers = RoleOffer.objects.filter(incident=incident, role=role, state=RoleOffer.State.OPEN)
    offers.update(state=state, settled_at=at)


def _hand_over(incident: Incident, role: str, user: User, at: datetime) -> bool:
    held = incident.roles.filter(role=role, to_at=None).first()
    if held is not None:
        if held.user_id == user.pk:
            return False
        held.to_at = at = max(at, held.from_at)
        held.save(update_fields=["to_at"])
    RoleAssignment.objects.create(incident=incident, role=role, user=user, from_at=at)
    return True


def change_severity(
    incident_id: int, rank: int, *, reason: str, by: Actor, at: datetime
) -> Incident:
    """Set the severity rank with a reason; a rise is published so that the pager starts anew (R34)."""
    if rank not in (1, 2, 3, 4):
        raise Invalid.field("/severity", "Severity is a rank from 1 (worst) to 4.")
    with transaction.atomic():
        incident = locked(incident_id, "change_severity", by)
        if not incident.is_live:
            raise NotPossible(f"{incident.label} is over; its severity stays.")
        if incident.rank == rank:
            return incident
        if not reason.strip():
            raise Invalid.field("/reason", "Say why the severity changes.", "required")
        before, incident.rank, incident.is_rank_fixed = incident.rank, rank, True
        incident.save(update_fields=["rank", "is_rank_fixed"])
        tell_severity(incident, before, reason.strip(), by=by, at=at)
        return incident


def tell_severity(incident: Incident, before: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Record a changed severity; publish `incident.severity_raised` when it became worse."""
    if incident.unpaged_reason == NOT_PAGED and incident.rank < NEVER_PAGES:
        incident.unpaged_reason = ""
        incident.save(update_fields=["unpaged_reason"])
    text = f"Severity {before} → {incident.rank}: {reason}"
    data = {"from": before, "to": incident.rank}
    story.save([story.line(incident, "severity", text, by=by, at=at, data=data)])
    if incident.rank < before:
        facts.publish("incident.severity_raised", [incident.pk], at=at)


def wake(joined: Iterable[Incident], at: datetime) -> None:
    """Say that something joined what nobody has: it pages, whatever was the reason not to until now."""
    unheld = [row for row in joined if row.state == State.DETECTED and row.rank < NEVER_PAGES]
    for row in unheld:
        if row.unpaged_reason:
            row.unpaged_reason = ""
            row.save(update_fields=["unpaged_reason"])
    facts.publish("incident.joined", [row.pk for row in unheld], at=at)


def note(
    incident_id: int, text: str, *, by: Actor, at: datetime, happened_at: datetime | None = None
) -> Incident:
    """Add a note to the timeline; `happened_at` may lie in the past, the recording time is kept beside it."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid.field("/text", "Write a note of 1 to 20 000 characters.", "required")
    with transaction.atomic():
        incident = locked(incident_id, "note", by)
        entry = story.line(incident, "note", text, by=by, at=at)
        entry.happened_at = story.happened(incident, happened_at, at)
        story.save([entry])
        return incident


@dataclass(frozen=True, slots=True)
class Wording:
    """What an incident is called and what is known of it."""

    title: str
    description: str


def reword(
    incident_id: int, wording: Wording, *, by: Actor, at: datetime, before: Wording | None = None
) -> Incident:
    """Change title and description; the former title stays on the timeline.

    `before`: what the person saw. Raises Conflict when somebody has changed it since, Invalid, NotAllowed.
    """
    title, description = " ".join(wording.title.split()), wording.description.strip()
    if not title or len(title) > 1024:
        raise Invalid.field("/title", "Write a title of 1 to 1024 characters.", "required")
    if len(description) > LONGEST:
        raise Invalid.field("/description", f"Describe it in at most {LONGEST:,} characters.")
    with transaction.atomic():
        incident = locked(incident_id, "reword", by)
        present = Wording(incident.title, incident.description)
        if before is not None and before != present:
            raise Conflict(f"Somebody saved this meanwhile. The title is now “{present.title}”.")
        if present == Wording(title, description):
            return incident
        incident.title, incident.description = title, description
        incident.save(update_fields=["title", "description"])
        text = (
            f"Title changed from “{present.title}”" if title != present.title else "Described anew"
        )
        data = {"title": present.title, "description": present.description}
        story.save([story.line(incident, "edit", text, by=by, at=at, data=data)])
        return incident
