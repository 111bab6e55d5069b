"""Claim with a lease, send outside any transaction, record by fencing token (reliability 6.3).

A claim commits an attempt row before the network is touched. Whoever returns after its lease has
been taken over changes nothing. At least once; at most one extra copy per crash, with the same id.
"""

import logging
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.module_loading import import_string

from core import facts
from core.secrets import SecretLost, decrypt
from notify.channels import ChannelError, Message, channel
from notify.models import Delivery, DeliveryAttempt, KeptMail

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)  # longer than a channel may take (10 s) plus 3 s; a check keeps it so
WAITS = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=45))  # after each failure
DATABASE_AWAY = (OperationalError, InterfaceError)
_State, _Outcome = Delivery.State, DeliveryAttempt.Outcome


@dataclass(frozen=True, slots=True)
class Claim:
    """One leased delivery with its text, ready for a sender thread that knows no database."""

    delivery_id: int
    token: uuid.UUID
    channel: str
    address: str
    secret: str
    message: Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a send came to: proof, or an error that is permanent or may be tried again."""

    claim: Claim
    proof: str = ""
    error: str = ""
    is_permanent: bool = False
    retry_after_s: float | None = None


def claim(channel_kind: str, *, at: datetime, limit: int, reserved: int = 0) -> list[Claim]:
    """Lease up to `limit` due deliveries of one channel, most urgent first, and commit their attempt rows.

    `reserved`: so many of the limit are for pages alone, however much else is due. Expired and no longer wanted ones are closed instead, and `delivery.failed` says so. Safe with
    several engines.
    """
    if limit <= 0:
        return []
    with transaction.atomic():
        rows = _due(channel_kind, at, limit, reserved)
        claims = [made for row in rows if (made := _claim_one(row, at)) is not None]
        Delivery.objects.bulk_update(
            rows, ["state", "error", "attempts", "lease_token", "lease_until"]
        )
        closed = [row.pk for row in rows if row.state != _State.LEASED]
        _publish("delivery.failed", closed, at)
    return claims


def _due(channel_kind: str, at: datetime, limit: int, reserved: int) -> list[Delivery]:
    """Return the rows to claim, locked: all pages that fit, then what else the reserve leaves room for."""
    due = (
        Delivery.objects.due(at)
        .filter(channel=channel_kind)
        .order_by("priority", "not_before", "pk")
        .select_for_update(skip_locked=True, no_key=True)
    )
    if not reserved:
        return list(due[:limit])
    rows = list(due.filter(priority=Delivery.Priority.PAGE)[:limit])
    room = limit - reserved - len(rows)
    return rows + (list(due.exclude(priority=Delivery.Priority.PAGE)[:room]) if room > 0 else [])


def _claim_one(row: Delivery, at: datetime) -> Claim | None:
    if row.lease_token is not None:
        lost = DeliveryAttempt.objects.filter(lease_token=row.lease_token, outcome=_Outcome.STARTED)
        lost.update(outcome=_Outcome.UNKNOWN, finished_at=at, detail="the sender did not come back")
    row.lease_token = row.lease_until = None
    closing = _closing(row, at)
    if closing is not None:
        row.state, row.error = closing
        return None
    row.state, row.attempts = _State.LEASED, row.attempts + 1
    row.lease_token, row.lease_until = uuid.uuid4(), at + LEASE
    DeliveryAttempt.objects.create(
        delivery=row, number=row.attempts, lease_token=row.lease_token, started_at=at
    )
    message = replace(_text(row, at), possible_repeat=row.attempts > 1)
    return Claim(row.pk, row.lease_token, row.channel, row.address, row.secret, message)


def _closing(row: Delivery, at: datetime) -> tuple[str, str] | None:
    """Return the state and the reason with which a due delivery is closed unsent; None when it is to be sent."""
    if row.expires_at <= at:
        return _State.EXPIRED, "it was no longer of use when it could be sent"
    unwanted = _unwanted(row, at)
    return (_State.SUPPRESSED, unwanted[:500]) if unwanted else None


def _unwanted(row: Delivery, at: datetime) -> str:
    """Ask the guard; one that is broken holds nothing back, and holds up no other message."""
    guard = settings.DELIVERY_GUARDS.get(row.kind)
    try:
        with transaction.atomic():
            return str(import_string(guard)(row, at)) if guard else ""
    except DATABASE_AWAY:
        raise
    except Exception:  # rather once too often than never
        logger.exception("the guard of delivery %s is broken", row.pk)
        return ""


def _text(row: Delivery, at: datetime) -> Message:
    """Return the message; when it can't be written, a fixed text still leaves (reliability F21)."""
    try:
        with transaction.atomic():
            message: Message = import_string(settings.DELIVERY_TEXTS[row.kind])(row, at)
            return message
    except Exception:  # a broken text must not hold a page back
        logger.exception("the text of delivery %s could not be written", row.pk)
        return _fixed_text(row, at)


def _fixed_text(row: Delivery, at: datetime) -> Message:
    text = (
        "Watchbill has something for you, but its details could not be written.\n"
        f"Open {settings.STAFF_URL}/admin/ now and look at what is open.\n"
    )
    return Message(
        kind=row.kind,
        subject="Watchbill: something needs you",
        text=text,
        id=f"delivery-{row.pk}",
        sent_at=at,
    )


def send(claimed: Claim) -> Outcome:
    """Send one claim and return what it came to; touches no database and never raises."""
    try:
        receipt = channel(claimed.channel).send(
            claimed.message, claimed.address, decrypt(claimed.secret)
        )
    except ChannelError as error:
        return Outcome(
            claimed, error=str(error), is_permanent=error.permanent, retry_after_s=error.retry_after
        )
    except SecretLost as error:
        return Outcome(claimed, error=str(error), is_permanent=True)
    except Exception as error:  # a fault of a channel is recorded like a refusal, and tried again
        logger.exception("channel %s failed", claimed.channel)
        return Outcome(claimed, error=f"{type(error).__name__} in the channel")
    return Outcome(claimed, proof=f"{receipt.detail} {receipt.provider_id}".strip())


def record(outcome: Outcome, *, at: datetime) -> bool:
    """Record what a send came to; return False when the lease had been lost to another engine."""
    with transaction.atomic():
        row = (
            Delivery.objects.select_for_update(no_key=True)
            .filter(pk=outcome.claim.delivery_id, lease_token=outcome.claim.token)
            .first()
        )
        if row is None:
            return False
        attempt = DeliveryAttempt.objects.filter(lease_token=outcome.claim.token)
        row.lease_token = row.lease_until = None
        if outcome.error:
            attempt.update(outcome=_Outcome.FAILED, finished_at=at, detail=outcome.error[:500])
            _failed(row, outcome, at)
        else:
            attempt.update(outcome=_Outcome.SENT, finished_at=at, detail=outcome.proof[:500])
            _sent(row, outcome, at)
    return True


def _sent(row: Delivery, outcome: Outcome, at: datetime) -> None:
    row.state, row.sent_at, row.proof, row.error = _State.SENT, at, outcome.proof[:255], ""
    row.save()
    if row.is_kept:
        message = outcome.claim.message
        KeptMail.objects.create(
            delivery=row,
            kept_at=at,
            to=row.address,
            subject=message.subject[:255],
            text=message.text,
        )
        return  # nobody took it: that is no proof
    _publish("delivery.sent", [row.pk], at)


def _failed(row: Delivery, outcome: Outcome, at: datetime) -> None:
    row.error = outcome.error[:500]
    failures = row.tries.filter(outcome=_Outcome.FAILED).count()
    if outcome.is_permanent or failures > len(WAITS):
        row.state = _State.FAILED
        row.save()
        _publish("delivery.failed", [row.pk], at)
        return
    asked = timedelta(seconds=min(outcome.retry_after_s or 0, 60))
    row.state, row.not_before = _State.PENDING, at + max(WAITS[failures - 1], asked)
    row.save()


def _publish(fact: str, ids: list[int], at: datetime) -> None:
    """Tell who hears; a broken listener must not undo the record, or the message would be sent again."""
    try:
        with transaction.atomic():
            facts.publish(fact, ids, at=at)
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.exception("a listener to %s failed for the deliveries %s", fact, ids)
