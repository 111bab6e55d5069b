"""The outbox: one row per message and address, claimed with a lease, proven by its attempts."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from core.models import User

# The proof of a mail that no server took: it was kept (KeptMail), and woke nobody.
KEPT = "kept, because no mail server is configured"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries as sentences."""

    def waiting(self) -> Self:
        """Return those that are still to be sent, or are being sent."""
        return self.filter(state__in=[Delivery.State.PENDING, Delivery.State.LEASED])

    def left(self) -> Self:
        """Return those that the receiving side took; a kept mail is none of them."""
        return self.filter(state=Delivery.State.SENT).exclude(proof=KEPT)

    def due(self, at: datetime) -> Self:
        """Return those to send now: due and pending, or leased by somebody who did not come back."""
        pending = Q(state=Delivery.State.PENDING, not_before__lte=at)
        abandoned = Q(state=Delivery.State.LEASED, lease_until__lte=at)
        return self.filter(pending | abandoned)


class Delivery(models.Model):
    """One message to one address. At least once; at most one extra copy per crash (reliability 0.5).

    `kind` and `object_id` say what it is about; the app that asked for it writes the text at the
    moment of sending and is asked whether it is still wanted (DELIVERY_TEXTS, DELIVERY_GUARDS).
    """

    class State(models.TextChoices):
        PENDING = "pending"
        LEASED = "leased"
        SENT = "sent"
        FAILED = "failed"
        SUPPRESSED = "suppressed"
        EXPIRED = "expired"

    class Priority(models.IntegerChoices):
        PAGE = 0
        NOTICE = 5
        BULK = 9

    unique_key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    recipient = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=500)
    secret = models.TextField(blank=True, editable=False)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NOTICE)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    proof = models.CharField(max_length=255, blank=True)
    error = models.CharField(max_length=500, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["priority", "not_before"],
                condition=Q(state="pending"),
                name="notify_pending",
            ),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="notify_leased"),
            models.Index(fields=["kind", "object_id"], name="notify_about"),
            models.Index(fields=["created_at"], name="notify_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["pending", "leased", "sent", "failed", "suppressed", "expired"]
                ),
                name="notify_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="leased", lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state="leased") & Q(lease_token__isnull=True, lease_until__isnull=True)),
                name="notify_lease_belongs_to_leased",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="notify_sent_has_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="notify_expires_after_creation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"

    @property
    def is_kept(self) -> bool:
        """Return whether it was kept instead of sent."""
        return self.state == Delivery.State.SENT and self.proof == KEPT


class DeliveryAttempt(models.Model):
    """One try to send, committed before the network is touched."""

    class Outcome(models.TextChoices):
        STARTED = "started"
        SENT = "sent"
        FAILED = "failed"
        UNKNOWN = "unknown"

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    lease_token = models.UUIDField(unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.STARTED)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["delivery", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "number"], name="notify_attempt_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["started", "sent", "failed", "unknown"]),
                name="notify_outcome_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.outcome}"


class KeptMail(models.Model):
    """A mail that was kept instead of sent, because no mail server is configured."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="kept")
    kept_at = models.DateTimeField()
    to = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    text = models.TextField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject
