"""How layers turn: versions, append-only once in force; their slots; and the holidays they rest on."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from core.models import Team, User
from core.models.people import validate_zone
from oncall.models.schedule import Layer, validate_local_time


class HolidayCalendar(models.Model):
    """Days on which rotations rest or to which they are bound: a country's own, and days added by hand."""

    name = models.CharField(max_length=120, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="holiday_calendars")
    country = models.CharField(
        max_length=2,
        blank=True,
        help_text="Two letters, as in NO; its public holidays are filled in for three years ahead.",
    )
    subdivision = models.CharField(
        max_length=20, blank=True, help_text="As in BY or CA; may be empty."
    )
    filled_to = models.PositiveSmallIntegerField("filled to the end of", null=True, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class HolidayQuerySet(models.QuerySet["Holiday"]):
    """Days as sentences."""

    def kept(self) -> Self:
        """Leave out those that somebody took out."""
        return self.filter(taken_out_at=None)


class Holiday(models.Model):
    """One local day of a calendar: public, as its country has it, or a day of one's own.

    What is taken out stays as a row, so that filling the calendar again does not bring it back.
    """

    calendar = models.ForeignKey(HolidayCalendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    name = models.CharField(max_length=120, blank=True)
    is_public = models.BooleanField(default=False, editable=False)
    taken_out_at = models.DateTimeField(null=True, editable=False)

    objects = HolidayQuerySet.as_manager()

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="oncall_holiday_once")
        ]

    def __str__(self) -> str:
        return f"{self.date:%d %b %Y} {self.name}".strip()


class RotationVersionQuerySet(models.QuerySet["RotationVersion"]):
    """Versions as sentences."""

    def valid(self) -> Self:
        """Leave out those that an edit took back before they came into force."""
        return self.filter(withdrawn_at=None)


class RotationVersion(models.Model):
    """How a layer turns from one instant on. Append-only once in force: an edit closes it and opens the next."""

    class Unit(models.TextChoices):
        HOUR = "hour"
        DAY = "day"
        WEEK = "week"
        MONTH = "month"

    class TurnMode(models.TextChoices):
        CALENDAR = "calendar", "every day counts"
        ACTIVE = "active", "only days with hours count"

    class Seat(models.TextChoices):
        PRIMARY = "primary", "primary: is paged"
        SECONDARY = "secondary", "secondary: the backup"
        SHADOW = "shadow", "shadow: learns, never paged"

    class Mode(models.TextChoices):
        EXCLUSIVE = "exclusive", "exclusive: answers alone"
        ADDITIVE = "additive", "additive: those below answer as well"

    class HolidayEffect(models.TextChoices):
        NONE = "none", "holidays are days like others"
        OFF = "off", "rests on holidays"
        ONLY = "only", "serves on holidays only"

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="versions")
    effective_from = models.DateTimeField(null=True, blank=True)
    effective_to = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    priority = models.PositiveSmallIntegerField(default=1)
    seat = models.CharField(max_length=9, choices=Seat, default=Seat.PRIMARY)
    mode = models.CharField(max_length=9, choices=Mode, default=Mode.EXCLUSIVE)
    anchor_local = models.CharField(
        "first handoff, local time",
        max_length=16,
        validators=[validate_local_time],
        help_text="As on the wall clock of the zone, for example 2026-03-16T09:00.",
    )
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    unit = models.CharField(max_length=5, choices=Unit, default=Unit.WEEK)
    length = models.PositiveSmallIntegerField(default=1)
    turn_mode = models.CharField(max_length=8, choices=TurnMode, default=TurnMode.CALENDAR)
    windows = models.JSONField(default=list, blank=True)
    holidays = models.ForeignKey(
        HolidayCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="versions"
    )
    holiday_effect = models.CharField(
        max_length=4, choices=HolidayEffect, default=HolidayEffect.NONE
    )

    objects = RotationVersionQuerySet.as_manager()

    class Meta:
        ordering = ["layer", "effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__in=["hour", "day", "week", "month"]), name="oncall_unit_is_known"
            ),
            models.CheckConstraint(
                condition=Q(seat__in=["primary", "secondary", "shadow"]),
                name="oncall_seat_is_known",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["exclusive", "additive"]), name="oncall_mode_is_known"
            ),
            models.CheckConstraint(
                condition=Q(turn_mode__in=["calendar", "active"]),
                name="oncall_turn_mode_is_known",
            ),
            models.CheckConstraint(
                condition=Q(holiday_effect__in=["none", "off", "only"]),
                name="oncall_holiday_effect_is_known",
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
                condition=Q(effective_to__isnull=True, withdrawn_at__isnull=True),
                name="oncall_one_last_version",
            ),
        ]

    def __str__(self) -> str:
        return f"every {self.length} {self.unit}"


class RotationSlot(models.Model):
    """Whose turn the n-th turn is: one row per person; a row without a person is an unassigned slot."""

    version = models.ForeignKey(RotationVersion, on_delete=models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField()
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="rotation_slots"
    )

    class Meta:
        ordering = ["version", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position", "user"], name="oncall_slot_holds_a_person_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.user_id or 'nobody'}"
