"""Foreign calendars: an address elsewhere that says who holds a layer, or when a person is away."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from core.models import User
from core.secrets import decrypt, encrypt
from oncall.models.override import Unavailability
from oncall.models.schedule import Layer


class ForeignCalendarQuerySet(models.QuerySet["ForeignCalendar"]):
    """Foreign calendars as sentences."""

    def due(self, at: datetime) -> Self:
        """Return those that are to be fetched, the longest due first; nobody's who left."""
        rows = self.filter(due_at__lte=at).exclude(user__is_active=False)
        return rows.order_by("due_at", "pk")


class ForeignCalendar(models.Model):
    """One calendar that a layer, or a person's absences, follow. Its address may be a secret: it is kept encrypted.

    `content`: the last calendar that was applied, so that a series goes on where the calendar itself does not change.
    `failing_since`: of the present run of failures; `told_at`: when its owner was told of that.
    """

    layer = models.OneToOneField(
        Layer, on_delete=models.CASCADE, null=True, blank=True, related_name="foreign_calendar"
    )
    user = models.OneToOneField(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="foreign_calendar"
    )
    mode = models.CharField(
        max_length=4, choices=Unavailability.Mode, default=Unavailability.Mode.FLAG
    )
    sealed_address = models.TextField()
    host = models.CharField(max_length=253)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    due_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    ok_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    etag = models.CharField(max_length=255, blank=True)
    last_modified = models.CharField(max_length=64, blank=True)
    content = models.BinaryField(null=True)
    added = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    unknown = models.JSONField(default=list)
    error = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    objects = ForeignCalendarQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(F("due_at"), name="oncall_foreign_by_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(layer__isnull=False, user__isnull=True)
                | Q(layer__isnull=True, user__isnull=False),
                name="oncall_foreign_is_for_one",
            )
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """Return what follows it: a layer of a schedule, or somebody's time off."""
        if self.layer is not None:
            return f"{self.layer.schedule.name}, {self.layer.name}"
        return f"Time off of {self.user.display_name if self.user else 'nobody'}"

    @property
    def team_id(self) -> int | None:
        """Return the owning team's id: the schedule's; a person's calendar has none."""
        return self.layer.team_id if self.layer is not None else None

    @property
    def address(self) -> str:
        """Return the whole address. Raises SecretLost."""
        return decrypt(self.sealed_address)

    def seal(self, address: str, host: str) -> None:
        """Keep an address, and its host for people to see."""
        self.sealed_address, self.host = encrypt(address), host
