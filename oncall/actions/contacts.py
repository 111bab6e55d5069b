"""Contacts of responders: added, verified by a code that was sent there, tested, switched, removed."""

from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound, NotPossible
from core.models import User
from core.permissions import require
from core.secrets import digest, encrypt, new_hex
from notify import actions as notify
from notify.channels import PERSONAL, ChannelError
from notify.channels import channel as channel_of
from notify.models import Delivery
from oncall.models import ContactMethod, Responder

CODE_LIFE, BETWEEN_CODES = timedelta(hours=1), timedelta(seconds=30)
MOST_AN_HOUR = (
    30  # codes and test pages for one person: an address may be anybody's until its code came back
)


def add_contact(
    user: User, channel: str, address: str, *, by: Actor, at: datetime, secret: str = ""
) -> ContactMethod:
    """Add a contact and send it a code; until the code comes back, no page goes there (invariant 10).

    Raises Invalid when the channel does not exist or the address can't be one, NotPossible after very many.
    """
    _require_own(user, by)
    if channel not in PERSONAL:
        raise Invalid.field(
            "/channel", f"There is no channel {channel}; there are {', '.join(PERSONAL)}."
        )
    way = channel_of(channel)
    try:
        way.validate(address)
    except (ValueError, ChannelError) as error:
        raise Invalid.field("/address", str(error)) from error
    with transaction.atomic():
        responder, _made = Responder.objects.get_or_create(user=user)
        contact, made = ContactMethod.objects.get_or_create(
            responder=responder,
            channel=channel,
            address=address,
            defaults={"secret": encrypt(secret or way.new_secret())},
        )
        if made:
            send_code(contact, at)
    return contact


def _require_own(user: User, by: Actor) -> None:
    require(
        by, "oncall.edit_own_contacts" if by.user_id == user.pk else "oncall.edit_responder", user
    )


def send_code(contact: ContactMethod, at: datetime) -> None:
    """Send a fresh code to a contact; an older one stops working."""
    contact.code_digest, contact.code_expires_at = "", at + CODE_LIFE
    contact.save(update_fields=["code_digest", "code_expires_at"])
    _send(contact, "verification", at)


def fresh_code(contact: ContactMethod) -> str:
    """Return a new code for a contact, as plain text for its message; only its digest is kept."""
    code = new_hex(4)
    contact.code_digest = digest(f"{contact.pk}:{code}")
    contact.save(update_fields=["code_digest"])
    return code


def confirm_contact(contact_id: int, code: str, *, by: Actor, at: datetime) -> ContactMethod:
    """Mark a contact as verified by the code that was sent to it. Raises Invalid, NotPossible."""
    with transaction.atomic():
        contact = _locked(contact_id, by)
        if contact.code_expires_at is None or contact.code_expires_at <= at:
            raise NotPossible("The code has expired; ask for a new one.")
        if contact.code_digest != digest(f"{contact.pk}:{code.strip().lower()}"):
            raise Invalid.field("/code", "This is not the code that was sent.")
        contact.verify(at)
        contact.save()
        return contact


def send_test(contact_id: int, *, by: Actor, at: datetime) -> None:
    """Send a test page to a contact, verified or not, so that its owner hears what a page is like."""
    with transaction.atomic():
        _send(_locked(contact_id, by), "test", at)


def resend_code(contact_id: int, *, by: Actor, at: datetime) -> None:
    """Send a fresh code to a contact that is not verified yet; an older one stops working.

    Raises NotFound, NotAllowed, NotPossible (verified already, or asked again within 30 s).
    """
    with transaction.atomic():
        contact = _locked(contact_id, by)
        if contact.verified_at is not None:
            raise NotPossible("This contact is verified already.")
        latest = (
            Delivery.objects.filter(kind="verification", object_id=contact.pk)
            .order_by("-pk")
            .first()
        )
        if latest is not None and latest.created_at > at - BETWEEN_CODES:
            raise NotPossible("A code is on its way; wait half a minute before asking for another.")
        send_code(contact, at)


def switch_contact(contact_id: int, *, on: bool, by: Actor, at: datetime) -> ContactMethod:
    """Let pages go to a contact, or no longer. Repeating it changes nothing."""
    with transaction.atomic():
        contact = _locked(contact_id, by)
        if on is (contact.disabled_at is not None):
            contact.disabled_at = None if on else at
            contact.save(update_fields=["disabled_at"])
        return contact


def remove_contact(contact_id: int, *, by: Actor, at: datetime) -> None:
    """Forget a contact; nothing that waits for it is sent there any more. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        _locked(contact_id, by).delete()
        for kind in ("verification", "test"):  # pages are asked about once more before each send
            notify.suppress(kind, [contact_id], reason="the contact was removed")


def _locked(contact_id: int, by: Actor) -> ContactMethod:
    rows = ContactMethod.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "responder__user"
    )
    contact = rows.filter(pk=contact_id).first()
    if contact is None:
        raise NotFound("There is no such contact.")
    _require_own(contact.responder.user, by)
    return contact


def _send(contact: ContactMethod, kind: str, at: datetime) -> None:
    """Queue a code or a test page. Raises NotPossible after very many within the hour."""
    asked = Delivery.objects.filter(
        recipient=contact.responder.user_id,
        kind__in=("verification", "test"),
        created_at__gt=at - CODE_LIFE,
    )
    if asked.count() >= MOST_AN_HOUR:
        raise NotPossible(
            f"{MOST_AN_HOUR} codes and test pages within an hour are enough; wait before you ask for more."
        )
    notify.queue(
        [
            notify.Wish(
                unique_key=f"{kind}:{contact.pk}:{at.timestamp():.3f}",
                kind=kind,
                object_id=contact.pk,
                recipient_id=contact.responder.user_id,
                channel=contact.channel,
                address=contact.address,
                secret=contact.secret,
                priority=Delivery.Priority.NOTICE,
            )
        ],
        at=at,
    )


def phone_numbers() -> set[str]:
    """Return every telephone number that somebody may be called at, as it was typed: "+351912345678"."""
    rows = ContactMethod.objects.filter(address__startswith="+")
    return set(rows.values_list("address", flat=True))
