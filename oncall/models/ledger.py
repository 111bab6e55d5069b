"""The ledger of served shifts (invariant 8): what is served never changes. Pay, reports and audits read it."""

from django.db import models
from django.db.models import F, Q

from core.models import User
from oncall.models.override import Override
from oncall.models.rotation import RotationVersion
from oncall.models.schedule import Layer, Schedule


class ServedShift(models.Model):
    """One person held one seat from `starts_at` to `ends_at` (UTC), by one layer and for one reason.

    While the shift runs, each freezing moves `ends_at` on.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="served")
    layer = models.ForeignKey(
        Layer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seat = models.CharField(max_length=9, choices=RotationVersion.Seat)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="served_shifts")
    source = models.CharField(max_length=14)
    override = models.ForeignKey(
        Override, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["schedule", "ends_at"], name="oncall_served_by_schedule")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="oncall_served_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.starts_at:%d %b %H:%M}"
