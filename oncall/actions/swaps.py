"""Swaps: offered, accepted, approved where the schedule asks, undone; a leg never covers silently what moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotFound, NotPossible
from core.models import User
from core.permissions import may, require
from oncall import rota
from oncall.actions.events import publish
from oncall.actions.ledger import locked
from oncall.actions.overrides import EDIT, LONGEST, refuse_unfit, store
from oncall.actions.scope import takers
from oncall.actions.swap_words import tell_offer, tell_swap
from oncall.actions.wish import Wish
from oncall.models import Override, Schedule, Swap, SwapLeg, Unavailability, plan_of
from oncall.models.swap import STANDING, SwapState

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Offer:
    """A swap as asked for: whose shift, when (aware), by whom, and what the taker gives in return."""

    owner: User
    span: Span
    taker: User | None = None
    in_return: Span | None = None
    note: str = ""


def offer_swap(schedule: Schedule, offer: Offer, *, by: Actor, at: datetime) -> Swap:
    """Ask for a swap; without a taker it is open to all of `takers`: the schedule's people and its team's.

    Managers ask on behalf of others. Raises NotAllowed, Invalid with what is wrong in words.
    """
    with transaction.atomic():
        kept = locked(schedule.pk, at)
        if by.user is None or by.user.pk != offer.owner.pk:
            require(by, EDIT, kept)
        require(by, "oncall.swap", kept)
        refuse_offer(kept, offer, at)
        swap = Swap.objects.create(
            schedule=kept, owner=offer.owner, note=offer.note, created_at=at, created_by=by.user
        )
        SwapLeg.objects.create(swap=swap, starts_at=offer.span[0], ends_at=offer.span[1])
        if offer.in_return:
            start, end = offer.in_return
            SwapLeg.objects.create(swap=swap, is_return=True, starts_at=start, ends_at=end)
        if offer.taker is not None:
            swap.offer(offer.taker)
            swap.save(update_fields=["state", "taker"])
        tell_offer(swap, by=by, at=at)
        return swap


def name_taker(swap_id: int, taker: User, *, by: Actor, at: datetime) -> Swap:
    """Offer an open swap to one person. Raises NotFound, NotAllowed, NotPossible, Invalid."""
    with transaction.atomic():
        swap = _locked(swap_id, at)
        _require_side(swap, by, [swap.owner_id])
        _step(swap, swap.offer)
        _refuse_taker(swap, taker, at)
        swap.offer(taker)
        swap.save(update_fields=["state", "taker"])
        tell_swap(swap, "offered", by=by, at=at)
        return swap


def accept(swap_id: int, *, by: Actor, at: datetime, taker: User | None = None) -> Swap:
    """Say yes; it is in force at once unless the schedule asks for approval. Managers say yes on behalf.

    Of two who accept at once one wins, the other gets NotPossible. Raises NotFound, NotAllowed, Invalid.
    """
    with transaction.atomic():
        swap = _locked(swap_id, at)
        person = taker or swap.taker or by.user
        if person is None:
            raise Invalid.field("/taker", "Say who takes it.")
        _step(swap, swap.accept)
        if swap.taker_id is not None and person.pk != swap.taker_id:
            raise NotAllowed(f"It was offered to {swap.taker}; nobody else accepts it.")
        _require_side(swap, by, [person.pk])
        if not _is_fresh(swap, at):
            return _stale(swap, at)
        _refuse_taker(swap, person, at)
        if swap.schedule.swap_needs_approval:
            swap.accept(person)
            swap.save(update_fields=["state", "taker"])
            tell_swap(swap, "accepted", by=by, at=at)
            return swap
        return _put_in_force(swap, person, by, at)


def approve(swap_id: int, *, by: Actor, at: datetime) -> Swap:
    """Let an accepted swap come into force; nobody approves their own. Raises NotFound, NotAllowed, NotPossible."""
    with transaction.atomic():
        swap = _locked(swap_id, at)
        require(by, EDIT, swap.schedule)
        if swap.state != SwapState.ACCEPTED or swap.taker is None:
            raise NotPossible(f"Only an accepted swap is approved; this one is {swap.state}.")
        if by.user is not None and by.user.pk in (swap.owner_id, swap.taker_id):
            raise NotAllowed("Nobody approves their own swap; another manager does.")
        if not _is_fresh(swap, at):
            return _stale(swap, at)
        _refuse_taker(swap, swap.taker, at)
        return _put_in_force(swap, swap.taker, by, at)


def decline(swap_id: int, *, by: Actor, at: datetime) -> Swap:
    """Say no: the taker, or a manager where approval is asked. Raises NotFound, NotAllowed, NotPossible."""
    with transaction.atomic():
        swap = _locked(swap_id, at)
        _require_side(swap, by, [swap.taker_id])
        _step(swap, swap.decline)
        swap.decline(by.user, at)
        return _ended(swap, "declined", by, at)


def withdraw(swap_id: int, *, by: Actor, at: datetime) -> Swap:
    """Ask no more: whoever asked, or a manager. Raises NotFound, NotAllowed, NotPossible."""
    with transaction.atomic():
        swap = _locked(swap_id, at)
        _require_side(swap, by, [swap.owner_id, swap.created_by_id])
        _step(swap, swap.withdraw)
        swap.withdraw(by.user, at)
        return _ended(swap, "withdrawn", by, at)


def revert(swap_id: int, *, by: Actor, at: datetime) -> Swap:
    """Undo a swap in force, all legs together; what was served stays. Raises NotFound, NotAllowed, NotPossible."""
    with transaction.atomic():
        swap = _locked(swap_id, at)
        _require_side(swap, by, [swap.owner_id, swap.taker_id])
        _step(swap, swap.revert)
        if all(leg.ends_at <= at for leg in _legs(swap)):
            raise NotPossible("Both shifts are over; what was served is not rewritten.")
        _cancel(swap, by.user, at)
        swap.revert(by.user, at)
        ended = _ended(swap, "reverted", by, at)
        recheck(swap.schedule, at)  # whoever took the shift may have passed it on
        return ended


def recheck(schedule: Schedule, at: datetime) -> int:
    """End swaps whose shifts an edit moved away from their owners, and tell them; return how many.

    The schedule is locked and already edited.
    """
    rows = Swap.objects.filter(
        schedule=schedule, state__in=STANDING, legs__ends_at__gt=at
    ).distinct()
    gone = 0
    for swap in rows.select_related("owner", "taker", "schedule").prefetch_related("legs"):
        if not _is_fresh(swap, at):
            _stale(swap, at)
            gone += 1
    return gone


def expire(at: datetime) -> int:
    """End swaps that nobody answered before the shift was over; return how many."""
    count = 0
    rows = Swap.objects.pending().exclude(legs__ends_at__gt=at)
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            swap = _locked(pk, at)
            if can_proceed(swap.expire):
                swap.expire(at)
                swap.save(update_fields=["state", "decided_at"])
                count += 1
    return count


def refuse_offer(schedule: Schedule, offer: Offer, at: datetime) -> None:
    """Raise Invalid unless a swap can be asked for like this."""
    _refuse_span(offer.span, "/end", at)
    if offer.in_return:
        _refuse_span(offer.in_return, "/return_end", at)
    if offer.in_return and offer.taker is None:
        raise Invalid.field("/taker", "Say with whom: a shift in return needs a taker.")
    if not serves(schedule, offer.owner.pk, offer.span, at):
        raise Invalid.field("/start", f"{offer.owner.display_name} is not on call all that time.")
    if offer.taker is not None:
        legs = [(offer.span, False), *([(offer.in_return, True)] if offer.in_return else [])]
        _refuse_stranger(schedule, offer.taker, at)
        _refuse_away(legs, offer.owner, offer.taker)
        if offer.in_return and not serves(schedule, offer.taker.pk, offer.in_return, at):
            name = offer.taker.display_name
            raise Invalid.field("/return_start", f"{name} is not on call all that time.")


def _refuse_span(span: Span, pointer: str, at: datetime) -> None:
    start, end = span
    if end <= start:
        raise Invalid.field(pointer, "A shift must end after it starts.")
    if end <= at:
        raise Invalid.field(pointer, "That time is over already.")
    if end - start > LONGEST:
        raise Invalid.field(pointer, "A swap lasts a year at most.")


def _refuse_taker(swap: Swap, taker: User, at: datetime) -> None:
    _refuse_stranger(swap.schedule, taker, at)
    _refuse_away(_spans(swap), swap.owner, taker)


def _refuse_stranger(schedule: Schedule, taker: User, at: datetime) -> None:
    """Refuse who is gone, and who has nothing to do with the schedule: only a manager's cover brings them in."""
    name = taker.display_name
    if not taker.is_active:
        raise Invalid.field("/taker", f"{name} can't sign in any more.")
    if not takers(schedule, at).filter(pk=taker.pk).exists():
        said = f"{name} is in no rotation of {schedule.name} and not in the team {schedule.team}."
        raise Invalid.field("/taker", f"{said} A manager may let anybody cover.")


def _refuse_away(legs: Sequence[tuple[Span, bool]], owner: User, taker: User) -> None:
    """Refuse who is the same, or away; the second leg is served by the owner."""
    if taker.pk == owner.pk:
        raise Invalid.field("/taker", "Nobody swaps with themselves; choose another person.")
    for (start, end), is_return in legs:
        person = owner if is_return else taker
        away = Unavailability.objects.valid().filter(
            user=person, starts_at__lt=end, ends_at__gt=start
        )
        if away.exists():
            raise Invalid.field("/taker", f"{person.display_name} is away in that time.")


def serves(
    schedule: Schedule, user_id: int, span: Span, at: datetime, *, without: Sequence[int] = ()
) -> bool:
    """Return whether a person holds a seat of the schedule, not only as a shadow, all through a span."""
    start, end = max(span[0], min(at, span[1])), span[1]
    if start >= end:
        return False
    plan = plan_of(schedule, since=start, until=end)
    kept = tuple(one for one in plan.overrides if one.seq not in without)
    found = rota.final(rota.Plan(plan.rotations, kept, plan.absences, plan.ledger), start, end)
    edge = start
    for shift in found:
        if shift.user == user_id and shift.seat != "shadow" and shift.starts_at <= edge:
            edge = max(edge, shift.ends_at)
    return edge >= end


def _is_fresh(swap: Swap, at: datetime) -> bool:
    """Tell whether every leg to come is still its owner's, the swap itself left out of account."""
    own = [leg.override_id for leg in swap.legs.all() if leg.override_id]
    for leg in _legs(swap):
        giver = swap.taker_id if leg.is_return else swap.owner_id
        if leg.ends_at <= at or giver is None:
            continue
        if not serves(swap.schedule, giver, (leg.starts_at, leg.ends_at), at, without=own):
            return False
    return True


def _put_in_force(swap: Swap, taker: User, by: Actor, at: datetime) -> Swap:
    swap.apply(taker, by.user, at)
    for leg in _legs(swap):
        giver, other = (taker, swap.owner) if leg.is_return else (swap.owner, taker)
        wish = Wish(
            "substitute", leg.starts_at, leg.ends_at, user=other, subject=giver,
            reason=swap.note, source=Override.Source.SWAP,
        )  # fmt: skip
        refuse_unfit(swap.schedule, wish, at)
        leg.override = store(swap.schedule, wish, by=by, at=at)
        leg.save(update_fields=["override"])
    swap.save(update_fields=["state", "taker", "decided_by", "decided_at"])
    publish(swap.schedule, at)
    tell_swap(swap, "applied", by=by, at=at)
    return swap


def _stale(swap: Swap, at: datetime) -> Swap:
    _cancel(swap, None, at)
    swap.go_stale(at)
    swap.save(update_fields=["state", "decided_at"])
    tell_swap(swap, "stale", by=None, at=at)
    return swap


def _ended(swap: Swap, word: str, by: Actor, at: datetime) -> Swap:
    swap.save(update_fields=["state", "decided_by", "decided_at"])
    tell_swap(swap, word, by=by, at=at)
    return swap


def _cancel(swap: Swap, by: User | None, at: datetime) -> None:
    rows = Override.objects.filter(legs__swap=swap, cancelled_at=None)
    Override.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        cancelled_at=at, cancelled_by=by
    )
    publish(swap.schedule, at)


def _locked(swap_id: int, at: datetime) -> Swap:
    """Lock the schedule, then the swap: the order of every edit."""
    row = Swap.objects.filter(pk=swap_id).first()
    if row is None:
        raise NotFound("There is no such swap.")
    schedule = locked(row.schedule_id, at)
    rows = Swap.objects.select_for_update(no_key=True, of=("self",))
    swap = rows.select_related("owner", "taker").get(pk=swap_id)
    swap.schedule = schedule
    return swap


def _legs(swap: Swap) -> list[SwapLeg]:
    return list(swap.legs.all())


def _spans(swap: Swap) -> list[tuple[Span, bool]]:
    return [((leg.starts_at, leg.ends_at), leg.is_return) for leg in _legs(swap)]


def _require_side(swap: Swap, by: Actor, ids: Sequence[int | None]) -> None:
    """Let a party or a manager act; both need the right to swap at all."""
    require(by, "oncall.swap", swap.schedule)
    if by.user is not None and by.user.pk in ids:
        return
    if not may(by, EDIT, swap.schedule):
        raise NotAllowed(
            f"{by.label} is no party of this swap; a manager of its team may act for one."
        )


def _step(swap: Swap, transition: object) -> None:
    if not can_proceed(transition):
        raise NotPossible(f"The swap is {swap.get_state_display()} already.", code="not_possible")
