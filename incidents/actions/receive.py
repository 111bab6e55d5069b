"""Accept what senders post: one INSERT, committed, before the answer (design.md 1)."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError

from incidents.models import RawEvent, Rejection

KEPT_REJECTIONS = 100  # per source
KEPT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Received:
    """The stored event's id and made key, and whether it had been delivered before."""

    event_id: int
    made_key: str
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived, already bounded: `kind` names the parser, `made_key` a key made for it."""

    source_id: int
    key_id: int
    kind: str
    body: bytes
    made_key: str = ""
    delivery_id: str | None = None


def store(request: Request, *, at: datetime) -> Received:
    """Store one event in its own commit and return its id. One statement; two for a repeated delivery.

    A delivery id seen before from the same source, with the same body, answers with the first event's
    id. With another body the sender reuses its ids, and the event is stored without one: never lost.
    """
    try:
        return _insert(request, at)
    except IntegrityError:
        if request.delivery_id is None:
            raise
    earlier = RawEvent.objects.only("pk", "made_key", "kind", "body").get(
        source_id=request.source_id, delivery_id=request.delivery_id
    )
    if (earlier.kind, bytes(earlier.body)) != (request.kind, request.body):
        return _insert(replace(request, delivery_id=None), at)
    return Received(earlier.pk, earlier.made_key, is_duplicate=True)


def _insert(request: Request, at: datetime) -> Received:
    event = RawEvent.objects.create(
        source_id=request.source_id,
        key_id=request.key_id,
        received_at=at,
        kind=request.kind,
        body=request.body,
        made_key=request.made_key,
        delivery_id=request.delivery_id,
    )
    return Received(event.pk, event.made_key, is_duplicate=False)


def reject(request: Request, *, status: int, code: str, detail: str, at: datetime) -> None:
    """Keep the beginning of a refused request for the source's page; the oldest make room."""
    Rejection.objects.create(
        source_id=request.source_id,
        received_at=at,
        status=status,
        code=code,
        detail=detail[:2000],
        body=request.body[:KEPT_BYTES],
    )
    newest = Rejection.objects.filter(source_id=request.source_id).order_by("-pk")
    surplus = list(newest.values_list("pk", flat=True)[KEPT_REJECTIONS : KEPT_REJECTIONS + 10])
    if surplus:
        Rejection.objects.filter(pk__in=surplus).delete()
