"""What a person does with an address that is there already: a new code, off and on, away."""

from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import NotFound, NotPossible
from core.permissions import require
from notify import actions as notify
from notify.models import Delivery
from oncall.actions.contacts import send_code
from oncall.models import ContactMethod

BETWEEN_CODES = timedelta(seconds=30)


def resend_code(contact_id: int, *, by: Actor, at: datetime) -> None:
    """Send a fresh code to an address that is not verified yet; an older one stops working.

    Raises NotFound, NotAllowed, NotPossible (verified already, or asked again within 30 s).
    """
    with transaction.atomic():
        contact = _locked(contact_id, by)
        if contact.verified_at is not None:
            raise NotPossible("This address is verified already.")
        latest = (
            Delivery.objects.filter(kind="verification", object_id=contact.pk)
            .order_by("-pk")
            .first()
        )
        if latest is not None and latest.created_at > at - BETWEEN_CODES:
            raise NotPossible("A code is on its way; wait half a minute before asking for another.")
        send_code(contact, at)


def switch_contact(contact_id: int, *, on: bool, by: Actor, at: datetime) -> ContactMethod:
    """Let pages go to an address, or no longer. Repeating it changes nothing."""
    with transaction.atomic():
        contact = _locked(contact_id, by)
        if on is (contact.disabled_at is not None):
            contact.disabled_at = None if on else at
            contact.save(update_fields=["disabled_at"])
        return contact


def remove_contact(contact_id: int, *, by: Actor, at: datetime) -> None:
    """Forget an address; nothing that waits for it is sent there any more. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        _locked(contact_id, by).delete()
        for kind in ("verification", "test"):  # pages are asked about once more before each send
            notify.suppress(kind, [contact_id], reason="the address was removed")


def _locked(contact_id: int, by: Actor) -> ContactMethod:
    rows = ContactMethod.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "responder__user"
    )
    contact = rows.filter(pk=contact_id).first()
    if contact is None:
        raise NotFound("There is no such address.")
    owner = contact.responder.user
    require(
        by, "oncall.edit_own_contacts" if by.user_id == owner.pk else "oncall.edit_responder", owner
    )
    return contact
