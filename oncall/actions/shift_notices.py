"""Tell people about their shifts: once per occasion, by every address that they can be reached at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from core.models import User
from notify import actions as notify
from notify.channels import Message
from notify.models import Delivery
from oncall.models import ContactMethod, ShiftNotice
from oncall.screens import Link, NoticeMail, notice_mail

KIND = "shift"


@dataclass(frozen=True, slots=True)
class Word:
    """What is told: its subject, its paragraphs, and the staff page (from /admin/ on) where it can be seen.

    `occasion`: what makes it the same word, so that nobody hears it twice.
    """

    occasion: str
    subject: str
    paragraphs: Sequence[str]
    path: str


def tell(user_ids: Iterable[int], word: Word, *, at: datetime) -> int:
    """Queue the word to these active people inside the caller's transaction; return how many hear it now."""
    people = User.objects.filter(pk__in=set(user_ids), is_active=True)
    known = ShiftNotice.objects.filter(occasion=word.occasion, user__in=people)
    fresh = people.exclude(pk__in=known.values("user")).order_by("pk")
    rows = [
        ShiftNotice.objects.create(
            user=person, occasion=word.occasion, subject=word.subject[:200],
            paragraphs=list(word.paragraphs), path=word.path, created_at=at,
        )
        for person in fresh
    ]  # fmt: skip
    notify.queue([wish for row in rows for wish in _wishes(row)], at=at)
    return len(rows)


def message(delivery: Delivery, at: datetime) -> Message:
    """Return the word as it was told."""
    row = ShiftNotice.objects.select_related("user").get(pk=delivery.object_id)
    notice = NoticeMail(
        subject=row.subject,
        label="On call",
        heading=row.subject,
        person=row.user.display_name,
        paragraphs=tuple(row.paragraphs),
        link=Link(_label(row.path), f"{settings.STAFF_URL}{row.path}"),
        why="You get this because you are on call, or manage the schedule.",
        tone="info",
    )
    subject, text, html = notice_mail(notice)
    return Message(
        kind=delivery.kind,
        subject=subject,
        text=text,
        html=html,
        id=f"{KIND}-{delivery.pk}",
        event_type="oncall.shift",
        payload={"subject": row.subject, "text": list(row.paragraphs)},
        sent_at=at,
    )


def _label(path: str) -> str:
    return "Open the schedule" if "/schedule/" in path else "Open it"


def _wishes(row: ShiftNotice) -> list[notify.Wish]:
    contacts = ContactMethod.objects.usable().filter(responder__user=row.user_id)
    found = [(one.channel, one.address, one.secret) for one in contacts]
    if not found and row.user.email:
        found = [("email", row.user.email, "")]
    return [
        notify.Wish(
            f"{KIND}:{row.pk}:{place}", KIND, row.pk, row.user_id, channel, address, secret,
            priority=Delivery.Priority.NOTICE,
        )
        for place, (channel, address, secret) in enumerate(found)
    ]  # fmt: skip
