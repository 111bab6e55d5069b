"""Schedules: who is on call when, asked only through the resolver (`oncall.rota`, over `oncall.models.plans`)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from core.models import Team
from core.models.people import validate_zone
from oncall import rota
from oncall.rota.civil import zone_named

LOCAL_FORMAT = "%Y-%m-%dT%H:%M"


def validate_local_time(value: str) -> None:
    """Raise ValidationError unless `value` is a wall-clock time such as 2026-03-16T09:00, within rota.YEARS."""
    try:
        at = datetime.strptime(value, LOCAL_FORMAT)  # noqa: DTZ007  a wall clock has no zone of its own
    except ValueError as error:
        raise ValidationError(f"{value} is not a time such as 2026-03-16T09:00.") from error
    if at.year not in rota.YEARS:
        raise ValidationError(f"Choose a time from {rota.YEARS[0]} to {rota.YEARS[-1]}.")


class Schedule(models.Model):
    """Who is on call when, for one team.

    From `created_at` to `served_to` the ledger tells who served; nothing rewrites that stretch.
    """

    class Expectation(models.TextChoices):
        ALWAYS = "24x7", "24x7, around the clock"
        BUSINESS_HOURS = "business-hours", "business hours"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="schedules")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    expectation = models.CharField(
        "coverage asked",
        max_length=14,
        choices=Expectation,
        default=Expectation.ALWAYS,
        blank=True,  # a form that leaves it out means the default
        help_text="Business hours are Monday to Friday, 09:00 to 17:00. What is not asked is no gap.",
    )
    swap_needs_approval = models.BooleanField("a swap needs a manager's approval", default=False)
    created_at = models.DateTimeField(editable=False)
    served_to = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expectation__in=["24x7", "business-hours"]),
                name="oncall_expectation_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> str:
        """Return the zone that its times are reckoned in: UTC where the stored name is no place any more."""
        try:
            zone_named(self.time_zone)
        except rota.UnknownZone:
            return "UTC"
        return self.time_zone

    @property
    def expected(self) -> tuple[rota.Window, ...] | None:
        """Return the weekly hours promised, in the schedule's zone; None promises every hour."""
        return None if self.expectation == self.Expectation.ALWAYS else rota.BUSINESS_HOURS


class Layer(models.Model):
    """One rotation among several of a schedule; its versions say how it turns and who it outranks."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="layers")
    name = models.CharField(max_length=80, default="Primary")

    class Meta:
        ordering = ["schedule", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "name"], name="oncall_layer_name_once_per_schedule"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the schedule's."""
        return self.schedule.team_id
