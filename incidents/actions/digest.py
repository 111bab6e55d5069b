"""Turn raw events into alerts and incidents: in batches, one source at a time, in order of arrival."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Min, QuerySet
from django.db.models.functions import Length

from core import json_in
from core.actor import Actor
from core.errors import NotFound, NotPossible, as_text
from core.permissions import require
from incidents.actions.book import Book
from incidents.actions.ledger import Ledger
from incidents.models import Alert, RawEvent, Source, SourceKey
from incidents.models.event import Verdict, worst
from incidents.parsers import KINDS
from incidents.parsers.base import Context, Parsed, Signal

logger = logging.getLogger(__name__)

BATCH_EVENTS, BATCH_BYTES = 200, 1024 * 1024
SOURCES_AT_ONCE = 20  # then due escalations have their turn; who waits longest comes first


def digest(at: datetime) -> int:
    """Digest what is pending, at most one batch per source; return how many events were processed.

    Safe with several engines: each source is locked while its batch is written, and skipped by others.
    """
    pending = RawEvent.objects.filter(verdict=Verdict.PENDING).values_list("source_id")
    waiting = pending.annotate(first=Min("pk")).order_by("first")[:SOURCES_AT_ONCE]
    return _each([source_id for source_id, _first in waiting], _batch_or_each, at)


def _each(sources: Iterable[int], work: Callable[[int, datetime], int], at: datetime) -> int:
    """Return what `work` did for all sources; a fault of one is left due and lets the others go on."""
    return sum(_guarded(work, source_id, at) for source_id in sources)


def _guarded(work: Callable[[int, datetime], int], source_id: int, at: datetime) -> int:
    try:
        return work(source_id, at)
    except OperationalError:
        if not connection.is_usable():
            raise  # the database is away: nothing is wrong with the source
        logger.exception("source %s must wait", source_id)
    except Exception:  # not even quarantine worked; the watchdog tells of what stays due
        logger.exception("what source %s sent can't be set apart", source_id)
    return 0


def _batch_or_each(source_id: int, at: datetime) -> int:
    try:
        with transaction.atomic():
            return _batch(source_id, at)
    except OperationalError:
        raise
    except Exception:  # any fault of one event must not stop its neighbours
        logger.exception("a batch of source %s failed; its events follow one by one", source_id)
        return _one_by_one(source_id, at)


def _lock(source_id: int) -> Source | None:
    rows = Source.objects.select_related("service").filter(pk=source_id)
    return rows.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()


def _pending(source_id: int) -> QuerySet[RawEvent]:
    return RawEvent.objects.filter(source_id=source_id, verdict=Verdict.PENDING).order_by("pk")


def _batch(source_id: int, at: datetime, *, only: int | None = None) -> int:
    source = _lock(source_id)
    if source is None:
        return 0
    pending = _pending(source_id)
    events = _within_bytes(pending if only is None else pending.filter(pk=only))
    if not events:
        return 0
    parsed = [(event, read(event, source)) for event in events]
    book = Book(source, at)
    book.load(item for _event, found in parsed for item in found.items if isinstance(item, Signal))
    ledger = Ledger(book)
    for event, found in parsed:
        event.items = [ledger.apply(event, item) for item in found.items]
        event.verdict = worst([str(item["verdict"]) for item in event.items])
        event.processed_at = at
    book.write()
    ledger.name_incidents()
    RawEvent.objects.bulk_update(events, ["items", "verdict", "processed_at"])
    _mark_seen(source, events)
    return len(events)


def _within_bytes(pending: QuerySet[RawEvent]) -> list[RawEvent]:
    """Return the oldest events that fit a batch, at least one; no others are read into memory."""
    sizes = pending.values_list("pk", Length("body"))[:BATCH_EVENTS]
    chosen: list[int] = []
    total = 0
    for pk, size in sizes:
        total += size
        if chosen and total > BATCH_BYTES:
            break
        chosen.append(pk)
    return list(RawEvent.objects.filter(pk__in=chosen).order_by("pk"))


def read(event: RawEvent, source: Source) -> Parsed:
    """Return what a stored event says; the parser is pure and total for what the door accepted."""
    context = Context(
        source_name=source.name,
        received_at=event.received_at,
        made_key=event.made_key,
        severity_map={},
        service_label=source.service_label,
    )
    return KINDS[event.kind].parse(json_in.load(bytes(event.body)).document, context)


def _mark_seen(source: Source, events: list[RawEvent]) -> None:
    seen = events[-1].received_at
    Source.objects.filter(pk=source.pk).update(last_event_at=seen)
    SourceKey.objects.filter(pk__in={event.key_id for event in events}).update(last_used_at=seen)


def _one_by_one(source_id: int, at: datetime) -> int:
    done = 0
    for event_id in list(_pending(source_id).values_list("pk", flat=True)[:BATCH_EVENTS]):
        try:
            with transaction.atomic():
                done += _batch(source_id, at, only=event_id)
        except OperationalError:
            raise
        except Exception as error:  # this one event is set apart, and still pages
            logger.exception("event %s of source %s is quarantined", event_id, source_id)
            done += _quarantine(source_id, event_id, as_text(error, limit=4000), at)
    return done


def _quarantine(source_id: int, event_id: int, error: str, at: datetime) -> int:
    """Set one event apart and page with a fixed text, in a transaction of its own."""
    with transaction.atomic():
        source = _lock(source_id)
        event = _pending(source_id).filter(pk=event_id).first()
        if source is None or event is None:
            return 0
        book = Book(source, at)
        book.load([])
        ledger = Ledger(book)
        event.items = [ledger.unreadable("the event could not be processed")]
        book.write()
        ledger.name_incidents()
        event.verdict, event.processed_at = Verdict.QUARANTINED, at
        event.error, event.attempts = error, event.attempts + 1
        event.save(update_fields=["items", "verdict", "processed_at", "error", "attempts"])
    return 1


def replay(event_id: int, *, by: Actor, at: datetime) -> RawEvent:
    """Put a quarantined event back in line; the engine digests it like a new one, in its old order."""
    with transaction.atomic():
        event = (
            RawEvent.objects.select_for_update(no_key=True, of=("self",))
            .filter(pk=event_id)
            .first()
        )
        if event is None:
            raise NotFound(f"There is no event {event_id}.")
        require(by, "incidents.replay_event", event.source)
        if event.verdict != Verdict.QUARANTINED:
            raise NotPossible("Only a quarantined event can be replayed.")
        event.verdict, event.processed_at = Verdict.PENDING, None
        event.save(update_fields=["verdict", "processed_at"])
        return event


def release_held(at: datetime) -> int:
    """End the hold-downs that are over; what still fires pages now. Return how many ended."""
    over = Alert.objects.filter(held_until__lte=at)
    sources = list(over.order_by("source_id").values_list("source_id", flat=True).distinct())
    return _each(sources, _release, at)


def _release(source_id: int, at: datetime) -> int:
    with transaction.atomic():
        source = _lock(source_id)
        if source is None:
            return 0
        book = Book(source, at)
        held = book.load_held()
        ledger = Ledger(book)
        for alert in held:
            ledger.release(alert)
        book.write()
    return len(held)
