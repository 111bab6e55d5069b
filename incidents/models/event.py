"""What arrived: raw events, what was refused, and change events."""

from django.db import models
from django.db.models import Q

from incidents.models.source import Source, SourceKey


class Verdict(models.TextChoices):
    """What became of an event or of one item in it, from best to worst (design.md 6)."""

    PENDING = "pending"
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    SUPPRESSED = "suppressed"
    STALE = "stale"
    ORPHAN_RESOLVE = "orphan_resolve"
    QUARANTINED = "quarantined"


SEVERITY_OF_VERDICT = {verdict: place for place, verdict in enumerate(Verdict.values)}


def worst(verdicts: list[str]) -> str:
    """Return the worst of the items' verdicts; an event without items was ignored."""
    return max(verdicts, key=SEVERITY_OF_VERDICT.__getitem__, default=Verdict.IGNORED.value)


class RawEvent(models.Model):
    """One accepted request, byte for byte. Committed before the 202; digested afterwards."""

    Verdict = Verdict

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="events")
    key = models.ForeignKey(SourceKey, on_delete=models.SET_NULL, null=True, related_name="+")
    received_at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    body = models.BinaryField()
    made_key = models.CharField(max_length=64, blank=True)
    delivery_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  NULL is "none sent": unique only where sent
    verdict = models.CharField(max_length=14, choices=Verdict, default=Verdict.PENDING)
    items = models.JSONField(default=list)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["source", "id"],
                condition=Q(verdict="pending"),
                name="incidents_event_pending",
            ),
            models.Index(
                fields=["-id"],
                condition=Q(verdict="quarantined"),
                name="incidents_event_quarantined",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "delivery_id"],
                condition=Q(delivery_id__isnull=False),
                name="incidents_delivery_once",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="incidents_verdict_is_known"
            ),
            models.CheckConstraint(
                condition=Q(verdict="pending", processed_at__isnull=True)
                | (~Q(verdict="pending") & Q(processed_at__isnull=False)),
                name="incidents_event_processed_or_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"


class Rejection(models.Model):
    """A request with a valid key that could not be accepted: kept so that its sender can be mended."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="rejections")
    received_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    detail = models.TextField(blank=True)
    body = models.BinaryField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


class ChangeEvent(models.Model):
    """Something that was changed on purpose (a deploy, a switch); never pages (integrations 2.6)."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="changes")
    event = models.ForeignKey(RawEvent, on_delete=models.SET_NULL, null=True, related_name="+")
    occurred_at = models.DateTimeField()
    summary = models.CharField(max_length=1024)
    origin = models.CharField(max_length=255, blank=True)
    links = models.JSONField(default=list)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-occurred_at"]
        indexes = [models.Index(fields=["-occurred_at"], name="incidents_change_occurred")]

    def __str__(self) -> str:
        return self.summary
