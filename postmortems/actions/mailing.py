"""To whom our mails go, and the message that notify sends: addresses, keys, the common shape."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from core.actor import Actor
from core.models import User
from notify import actions as notify
from notify.channels import Message
from notify.models import Delivery
from postmortems.letters import Letter, written


def can_be_told(person: User) -> bool:
    """Return whether a mail to this person has where to go."""
    return person.is_active and bool(person.email)


def post(people: Iterable[User], kind: str, object_id: int, occasion: str, *, at: datetime) -> None:
    """Queue one mail to each of these people that has an address, once per occasion."""
    notify.queue(
        [
            notify.Wish(
                unique_key=f"{kind}:{object_id}:{occasion}:{person.pk}",
                kind=kind,
                object_id=object_id,
                recipient_id=person.pk,
                channel="email",
                address=person.email,
                priority=Delivery.Priority.BULK,
            )
            for person in people
            if person.email
        ],
        at=at,
    )


def message(
    delivery: Delivery, letter: Letter, *, event: str, thread: str, at: datetime
) -> Message:
    """Return a letter as the message of a delivery; those of one `thread` are shown together."""
    subject, text, html = written(letter)
    return Message(
        kind=delivery.kind,
        subject=subject,
        text=text,
        html=html,
        id=f"{delivery.kind}-{delivery.pk}",
        thread=thread,
        event_type=event,
        payload={"subject": subject},
        sent_at=at,
    )


def recipient(delivery: Delivery) -> User:
    """Return whom a delivery is for; raises ValueError when the person is gone."""
    if delivery.recipient is None:
        raise ValueError(f"delivery {delivery.pk} has no recipient any more")
    return delivery.recipient


def staff_url(path: str) -> str:
    """Return the whole address of a page for staff."""
    return f"{settings.STAFF_URL}/admin/postmortems/{path}"


def without(people: Iterable[User], by: Actor) -> list[User]:
    """Return the people but the one who did it: nobody is told what they just did."""
    return [person for person in people if person.pk != by.user_id]
