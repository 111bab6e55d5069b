"""Swaps: one person's shift for another's help, agreed by both, undone as a whole."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from core.models import User
from oncall.models.override import Override
from oncall.models.schedule import Schedule


class SwapState(models.TextChoices):
    """Where a swap stands."""

    OPEN = "open", "open to anybody"
    OFFERED = "offered", "offered"
    ACCEPTED = "accepted", "waits for approval"
    APPLIED = "applied", "in force"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "stale", "stale: the shift moved"
    REVERTED = "reverted"


PENDING = (SwapState.OPEN, SwapState.OFFERED, SwapState.ACCEPTED)
STANDING = (*PENDING, SwapState.APPLIED)


class SwapQuerySet(models.QuerySet["Swap"]):
    """Swaps as sentences."""

    def pending(self) -> Self:
        """Return those that somebody still has to answer."""
        return self.filter(state__in=PENDING)


class Swap(FSMModelMixin, models.Model):
    """Somebody asks another to serve instead; with a second leg, the other way round in return."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="swaps")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="swaps_asked")
    taker = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="swaps_taken"
    )
    state = FSMField(choices=SwapState, default=SwapState.OPEN.value, protected=True, max_length=9)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SwapQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=SwapState.values), name="oncall_swap_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(taker__isnull=True) | ~Q(taker=F("owner")), name="oncall_swap_has_two"
            ),
            models.CheckConstraint(
                condition=Q(taker__isnull=False)
                | Q(state__in=["open", "withdrawn", "expired", "stale"]),
                name="oncall_swap_taken_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Swap asked by {self.owner.display_name}, {self.schedule.name}"

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the schedule's."""
        return self.schedule.team_id

    @transition(field=state, source=SwapState.OPEN, target=SwapState.OFFERED)
    def offer(self, taker: User) -> None:
        """Ask one person."""
        self.taker = taker

    @transition(field=state, source=[SwapState.OPEN, SwapState.OFFERED], target=SwapState.ACCEPTED)
    def accept(self, taker: User) -> None:
        """Say yes; a manager has to approve."""
        self.taker = taker

    @transition(
        field=state,
        source=[SwapState.OPEN, SwapState.OFFERED, SwapState.ACCEPTED],
        target=SwapState.APPLIED,
    )
    def apply(self, taker: User, by: User | None, at: datetime) -> None:
        """Come into force."""
        self.taker, self.decided_by, self.decided_at = taker, by, at

    @transition(
        field=state, source=[SwapState.OFFERED, SwapState.ACCEPTED], target=SwapState.DECLINED
    )
    def decline(self, by: User | None, at: datetime) -> None:
        """Say no."""
        self.decided_by, self.decided_at = by, at

    @transition(field=state, source=PENDING, target=SwapState.WITHDRAWN)
    def withdraw(self, by: User | None, at: datetime) -> None:
        """Ask no more."""
        self.decided_by, self.decided_at = by, at

    @transition(field=state, source=PENDING, target=SwapState.EXPIRED)
    def expire(self, at: datetime) -> None:
        """End unanswered: the shift is over."""
        self.decided_at = at

    @transition(field=state, source=STANDING, target=SwapState.STALE)
    def go_stale(self, at: datetime) -> None:
        """End because the shift is no longer its owner's."""
        self.decided_at = at

    @transition(field=state, source=SwapState.APPLIED, target=SwapState.REVERTED)
    def revert(self, by: User | None, at: datetime) -> None:
        """Undo what is still to come."""
        self.decided_by, self.decided_at = by, at


class SwapLeg(models.Model):
    """One stretch of a swap: who gives it away. In a second leg that is the taker."""

    swap = models.ForeignKey(Swap, on_delete=models.CASCADE, related_name="legs")
    is_return = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    override = models.ForeignKey(
        Override, on_delete=models.PROTECT, null=True, blank=True, related_name="legs"
    )

    class Meta:
        ordering = ["swap", "is_return"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="oncall_leg_ends_after_it_begins"
            ),
            models.UniqueConstraint(fields=["swap", "is_return"], name="oncall_leg_once_each_way"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d %b %H:%M} to {self.ends_at:%d %b %H:%M}"
