"""What comes back: an address that nothing reaches is left in peace.

A mail server that refuses the recipient for good is believed at once. An endpoint that fails is tried ten times
without a success before it is quarantined; one that says 410 is ended.
"""

from collections.abc import Sequence
from datetime import datetime

from notify import actions as notify
from notify.channels.email import RECIPIENT
from notify.channels.webhook import GONE
from notify.models import Delivery, DeliveryAttempt
from statuspage.actions import subscribing
from statuspage.actions.leaving import ASKED, CHALLENGED, INVITED, NOTICE, QUARANTINED
from statuspage.models import PublicNotice, Subscriber

MOST_FAILURES = 10
_State = Subscriber.State


def note_sent(ids: Sequence[int], at: datetime) -> None:
    """Remember that an address works; a challenge that came back confirms its endpoint."""
    for row in Delivery.objects.filter(pk__in=ids, kind__in=(NOTICE, CHALLENGED)):
        subscriber = _of(row)
        if subscriber is None:
            continue
        if row.kind == CHALLENGED and subscriber.state in (
            _State.PENDING,
            _State.QUARANTINED,
        ):
            subscriber.confirm(at)
            subscriber.save()
        elif subscriber.failures:
            subscriber.failures, subscriber.failing_since, subscriber.failure = 0, None, ""
            subscriber.save(update_fields=["failures", "failing_since", "failure"])


def note_failed(ids: Sequence[int], at: datetime) -> None:
    """Count what did not arrive; quarantine or end the address as its way of failing says."""
    kinds = (NOTICE, CHALLENGED, ASKED, INVITED)
    for row in Delivery.objects.filter(pk__in=ids, kind__in=kinds, state=Delivery.State.FAILED):
        subscriber = _of(row)
        if subscriber is None or subscriber.state == _State.ENDED:
            continue
        if row.error == GONE:
            subscribing.end(subscriber, at)
        else:
            _count(subscriber, row, at)


def _count(subscriber: Subscriber, row: Delivery, at: datetime) -> None:
    tries = row.tries.filter(outcome=DeliveryAttempt.Outcome.FAILED).count()
    subscriber.failures += max(tries, 1)
    subscriber.failing_since = subscriber.failing_since or at
    subscriber.failure = row.error[:255]
    is_mail = subscriber.channel == Subscriber.Channel.EMAIL
    is_hopeless = _is_no_mailbox(row) if is_mail else subscriber.failures >= MOST_FAILURES
    if is_hopeless and subscriber.state == _State.CONFIRMED:
        subscriber.quarantine(row.error)
        _tell_keeper(subscriber, at)
    subscriber.save()


def _is_no_mailbox(row: Delivery) -> bool:
    """Tell whether a mail server refused the recipient for good (RFC 5321, 4.2.1), not the sender or the text."""
    return row.error.startswith(f"The mail server refused {RECIPIENT} (5")


def _tell_keeper(subscriber: Subscriber, at: datetime) -> None:
    if not subscriber.contact:
        return
    notify.queue(
        [
            notify.Wish(
                unique_key=f"{QUARANTINED}:{subscriber.pk}:{at.timestamp():.3f}",
                kind=QUARANTINED,
                object_id=subscriber.pk,
                recipient_id=None,
                channel=Subscriber.Channel.EMAIL,
                address=subscriber.contact,
            )
        ],
        at=at,
    )


def _of(row: Delivery) -> Subscriber | None:
    """Return whose delivery it is, locked."""
    known = row.object_id
    if row.kind == NOTICE:
        notices = PublicNotice.objects.filter(pk=row.object_id)
        known = notices.values_list("subscriber", flat=True).first() or 0
    rows = Subscriber.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("page").filter(pk=known).first()
