"""Calendar feeds: a secret address per reader, and the events that were published, so that changes can be told."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from core.models import Team, User
from oncall.models.rotation import RotationVersion
from oncall.models.schedule import Layer, Schedule


class ShiftEvent(models.Model):
    """One shift as calendars know it. A change bumps `sequence`; what is gone stays as cancelled (RFC 5545, 3.8.7.4)."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="events")
    layer = models.ForeignKey(
        Layer, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shift_events")
    seat = models.CharField(max_length=9, choices=RotationVersion.Seat)
    uid = models.CharField(max_length=64, unique=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["schedule", "ends_at"], name="oncall_events_of_schedule"),
            models.Index(fields=["user", "ends_at"], name="oncall_events_of_person"),
        ]

    def __str__(self) -> str:
        return self.uid


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    """Feeds as sentences."""

    def live(self) -> Self:
        """Leave out what was revoked, or belongs to somebody who left."""
        return self.filter(revoked_at=None, owner__is_active=True)

    def with_change(self) -> Self:
        """Add `changed_at`: the latest change of any event in the feed; None for an empty one."""
        of = (
            Q(user=OuterRef("person"))
            | Q(schedule=OuterRef("schedule"))
            | Q(schedule__team=OuterRef("team"))
        )
        latest = ShiftEvent.objects.filter(of).order_by("-changed_at").values("changed_at")[:1]
        return self.annotate(changed_at=Subquery(latest))


class CalendarFeed(models.Model):
    """A secret address that shows the shifts of one person, one schedule or one team. The secret is kept hashed."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_feeds")
    person = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    schedule = models.ForeignKey(
        Schedule, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar_feeds"
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, schedule__isnull=True, team__isnull=True)
                | Q(person__isnull=True, schedule__isnull=False, team__isnull=True)
                | Q(person__isnull=True, schedule__isnull=True, team__isnull=False),
                name="oncall_feed_shows_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}"

    def events(self, since: datetime) -> "models.QuerySet[ShiftEvent]":
        """Return what the feed shows: events that end after `since`, cancelled ones too."""
        of = Q(user=self.person_id) if self.person_id else Q(schedule=self.schedule_id)
        if self.team_id:
            of = Q(schedule__team=self.team_id)
        rows = ShiftEvent.objects.filter(of, ends_at__gt=since)
        return rows.select_related("schedule", "layer", "user")
