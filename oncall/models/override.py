"""Overrides and absences: what changes who serves for a while. Ended by `cancelled_at`, never deleted."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from core.models import User
from oncall.models.schedule import Layer, Schedule
from oncall.rota.civil import to_wall


class Override(models.Model):
    """A change to who serves for a span of a schedule, or of one of its layers."""

    class Kind(models.TextChoices):
        COVER = "cover", "cover: takes the seat, whoever holds it"
        SUBSTITUTE = "substitute", "substitute: serves instead of one person"
        ADD = "add", "add: serves beside the others"
        REMOVE = "remove", "remove: does not serve, and nobody fills in"

    class Source(models.TextChoices):
        OVERRIDE = "override", "by hand"
        SWAP = "swap", "a swap"
        TAKE = "take_pager", "took the pager"
        ICAL = "ical", "a calendar"

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="overrides")
    layer = models.ForeignKey(
        Layer, on_delete=models.CASCADE, null=True, blank=True, related_name="overrides"
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.COVER)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="overrides"
    )
    subject = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="overridden"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    source = models.CharField(
        max_length=10, choices=Source, default=Source.OVERRIDE, editable=False
    )
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-starts_at"]
        indexes = [
            models.Index(
                fields=["schedule", "ends_at"],
                condition=Q(cancelled_at__isnull=True),
                name="oncall_standing_overrides",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="oncall_override_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(kind="remove", user__isnull=True, subject__isnull=False)
                | Q(kind="substitute", user__isnull=False, subject__isnull=False)
                | Q(kind__in=["cover", "add"], user__isnull=False, subject__isnull=True),
                name="oncall_override_names_its_people",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(subject__isnull=True) | ~Q(user=F("subject")),
                name="oncall_nobody_covers_themselves",
            ),
        ]

    def __str__(self) -> str:
        begins = to_wall(self.starts_at, self.schedule.zone)
        return f"{self.schedule.name}: {self.kind} from {begins.day} {begins:%b %H:%M}"

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the schedule's."""
        return self.schedule.team_id


class UnavailabilityQuerySet(models.QuerySet["Unavailability"]):
    """Absences as sentences."""

    def valid(self) -> Self:
        """Leave out those that were taken back."""
        return self.filter(cancelled_at=None)


class Unavailability(models.Model):
    """A person is away (R137): marked on every schedule, and where asked their turns pass on."""

    class Kind(models.TextChoices):
        VACATION = "vacation"
        PERSONAL = "personal"
        DEADLINE = "deadline", "heavy deadline"

    class Mode(models.TextChoices):
        FLAG = "flag", "mark it: the shift stays until somebody takes it"
        SKIP = "skip", "skip: the turn passes to the next person"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.VACATION)
    mode = models.CharField(max_length=4, choices=Mode, default=Mode.FLAG)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=10, default="person", editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UnavailabilityQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        verbose_name_plural = "unavailability"
        indexes = [
            models.Index(
                fields=["user", "ends_at"],
                condition=Q(cancelled_at__isnull=True),
                name="oncall_standing_absences",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="oncall_absence_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        begins, ends = (to_wall(at, self.zone) for at in (self.starts_at, self.ends_at))
        span = f"{begins.day} {begins:%b %H:%M} to {ends.day} {ends:%b %H:%M}"
        return f"{self.user.display_name}: {self.get_kind_display()}, {span}"

    @property
    def zone(self) -> str:
        """Return the person's own time zone, in which the absence is told."""
        return self.user.time_zone or "UTC"
