"""Alerts: one row per episode, and the key that episodes of one condition share."""

from typing import Self

from django.db import models
from django.db.models import Q

from incidents.models.event import RawEvent
from incidents.models.incident import Incident
from incidents.models.source import Source


class AlertKey(models.Model):
    """What one source calls one condition. Holds what outlives an episode (integrations 8.3).

    `last_sequence`: the latest raw event applied. `closed_episode`: the latest episode that is over,
    seen firing or not; nothing up to it opens again (I3, I5). `resolved_at`: when the sender last
    said that it ended, for the hold-down (I6).
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="alert_keys")
    key = models.CharField(max_length=255)
    last_sequence = models.BigIntegerField(default=0)
    closed_episode = models.CharField(max_length=40, blank=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="incidents_alert_key_once")
        ]

    def __str__(self) -> str:
        return self.key


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts as sentences."""

    def open(self) -> Self:
        """Return the episodes that have not ended."""
        return self.filter(state=Alert.State.FIRING)


class Alert(models.Model):
    """One episode of one condition: from its first trigger to its end."""

    class State(models.TextChoices):
        FIRING = "firing"
        RESOLVED = "resolved"
        SUPERSEDED = "superseded"

    key = models.ForeignKey(AlertKey, on_delete=models.CASCADE, related_name="alerts")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="alerts")
    incident = models.ForeignKey(
        Incident, on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    episode = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.FIRING)
    title = models.CharField(max_length=1024)
    description = models.TextField(blank=True)
    severity = models.CharField(max_length=8)
    severity_raw = models.CharField(max_length=128, blank=True)
    is_unmapped = models.BooleanField("severity is not mapped", default=False)
    group_key = models.CharField(max_length=320, blank=True)
    labels = models.JSONField(default=dict)
    links = models.JSONField(default=list)
    client = models.CharField(max_length=255, blank=True)
    count = models.PositiveIntegerField("receipts", default=1)
    started_at = models.DateTimeField()
    first_received_at = models.DateTimeField()
    last_received_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    first_event = models.ForeignKey(
        RawEvent, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["held_until"],
                condition=Q(held_until__isnull=False),
                name="incidents_alert_held",
            ),
            models.Index(fields=["state", "-id"], name="incidents_alert_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(state="firing"),
                name="incidents_one_open_episode_per_key",
            ),
            models.UniqueConstraint(
                fields=["key", "episode"], condition=~Q(episode=""), name="incidents_episode_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["firing", "resolved", "superseded"]),
                name="incidents_alert_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="firing", ended_at__isnull=True)
                | (~Q(state="firing") & Q(ended_at__isnull=False)),
                name="incidents_alert_ended_when_not_firing",
            ),
            models.CheckConstraint(
                condition=Q(held_until__isnull=True) | Q(state="firing"),
                name="incidents_only_firing_is_held",
            ),
        ]

    def __str__(self) -> str:
        return self.title
