"""Ask for messages, and call them off. Rows only; nothing is sent here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from notify.models import Delivery, KeptMail

LIFE = {
    Delivery.Priority.PAGE: timedelta(hours=1),
    Delivery.Priority.NOTICE: timedelta(hours=6),
    Delivery.Priority.BULK: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One message wanted: what about, to whom, where. `unique_key` makes asking twice harmless."""

    unique_key: str
    kind: str
    object_id: int
    recipient_id: int | None
    channel: str
    address: str
    secret: str = ""
    priority: Delivery.Priority = Delivery.Priority.NOTICE


def queue(wishes: Iterable[Wish], *, at: datetime) -> None:
    """Put messages into the outbox inside the caller's transaction; those already there stay as they are."""
    rows = [
        Delivery(
            unique_key=wish.unique_key,
            kind=wish.kind,
            object_id=wish.object_id,
            recipient_id=wish.recipient_id,
            channel=wish.channel,
            address=wish.address,
            secret=wish.secret,
            priority=wish.priority,
            created_at=at,
            not_before=at,
            expires_at=at + LIFE[wish.priority],
        )
        for wish in wishes
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def suppress(kind: str, object_ids: Sequence[int], *, reason: str) -> int:
    """Call off what is still pending about these objects; return how many. One being sent is not called back."""
    rows = Delivery.objects.filter(
        kind=kind, object_id__in=object_ids, state=Delivery.State.PENDING
    )
    return rows.update(state=Delivery.State.SUPPRESSED, error=reason[:500])


def forget(kind: str, object_ids: Sequence[int] | QuerySet[Any, Any], *, reason: str) -> int:
    """Forget where messages about these objects went; return how many. That they were sent, when, and the proof stay.

    What is still pending is called off with the `reason`; one that is being sent keeps its address: ask again later.
    """
    rows = Delivery.objects.filter(kind=kind, object_id__in=object_ids)
    rows.filter(state=Delivery.State.PENDING).update(
        state=Delivery.State.SUPPRESSED, error=reason[:500]
    )
    over = rows.exclude(state=Delivery.State.LEASED).exclude(address="", secret="")
    KeptMail.objects.filter(delivery__in=over).delete()
    return over.update(address="", secret="")
