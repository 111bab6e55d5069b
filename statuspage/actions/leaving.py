"""Who left, and what is forgotten of them: at once the address, within a day and an hour where messages went."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from notify import actions as notify
from notify.models import Delivery
from statuspage.models import Departure, Page, PublicNotice, Reader, Subscriber, SubscriberList

# The kinds of the deliveries that hold a subscriber's address, by what they are about.
NOTICE = "status"  # carries a mailing
ASKED, CHALLENGED, INVITED = "subscribe", "challenge", "invited"  # ask to confirm
QUARANTINED = "quarantined"  # tells a keeper
LINK = "reader_link"  # lets a reader in
ABOUT_SUBSCRIBERS = (ASKED, CHALLENGED, INVITED, QUARANTINED)

# The limits of confirming mails count those of a day, so that leaving is no way around them.
COPIES_FOR = timedelta(days=1)
UNCONFIRMED_FOR, OVER_FOR = timedelta(days=7), timedelta(days=90)
GONE, UNINVITED = "its subscriber is gone", "that reader is not invited now"
_State = Subscriber.State


def note_departure(row: Subscriber, at: datetime) -> None:
    """Remember, of a mail address that is about to be deleted, that it left; the caller holds the row."""
    if row.channel == Subscriber.Channel.EMAIL:
        Departure.objects.update_or_create(
            page=row.page,
            address_digest=_digests(row.address)[0],
            defaults={"left_at": at},
        )


def welcome_back(row: Subscriber) -> None:
    """Forget that an address left: its owner has confirmed it."""
    if row.channel == Subscriber.Channel.EMAIL:
        row.page.departures.filter(address_digest__in=_digests(row.address)).delete()


def left(page: Page, addresses: Iterable[str]) -> set[str]:
    """Return which of these mail addresses left the page, and did not confirm since."""
    known = set(page.departures.values_list("address_digest", flat=True))
    return {one for one in addresses if known.intersection(_digests(one))} if known else set()


def forget_copies(rows: QuerySet[Subscriber]) -> int:
    """Forget where messages to these subscribers went; return how many there were."""
    ids = rows.order_by().values("pk")
    notices = PublicNotice.objects.filter(subscriber__in=ids).values("pk")
    count = notify.forget(NOTICE, notices, reason=GONE)
    return count + sum(notify.forget(kind, ids, reason=GONE) for kind in ABOUT_SUBSCRIBERS)


def forget_old(at: datetime) -> int:
    """Forget copies of those who left, and delete who never confirmed, is out of reach or long gone; return how many.

    Unconfirmed: after 7 days. Out of reach, and gone: after 90. Copies: a day after leaving.
    """
    unconfirmed = Q(state=_State.PENDING, created_at__lte=at - UNCONFIRMED_FOR) & (
        Q(asked_at=None) | Q(asked_at__lte=at - UNCONFIRMED_FOR)
    )
    quarantined = Q(state=_State.QUARANTINED, failing_since__lte=at - OVER_FOR)
    ended = Q(state=_State.ENDED, ended_at__lte=at - OVER_FOR)
    over = Subscriber.objects.filter(unconfirmed | quarantined | ended)
    gone = Subscriber.objects.filter(state=_State.ENDED, ended_at__lte=at - COPIES_FOR)
    SubscriberList.objects.filter(begun_at=None, created_at__lte=at - COPIES_FOR).delete()
    copies = forget_copies(gone) + forget_copies(over) + _forget_readers()
    return copies + over.delete()[0]


def unwanted(row: Delivery, at: datetime) -> str:
    """Return why a question to a subscriber is not sent any more just before it leaves; "" when it is."""
    rows = Subscriber.objects.filter(pk=row.object_id).exclude(state=_State.ENDED)
    return "" if rows.exists() else GONE


def link_unwanted(row: Delivery, at: datetime) -> str:
    """Return why a reader's link is not sent any more; "" when it is."""
    return "" if Reader.objects.filter(pk=row.object_id).exists() else UNINVITED


def _forget_readers() -> int:
    """Forget where links went to who is not invited any more."""
    sent = Delivery.objects.filter(kind=LINK).exclude(address="")
    gone = sent.exclude(object_id__in=Reader.objects.values("pk")).values_list(
        "object_id", flat=True
    )
    return notify.forget(LINK, list(gone[:1000]), reason=UNINVITED)


def _digests(address: str) -> list[str]:
    """Return the keyed digests of an address, by the present key first."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac("statuspage.left", address, secret=key, algorithm="sha256").hexdigest()
        for key in keys
    ]
