"""Handoffs: what whoever had the pager tells whoever has it next. They never decide who is paged."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from core.models import User
from oncall.models.rotation import RotationVersion
from oncall.models.schedule import Schedule
from oncall.rota.civil import to_wall

PATIENCE = timedelta(minutes=30)


class HandoffQuerySet(models.QuerySet["Handoff"]):
    """Handoffs as sentences."""

    def open(self) -> Self:
        """Return those that the incoming person has not accepted yet."""
        return self.filter(opened_at__isnull=False, accepted_at=None)


class Handoff(models.Model):
    """One stint (`starts_at` to `ends_at`, UTC) handed over in one seat.

    A draft until the stint has ended: then it is opened, with the incidents that are open at that moment.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "draft: the shift goes on"
        OPEN = "open", "waits to be accepted"
        ACCEPTED = "accepted"

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="handoffs")
    seat = models.CharField(max_length=9, choices=RotationVersion.Seat)
    from_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="handoffs_given")
    to_user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="handoffs_taken"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    to_starts_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(blank=True, max_length=20_000)
    incidents = models.JSONField(default=list)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    chased_at = models.DateTimeField(null=True, blank=True)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "seat", "from_user", "ends_at"], name="oncall_handoff_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="oncall_handoff_of_some_time"
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, accepted_at__isnull=True)
                | Q(opened_at__isnull=False, to_user__isnull=False),
                name="oncall_handoff_opened_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="oncall_handoff_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        ends = to_wall(self.ends_at, self.schedule.zone)
        return f"Handoff of {self.schedule}, {ends:%d %b %H:%M}"

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the schedule's."""
        return self.schedule.team_id

    @property
    def state(self) -> State:
        """Return where it stands."""
        if self.accepted_at is not None:
            return self.State.ACCEPTED
        return self.State.OPEN if self.opened_at is not None else self.State.DRAFT

    @property
    def due_at(self) -> datetime | None:
        """Return until when the incoming person should have accepted it; None for a draft."""
        if self.opened_at is None:
            return None
        return max(self.opened_at, self.to_starts_at or self.opened_at) + PATIENCE
