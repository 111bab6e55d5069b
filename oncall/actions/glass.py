"""Break-glass is told to every Administrator: what queues the word, and what it says."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from core.models import SignIn
from core.people import administrators
from notify import actions as notify
from notify.channels import Message
from notify.models import Delivery
from oncall.models import ContactMethod
from oncall.screens import Link, NoticeMail, notice_mail

KIND = "glass_broken"


def tell(sign_in_id: int, at: datetime) -> None:
    """Queue the word to every address of every Administrator; to their e-mail where they have no other."""
    wishes = []
    for user in administrators():
        contacts = ContactMethod.objects.usable().filter(responder__user=user)
        found = [(row.channel, row.address, row.secret) for row in contacts]
        if not found and user.email:
            found = [("email", user.email, "")]
        wishes += [
            notify.Wish(
                unique_key=f"{KIND}:{sign_in_id}:{user.pk}:{number}",
                kind=KIND,
                object_id=sign_in_id,
                recipient_id=user.pk,
                channel=channel,
                address=address,
                secret=secret,
                priority=Delivery.Priority.NOTICE,
            )
            for number, (channel, address, secret) in enumerate(found)
        ]
    with transaction.atomic():
        notify.queue(wishes, at=at)


def message(delivery: Delivery, at: datetime) -> Message:
    """Return who broke the glass, when and from where."""
    row = SignIn.objects.get(pk=delivery.object_id)
    person = delivery.recipient
    notice = NoticeMail(
        subject=f"Break-glass was used by {row.who}",
        label="Break-glass",
        heading=f"{row.who} came in without password and second factor",
        person=person.display_name if person else "",
        paragraphs=(
            f"At {row.at:%H:%M:%S} UTC on {row.at:%-d %B %Y}, from {row.address}, by a link made on the server.",
            f"If nobody knows why, disable {row.who} under People and read Sign-ins.",
        ),
        link=Link(
            "Open the record of sign-ins",
            f"{settings.STAFF_URL}/admin/core/signin/{row.pk}/change/",
        ),
        why="You get this because you are an Administrator.",
        tone="warn",
    )
    subject, text, html = notice_mail(notice)
    return Message(
        kind=delivery.kind,
        subject=subject,
        text=text,
        html=html,
        id=f"{KIND}-{delivery.pk}",
        event_type="sign_in.glass_broken",
        payload={"who": row.who, "at": row.at.isoformat()},
        sent_at=at,
    )
