"""Hold a role out to somebody, who takes it or not. Only an offer waits; taking command does not (design.md 5)."""

from datetime import datetime

from django.db import transaction

from core import facts
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotPossible
from core.models import User
from incidents.actions import command, remarks, story
from incidents.actions.locking import locked
from incidents.models import Incident, RoleOffer

_OPEN = RoleOffer.State.OPEN


def offer_role(
    incident_id: int, role: str, user: User, *, by: Actor, at: datetime, note: str = ""
) -> RoleOffer:
    """Offer a role of the playbook to `user`; an earlier open offer of it is withdrawn.

    The same offer again changes nothing. Raises Invalid for whoever has the role already, may not
    respond, or offers it to themselves; NotPossible once it is over.
    """
    note = remarks.words(note, "/note", "", needed=False, longest=4000)
    if by.user is None:
        raise NotPossible("Only a person can offer a role.")
    with transaction.atomic():
        incident = locked(incident_id, "assign_role", by)
        label = command.fits(incident, role, user)
        _check(incident, role, user, by)
        present = incident.offers.filter(role=role, state=_OPEN).first()
        if present is not None and (present.user_id, present.note) == (user.pk, note):
            return present
        command.settle_offers(incident, role, RoleOffer.State.WITHDRAWN, at)
        offer = RoleOffer.objects.create(
            incident=incident, role=role, user=user, offered_by=by.user, offered_at=at, note=note
        )
        text = f"{label} offered to {user.display_name}"
        _tell(offer, text, by, at)
        facts.publish("incident.role_offered", [offer.pk], at=at)
        return offer


def accept_role(incident_id: int, role: str, *, by: Actor, at: datetime) -> Incident:
    """Take a role that was offered to the actor; the former holder's interval ends now.

    Done again it changes nothing. Raises NotPossible when no offer is open or it is over, NotAllowed for somebody else's.
    """
    with transaction.atomic():
        offer = _latest_offer(incident_id, role, by)
        if offer.state == RoleOffer.State.ACCEPTED and _holds(offer, by):
            return offer.incident
        _refuse_settled(offer)
        _refuse_ended(offer.incident)
        if offer.user_id != by.user_id:
            raise NotAllowed(f"It was offered to {offer.user.display_name}, not to {by.label}.")
        _settle(offer, RoleOffer.State.ACCEPTED, at)
        command.assign_role(incident_id, role, offer.user, by=by, at=at)
        facts.publish("incident.role_answered", [offer.pk], at=at)
        return offer.incident


def decline_role(incident_id: int, role: str, *, by: Actor, at: datetime) -> Incident:
    """Leave an offered role: its addressee declines it, anybody else who may give roles withdraws it.

    Done again it changes nothing. Raises NotPossible for an offer that was accepted, or none.
    """
    with transaction.atomic():
        offer = _latest_offer(incident_id, role, by)
        if offer.state in (RoleOffer.State.DECLINED, RoleOffer.State.WITHDRAWN):
            return offer.incident
        _refuse_settled(offer)
        is_mine = offer.user_id == by.user_id
        _settle(offer, RoleOffer.State.DECLINED if is_mine else RoleOffer.State.WITHDRAWN, at)
        label = command.role_label(offer.incident, role)
        who = offer.user.display_name
        text = f"{who} declined: {label}" if is_mine else f"Offer to {who} withdrawn: {label}"
        _tell(offer, text, by, at)
        if is_mine:
            facts.publish("incident.role_answered", [offer.pk], at=at)
        return offer.incident


def _check(incident: Incident, role: str, user: User, by: Actor) -> None:
    _refuse_ended(incident)
    if user.pk == by.user_id:
        raise Invalid.field("/user", "Take it yourself; an offer is for somebody else.")
    if incident.roles.filter(role=role, user=user, to_at=None).exists():
        raise Invalid.field("/user", f"{user.display_name} has that role already.")


def _refuse_ended(incident: Incident) -> None:
    if not incident.is_live:
        raise NotPossible(f"{incident.label} is over; its roles stay as they were.")


def _latest_offer(incident_id: int, role: str, by: Actor) -> RoleOffer:
    """Return the last offer of a role: the open one, where there is one."""
    incident = locked(incident_id, "assign_role", by)
    offer = incident.offers.filter(role=role).select_related("user").order_by("-pk").first()
    if offer is None:
        raise NotPossible(f"{incident.label} has no offer of that role.")
    offer.incident = incident
    return offer


def _refuse_settled(offer: RoleOffer) -> None:
    if offer.state != _OPEN:
        raise NotPossible("That offer is no longer open; look who has the role now.")


def _holds(offer: RoleOffer, by: Actor) -> bool:
    rows = offer.incident.roles.filter(role=offer.role, user=offer.user_id, to_at=None)
    return offer.user_id == by.user_id and rows.exists()


def _settle(offer: RoleOffer, state: RoleOffer.State, at: datetime) -> None:
    offer.state, offer.settled_at = state, at
    offer.save(update_fields=["state", "settled_at"])


def _tell(offer: RoleOffer, text: str, by: Actor, at: datetime) -> None:
    data = {"role": offer.role, "user": offer.user_id, "offer": offer.pk}
    story.save([story.line(offer.incident, "offer", text, by=by, at=at, data=data)])
