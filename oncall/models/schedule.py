"""Schedules: rows in, the pure resolver's plan out."""

from datetime import datetime
from typing import Self, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from core.models import Team, User
from core.models.people import validate_zone
from oncall import rota


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    """Schedules as sentences."""

    def with_plans(self) -> Self:
        """Read with each schedule all that its plan needs: four statements, however many."""
        return self.prefetch_related("layers__versions__slots", "overrides")


def validate_local_time(value: str) -> None:
    """Raise ValidationError unless `value` is a wall-clock time such as 2026-03-16T09:00."""
    try:
        datetime.strptime(value, LOCAL_FORMAT)  # noqa: DTZ007  a wall clock has no zone of its own
    except ValueError as error:
        raise ValidationError(f"{value} is not a time such as 2026-03-16T09:00.") from error


LOCAL_FORMAT = "%Y-%m-%dT%H:%M"


class Schedule(models.Model):
    """Who is on call when, for one team. Asked only through the resolver (`oncall.rota`)."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="schedules")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def plan(self) -> rota.Plan:
        """Return what the resolver is asked of; read the rows first by `with_plans()`."""
        rotations = [
            version.rotation(layer, self.time_zone)
            for layer in self.layers.all()
            for version in layer.versions.all()
        ]
        covers = [cover.value() for cover in self.overrides.all() if cover.cancelled_at is None]
        return rota.Plan(tuple(rotations), tuple(covers))


class Layer(models.Model):
    """One rotation among several; a higher priority covers a lower one."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="layers")
    name = models.CharField(max_length=80, default="Primary")
    priority = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["schedule", "-priority"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "priority"], name="oncall_priority_once_per_schedule"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the schedule's."""
        return self.schedule.team_id


class RotationVersion(models.Model):
    """How a layer turns from one instant on. Append-only once in force: an edit closes it and opens the next."""

    class Unit(models.TextChoices):
        HOUR = "hour"
        DAY = "day"
        WEEK = "week"
        MONTH = "month"

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="versions")
    effective_from = models.DateTimeField(null=True, blank=True)
    effective_to = models.DateTimeField(null=True, blank=True)
    anchor_local = models.CharField(
        "first handoff, local time",
        max_length=16,
        validators=[validate_local_time],
        help_text="As on the wall clock of the schedule's zone, for example 2026-03-16T09:00.",
    )
    unit = models.CharField(max_length=5, choices=Unit, default=Unit.WEEK)
    length = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["layer", "effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__in=["hour", "day", "week", "month"]), name="oncall_unit_is_known"
            ),
            models.CheckConstraint(condition=Q(length__gte=1), name="oncall_turn_has_a_length"),
            models.CheckConstraint(
                condition=Q(effective_from__isnull=True)
                | Q(effective_to__isnull=True)
                | Q(effective_to__gt=F("effective_from")),
                name="oncall_version_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["layer"],
                condition=Q(effective_to__isnull=True),
                name="oncall_one_present_version",
            ),
        ]

    def __str__(self) -> str:
        return f"every {self.length} {self.unit}"

    def rotation(self, layer: Layer, zone: str) -> rota.Rotation:
        """Return this version as the resolver's value."""
        unit = cast("rota.Unit", self.unit)
        return rota.Rotation(
            layer=layer.pk,
            priority=layer.priority,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            anchor=datetime.strptime(self.anchor_local, LOCAL_FORMAT),  # noqa: DTZ007  the zone stands beside it
            zone=zone,
            unit=unit,
            length=self.length,
            turn_mode="calendar",
            windows=(),
            slots=tuple((slot.user_id,) if slot.user_id else () for slot in self.slots.all()),
        )


class RotationSlot(models.Model):
    """Whose turn the n-th turn is; no person means that nobody is assigned."""

    version = models.ForeignKey(RotationVersion, on_delete=models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField()
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="oncall_slot_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.user_id or 'nobody'}"


class Override(models.Model):
    """Somebody covers a span of a schedule; ended by `cancelled_at`, never deleted."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="overrides")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    replaces = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="oncall_override_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} covers {self.starts_at:%d %b %H:%M}"

    def value(self) -> rota.Override:
        """Return this cover as the resolver's value; a later one is the later word."""
        return rota.Override(
            seq=self.pk,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            user=self.user_id,
            replaces=self.replaces_id,
        )

    def clean(self) -> None:
        """Refuse an override of somebody by themselves."""
        if self.replaces_id is not None and self.replaces_id == self.user_id:
            raise ValidationError("Nobody covers for themselves; choose another person.")
