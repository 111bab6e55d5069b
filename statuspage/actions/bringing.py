"""Bring a list of subscribers to a page: looked at first, then taken in, in batches.

Each address is asked once by mail, as if its owner had signed up, unless they have agreed elsewhere and whoever brings
them keeps the proof. Who left, or whom nothing reaches, is never brought back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from core import facts
from core.actor import Actor
from core.errors import Invalid, NotFound, NotPossible
from core.permissions import require
from core.secrets import decrypt, digest, encrypt
from notify import actions as notify
from notify.models import Delivery
from statuspage.actions import leaving, subscribing, tokens
from statuspage.look.subscribing import masked
from statuspage.models import (
    Component,
    ComponentGroup,
    Page,
    Subscriber,
    SubscriberList,
    Subscription,
)
from statuspage.rules.subscriber_list import BadList, Line, read

BATCH = 500
ASKED_FOR = timedelta(days=7)  # how long the link to confirm counts
MOST_SHOWN, SHORTEST_PROOF, LONGEST_PROOF = 200, 10, 2000
_State, _Email = Subscriber.State, Subscriber.Channel.EMAIL
Thing = Component | ComponentGroup
_KEPT = (_State.PENDING, _State.CONFIRMED)


def look_at(
    page_id: int, content: bytes, *, name: str, proof: str, by: Actor, at: datetime
) -> SubscriberList:
    """Read a list for a page and keep it to be taken in; nobody is told or stored yet.

    `proof`: why its addresses count as confirmed; empty: each is asked. Raises NotFound, NotAllowed, and Invalid for a
    file that can't be read or a proof that says nothing.
    """
    page = Page.objects.filter(pk=page_id).first()
    if page is None:
        raise NotFound("There is no such status page.")
    require(by, "statuspage.edit_page", page)
    proof = " ".join(proof.replace("\0", "").split())
    if proof and not SHORTEST_PROOF <= len(proof) <= LONGEST_PROOF:
        raise Invalid.field(
            "/proof",
            f"Say in {SHORTEST_PROOF} to {LONGEST_PROOF:,} characters where and when they agreed.",
        )
    try:
        found = read(content)
    except BadList as error:
        raise Invalid.field("/file", str(error)) from error
    good, faults = _sorted(page, found.lines)
    left_out = sorted([*found.faults, *faults])
    return SubscriberList.objects.create(
        page=page,
        name=name.replace("\0", "")[:120] or "list",
        is_agreed=bool(proof),
        reason=proof,
        lines=encrypt(msgspec.json.encode(good).decode()),
        report={
            "new": len(good),
            "left_out": len(left_out),
            "lines": [[number, why] for number, why in left_out[:MOST_SHOWN]],
            "unread": list(found.unread)[:20],
        },
        created_by=by.user,
        created_at=at,
    )


def take_in(list_id: int, *, by: Actor, at: datetime) -> str:
    """Begin to take a list in, in batches; return what happens. Raises NotFound, NotAllowed, NotPossible if begun."""
    with transaction.atomic():
        row = _locked(list_id, by)
        if row.begun_at is not None:
            raise NotPossible("This list was taken in already.")
        row.begun_at = at
        row.save(update_fields=["begun_at"])
        facts.publish("subscribers.brought", [row.pk], at=at)
    new = row.report["new"]
    if row.is_agreed:
        return f"{new:,} are confirmed now; they get what is said from now on."
    return f"{new:,} are asked by mail now, once each. Who does not confirm within seven days is forgotten."


def throw_away(list_id: int, *, by: Actor, at: datetime) -> str:
    """Delete a list that was not taken in. Raises NotFound, NotAllowed, NotPossible."""
    with transaction.atomic():
        row = _locked(list_id, by)
        if row.begun_at is not None:
            raise NotPossible("This list was taken in; who brought it and why is kept.")
        row.delete()
    return "The list is deleted; nobody was told."


def take_next(list_id: int, at: datetime) -> None:
    """Take the next batch of a list in, and promise the one after it. Twice changes nothing."""
    with transaction.atomic():
        rows = SubscriberList.objects.select_for_update(no_key=True, of=("self",))
        row = rows.select_related("page").filter(pk=list_id).first()
        if row is None or row.begun_at is None or row.done_at is not None:
            return
        lines = msgspec.json.decode(decrypt(row.lines), type=list[Line])
        batch = lines[row.reached : row.reached + BATCH]
        row.taken += _take(row, batch, at)
        row.reached += len(batch)
        if row.reached >= len(lines):
            row.done_at, row.lines = at, ""
        else:
            facts.publish("subscribers.brought", [row.pk], at=at)
        row.save()


def _sorted(page: Page, lines: Sequence[Line]) -> tuple[list[Line], list[tuple[int, str]]]:
    """Return the lines that can be taken in, their addresses folded, and why each of the others can't."""
    good: list[Line] = []
    faults: list[tuple[int, str]] = []
    seen: set[str] = set()
    things = _things(page)
    for line in lines:
        try:
            address = subscribing.mail_address(line.address)
        except Invalid:
            faults.append((line.number, "its address is no mail address."))
            continue
        missing = [one for one in line.follows if one.lower() not in things]
        if address in seen:
            faults.append((line.number, f"{masked(address)} stands further up as well."))
        elif missing:
            faults.append((line.number, f"the page has no component or group “{missing[0][:60]}”."))
        else:
            seen.add(address)
            good.append(replace(line, address=address))
    out = _left_out(page, seen)
    faults += [(one.number, out[one.address]) for one in good if one.address in out]
    return [one for one in good if one.address not in out], faults


def _left_out(page: Page, addresses: set[str]) -> dict[str, str]:
    """Return which of these addresses stay as they are, and why."""
    rows = page.subscribers.filter(channel=_Email)
    if len(addresses) <= BATCH:
        rows = rows.filter(address_hash__in=[digest(one) for one in addresses])
    known = dict(rows.values_list("address_hash", "state"))
    said = dict.fromkeys(
        leaving.left(page, addresses), "has left this page; only its owner comes back."
    )
    for address in addresses:
        state = known.get(digest(address))
        if state in _KEPT:
            said[address] = "is a subscriber already."
        elif state == _State.QUARANTINED:
            said[address] = "can't be reached; its owner confirms it anew."
    return {address: f"{masked(address)} {why}" for address, why in said.items()}


def _things(page: Page) -> dict[str, Thing]:
    """Return what can be followed, by public id and by folded name."""
    found: dict[str, Thing] = {}
    everything: list[Thing] = [*page.components.filter(retired_at=None), *page.groups.all()]
    for thing in everything:
        found |= {thing.public_id: thing, thing.name.lower(): thing}
    return found


def _take(brought: SubscriberList, batch: Sequence[Line], at: datetime) -> int:
    """Store a batch, and ask those who have to be; return how many."""
    good, _faults = _sorted(brought.page, batch)
    rows = [_row(brought, line, at) for line in good]
    Subscriber.objects.bulk_create(rows)
    Subscription.objects.bulk_create(_subscriptions(brought.page, good, rows))
    notify.queue((_wish(row) for row in rows if row.state == _State.PENDING), at=at)
    return len(rows)


def _subscriptions(
    page: Page, lines: Sequence[Line], rows: Sequence[Subscriber]
) -> Iterator[Subscription]:
    things = _things(page)
    for line, row in zip(lines, rows, strict=True):
        wanted = {(thing := things[one.lower()]).public_id: thing for one in line.follows}
        for thing in wanted.values():
            if isinstance(thing, ComponentGroup):
                yield Subscription(subscriber=row, group=thing)
            else:
                yield Subscription(subscriber=row, component=thing)


def _row(brought: SubscriberList, line: Line, at: datetime) -> Subscriber:
    is_told = brought.is_agreed and not line.waits
    row = Subscriber(
        page=brought.page,
        channel=_Email,
        state=_State.CONFIRMED if is_told else _State.PENDING,
        address=line.address,
        address_hash=digest(line.address),
        wants=line.wants,
        wants_maintenance=line.wants_maintenance,
        follows_all=not line.follows,
        brought_by=brought,
        created_at=at,
        confirmed_at=at if is_told else None,
        asked_at=None if is_told else at,
    )
    tokens.give_secret(row)
    if not is_told:
        tokens.give_confirming(row, at, ASKED_FOR)
    return row


def _wish(row: Subscriber) -> notify.Wish:
    return notify.Wish(
        unique_key=f"{leaving.INVITED}:{row.pk}",
        kind=leaving.INVITED,
        object_id=row.pk,
        recipient_id=None,
        channel=subscribing.WAYS[_Email],
        address=row.address,
        priority=Delivery.Priority.BULK,
    )


def _locked(list_id: int, by: Actor) -> SubscriberList:
    rows = SubscriberList.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("page").filter(pk=list_id).first()
    if row is None:
        raise NotFound("There is no such list; who takes none in within a day loses it.")
    require(by, "statuspage.edit_page", row.page)
    return row
