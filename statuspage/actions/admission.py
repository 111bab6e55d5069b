"""Who is let in to a page that is not for everybody: invited readers by a mailed link, others by the secret link.

Whoever asks for a link is told the same, invited or not. What a browser keeps is a signed pass: it names a reader and
the version of the invitation, or the secret link that it came by; the page's data is in no pass.
"""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import Q

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.permissions import require
from core.secrets import decrypt, digest, encrypt, new_token
from notify import actions as notify
from notify.channels import Message
from notify.models import Delivery
from statuspage.actions.leaving import LINK, UNINVITED
from statuspage.actions.places import place_of
from statuspage.actions.subscribing import end, mail_address
from statuspage.models import Page, Reader, Subscriber

LINK_LIFE, PAUSE = timedelta(minutes=15), timedelta(minutes=1)
PASS_LIFE, LONG_LIFE = timedelta(hours=12), timedelta(days=30)
MOST_READERS = 1000
_SALT = "statuspage.pass"


def invite(page_id: int, addresses: Sequence[str], *, by: Actor, at: datetime) -> int:
    """Invite mail addresses to a private page; return how many are new. Raises NotFound, NotAllowed, Invalid."""
    wanted = [_mail(text) for text in addresses]
    with transaction.atomic():
        page = _locked(page_id, by)
        known = set(page.readers.values_list("email", flat=True))
        new = sorted(set(wanted) - known)
        if len(known) + len(new) > MOST_READERS:
            raise Invalid.field("/addresses", f"A page has at most {MOST_READERS:,} readers.")
        Reader.objects.bulk_create(
            Reader(page=page, email=email, invited_by=by.user, invited_at=at) for email in new
        )
    return len(new)


def uninvite(page_id: int, reader_id: int, *, by: Actor, at: datetime) -> str:
    """Shut a reader out at once, also of what is sent to subscribers; return the address. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        page = _locked(page_id, by)
        row = page.readers.filter(pk=reader_id).first()
        if row is None:
            raise NotFound("That reader is not invited any more.")
        _shut_out(page, [row], at)
    return row.email


def uninvite_all(reader_ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Shut several readers out, of one page or more; return how many were still invited. All or nobody.

    Raises NotAllowed where one of the pages is not theirs to edit.
    """
    with transaction.atomic():
        rows = list(Reader.objects.filter(pk__in=reader_ids).order_by("page", "pk"))
        for page_id, theirs in groupby(rows, key=attrgetter("page_id")):
            _shut_out(_locked(page_id, by), list(theirs), at)
    return len(rows)


def ask_link(page: Page, address: str, *, at: datetime) -> None:
    """Mail a link to an invited address, at most one a minute; nothing for any other. Raises Invalid for no address."""
    email = mail_address(address)
    with transaction.atomic():
        rows = Reader.objects.select_for_update(no_key=True, of=("self",))
        row = rows.filter(page=page, email=email).first()
        if row is None or (row.asked_at is not None and at < row.asked_at + PAUSE):
            return
        token = new_token("")
        row.link_hash, row.link_until, row.asked_at = digest(token), at + LINK_LIFE, at
        row.save(update_fields=["link_hash", "link_until", "asked_at"])
        wish = notify.Wish(
            unique_key=f"{LINK}:{row.pk}:{at.timestamp():.3f}",
            kind=LINK,
            object_id=row.pk,
            recipient_id=None,
            channel="email",
            address=email,
            secret=encrypt(token),
        )
        notify.queue([wish], at=at)


def link_message(delivery: Delivery, at: datetime) -> Message:
    """Return the mail with the link, written now."""
    page = Reader.objects.select_related("page").get(pk=delivery.object_id).page
    url = place_of(page).url(f"/enter/{decrypt(delivery.secret)}")
    text = (
        f"This link opens the status page of {page.name}. It works once, for 15 minutes:\n\n{url}\n\n"
        "Opening it shows a button and changes nothing. You did not ask for it? Leave it; it ends by itself.\n"
    )
    return Message(
        kind=delivery.kind,
        subject=f"{page.name}: your link to the status page",
        text=text,
        id=f"reader-{delivery.pk}",
        sent_at=at,
        occurred_at=delivery.created_at,
        sender_name=page.name,
    )


def knows(page: Page, token: str, at: datetime) -> bool:
    """Return whether a token lets somebody in now; it stays as it is."""
    hashed = digest(token)
    if page.audience == Page.Audience.LINK:
        return bool(page.link_hash) and hashed == page.link_hash
    return Reader.objects.filter(page=page, link_hash=hashed, link_until__gt=at).exists()


def enter(page: Page, token: str, *, at: datetime) -> tuple[str, timedelta]:
    """Return a pass and how long it counts; a reader's link is used up. Raises NotFound."""
    hashed = digest(token)
    if page.audience == Page.Audience.LINK and page.link_hash and hashed == page.link_hash:
        return _signed(page, {"link": hashed[:16]}), LONG_LIFE
    with transaction.atomic():
        rows = Reader.objects.select_for_update(no_key=True, of=("self",))
        row = rows.filter(page=page, link_hash=hashed, link_until__gt=at).first()
        if row is None or page.audience != Page.Audience.LOGIN:
            raise NotFound("This link was used, or is too old.")
        row.link_hash, row.link_until, row.seen_at = "", None, at
        row.version += 1
        row.save(update_fields=["link_hash", "link_until", "seen_at", "version"])
    return _signed(page, {"reader": row.pk, "version": row.version}), PASS_LIFE


def read_pass(public_id: str, text: str) -> dict[str, Any]:
    """Return what a pass says of this page; empty for one that is forged, of another page or too old."""
    try:
        told: dict[str, Any] = signing.loads(text, salt=f"{_SALT}.{public_id}", max_age=LONG_LIFE)
    except signing.BadSignature:
        return {}
    return told


def reader_counts(page_id: int, told: dict[str, Any], text: str, public_id: str) -> bool:
    """Return whether a reader's pass counts: invited still, of the newest version, and younger than half a day."""
    try:
        signing.loads(text, salt=f"{_SALT}.{public_id}", max_age=PASS_LIFE)
    except signing.BadSignature:
        return False
    pk, version = told.get("reader", 0), told.get("version", 0)
    return Reader.objects.filter(page=page_id, pk=pk, version=version).exists()


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Return whether an address is of one of these networks; what is no address is of none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in ipaddress.ip_network(one) for one in networks)


def _signed(page: Page, told: dict[str, Any]) -> str:
    return signing.dumps(told, salt=f"{_SALT}.{page.public_id}")


def _mail(text: str) -> str:
    try:
        return mail_address(text)
    except Invalid as error:
        raise Invalid.field("/addresses", f"{text[:60]!r} is no mail address.") from error


def _shut_out(page: Page, rows: Sequence[Reader], at: datetime) -> None:
    notify.forget(LINK, [row.pk for row in rows], reason=UNINVITED)
    _tell_no_more(page, [row.email for row in rows], at)
    page.readers.filter(pk__in=[row.pk for row in rows]).delete()


def _tell_no_more(page: Page, emails: Sequence[str], at: datetime) -> None:
    """End what these addresses subscribed to on a page for invited readers, also where they keep an endpoint."""
    if page.audience != Page.Audience.LOGIN:
        return
    rows = Subscriber.objects.filter(page=page).exclude(state=Subscriber.State.ENDED)
    theirs = rows.filter(Q(address__in=emails) | Q(contact__in=emails))
    for row in theirs.select_for_update(no_key=True, of=("self",)):
        end(row, at)


def _locked(page_id: int, by: Actor) -> Page:
    page = Page.objects.filter(pk=page_id).locked().first()
    if page is None:
        raise NotFound("There is no such status page.")
    require(by, "statuspage.edit_page", page)
    return page
