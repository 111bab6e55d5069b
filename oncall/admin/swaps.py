"""Swaps: the list, each with what its people may do now; and those that wait for the reader."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django_fsm import can_proceed

from core import clock
from core.actor import Actor
from core.actor import person as actor_of
from core.admin.base import ReadOnlyAdmin
from core.admin.buttons import Button
from core.admin.panel import Named, When
from core.admin.rights import allows, who
from core.models import Membership, User
from core.navigation import Waiting
from core.permissions import may
from oncall.actions import swaps
from oncall.actions.scope import takers
from oncall.actions.swap_words import ANYBODY
from oncall.admin.bars import when
from oncall.models import Swap, SwapLeg
from oncall.models.swap import SwapState

EDIT, SWAP = "oncall.edit_schedule", "oncall.swap"
Act = Callable[..., object]
_CONFIRM_REVERT = "What is still to come of it goes back to who had it before; what was served stays. Both are told."


@admin.register(Swap)
class SwapAdmin(ReadOnlyAdmin[Swap]):
    """Asked for on the schedule's screen; answered here by its people and the team's managers."""

    view_verb = "oncall.view"
    asked_at, decided = When("created_at", "asked"), When("decided_at", "decided")
    asked_by, answered_by = Named("created_by", "asked by"), Named("decided_by", "decided by")
    list_display = ("schedule", "asks", "given", "of_whom", "in_return", "state", "asked_at")
    list_display_links = ("schedule", "given")
    list_filter = ("state", "schedule")
    fields = readonly_fields = (
        "schedule", "state", "asks", "given", "of_whom", "in_return", "note", "asked_at", "asked_by",
        "decided", "answered_by",
    )  # fmt: skip

    def headline(self, request: HttpRequest) -> str:
        """Say how many wait for an answer."""
        number = Swap.objects.pending().count()
        word = "swap waits" if number == 1 else "swaps wait"
        return f"{number or 'No'} {word} for an answer. Swaps are asked for on a schedule's screen."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Swap]:
        """Read people, schedules and legs with the rows."""
        legs = Prefetch("legs", SwapLeg.objects.order_by("is_return"))
        rows = super().get_queryset(request).prefetch_related(legs)
        return rows.select_related("schedule", "owner", "taker", "created_by", "decided_by")

    def sentence(self, request: HttpRequest, obj: Swap) -> str:
        """Say whose turn it is, and who serves meanwhile."""
        stays = f"until then {obj.owner.display_name} serves"
        said = {
            SwapState.OPEN: f"Waits for {_name(obj.taker)} to accept; {stays}.",
            SwapState.OFFERED: f"Waits for {_name(obj.taker)} to accept; {stays}.",
            SwapState.ACCEPTED: f"{_name(obj.taker)} accepted, and a manager of the team has to approve; {stays}.",
            SwapState.APPLIED: f"In force: {_name(obj.taker)} serves for {obj.owner.display_name}.",
        }
        return said.get(obj.state, f"{obj.owner.display_name} serves: the swap is over.")

    @admin.display(description="who asks", ordering="owner")
    def asks(self, swap: Swap) -> str:
        """Return whose shift it is."""
        return _name(swap.owner)

    @admin.display(description="of whom", ordering="taker")
    def of_whom(self, swap: Swap) -> str:
        """Return who is to serve instead."""
        return _name(swap.taker)

    @admin.display(description="gives away")
    def given(self, swap: Swap) -> str:
        """Return the stretch that somebody else is to serve."""
        return _leg(swap, is_return=False)

    @admin.display(description="in return")
    def in_return(self, swap: Swap) -> str:
        """Return the stretch that the owner serves instead, a dash for none."""
        return _leg(swap, is_return=True)

    def buttons(self, request: HttpRequest, obj: Swap) -> Sequence[Button]:
        """Return the verbs, each shown to whoever may take it now."""
        user = who(request).user
        if user is None:
            return []
        may_take = takers(obj.schedule, clock.now()).filter(pk=user.pk).exists()
        return buttons(obj, user, may_edit=allows(request, EDIT, obj), may_take=may_take)


def buttons(swap: Swap, user: User, *, may_edit: bool, may_take: bool = False) -> list[Button]:
    """Return the verbs of a swap as this person sees them; `may_take`: an open one."""
    may_swap = may(actor_of(user), SWAP, swap)
    is_owner, is_taker = user.pk in (swap.owner_id, swap.created_by_id), user.pk == swap.taker_id
    is_open = swap.state == SwapState.OPEN and may_take and user.pk != swap.owner_id
    waits = swap.state == SwapState.ACCEPTED

    def one(verb: str, label: str, act: Act, said: str, *, shown: bool, confirm: str = "") -> Button:  # fmt: skip
        return Button(
            verb, label, partial(_press, act, swap.pk, said), shown=may_swap and shown, confirm=confirm,
            leads=verb in ("accept", "approve"),
        )  # fmt: skip

    takes = can_proceed(swap.accept) and (is_taker or is_open)
    return [
        one("accept", "Accept: I serve then", swaps.accept, "Accepted.", shown=takes),
        one(
            "approve", "Approve", swaps.approve, "Approved: the swap is in force.",
            shown=waits and may_edit and user.pk not in (swap.owner_id, swap.taker_id),
        ),
        one(
            "decline", "Decline", swaps.decline, "Declined; who asked is told.",
            shown=can_proceed(swap.decline) and (is_taker or (waits and may_edit)),
        ),
        one(
            "withdraw", "Withdraw", swaps.withdraw, "Withdrawn.",
            shown=can_proceed(swap.withdraw) and (is_owner or may_edit),
        ),
        one(
            "revert", "Undo the swap", swaps.revert, "Undone: the shifts went back.",
            shown=can_proceed(swap.revert) and (is_owner or is_taker or may_edit), confirm=_CONFIRM_REVERT,
        ),
    ]  # fmt: skip


def _press(act: Act, swap_id: int, said: str, *, by: Actor, at: datetime) -> str:
    row = act(swap_id, by=by, at=at)
    if isinstance(row, Swap) and row.state == SwapState.STALE:
        return "The shift has moved meanwhile, so the swap no longer fits; its people are told."
    if isinstance(row, Swap) and row.state == SwapState.ACCEPTED:
        return "Accepted. A manager of the team has to approve."
    return said


def _name(user: User | None) -> str:
    return user.display_name if user else ANYBODY


def _leg(swap: Swap, *, is_return: bool) -> str:
    for leg in swap.legs.all():
        if leg.is_return == is_return:
            zone = swap.schedule.zone
            return f"{when(leg.starts_at, leg.ends_at, zone)} ({zone})"
    return "\N{EN DASH}"


def to_answer(user: User) -> QuerySet[Swap]:
    """Return the swaps that wait for this person: offered to them, or to be approved by them."""
    offered = Q(state=SwapState.OFFERED, taker=user)
    others = ~Q(owner=user) & ~Q(taker=user)
    managed = Membership.objects.filter(user=user, role=Membership.Role.MANAGER).values("team")
    is_theirs = Q() if may(actor_of(user), EDIT) else Q(schedule__team__in=managed)
    approved = Q(state=SwapState.ACCEPTED) & is_theirs & others
    rows = Swap.objects.filter(offered | approved).select_related(
        "schedule", "owner", "taker", "created_by", "decided_by"
    )
    return rows.prefetch_related("legs").order_by("pk")


def waiting(user: User, at: datetime) -> list[Waiting]:
    """Return what Now lists of them; due when the shift begins."""
    return [_waits(swap) for swap in to_answer(user)]


def _waits(swap: Swap) -> Waiting:
    legs = list(swap.legs.all())
    url = reverse("admin:oncall_swap_change", args=[swap.pk])
    what = f"{swap.owner.display_name} asks you to serve"
    if swap.state == SwapState.ACCEPTED:
        what = f"Approve: {_name(swap.taker)} serves for {_name(swap.owner)}"
    starts: Any = legs[0].starts_at if legs else None
    detail = f"{swap.schedule.name}, {_leg(swap, is_return=False)}"
    return Waiting("swap", what, detail, url, due_at=starts, act="Answer")
