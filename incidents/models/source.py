"""Sources: where events come from, and the keys by which they are known."""

from django.db import models
from django.db.models import Q

from incidents.models.service import Service


class Source(models.Model):
    """One monitoring system that sends one format for one service. Identity of alerts hangs on it."""

    name = models.CharField(max_length=120, unique=True)
    format = models.CharField(max_length=20)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="sources")
    service_label = models.CharField(
        max_length=128,
        blank=True,
        help_text="Label that names another service by its slug; empty: always this source's service.",
    )
    hold_down_s = models.PositiveIntegerField(
        "reopen hold-down (seconds)",
        default=60,
        help_text="A trigger this soon after the sender's own resolve pages only when the time is over.",
    )
    disabled_at = models.DateTimeField(null=True, blank=True)
    last_event_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hold_down_s__lte=3600), name="incidents_hold_down_is_an_hour_at_most"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the service's."""
        return self.service.team_id


class SourceKey(models.Model):
    """A secret of a source, stored as prefix and SHA-256; two may live, so that it can be rotated."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="keys")
    slot = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["source", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "slot"],
                condition=Q(revoked_at__isnull=True),
                name="incidents_two_live_keys_per_source",
            ),
            models.CheckConstraint(
                condition=Q(slot__in=[1, 2]), name="incidents_key_slot_is_one_or_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"
