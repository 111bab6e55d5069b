"""People who can be paged, and where they can be reached."""

from datetime import datetime
from typing import Self

from django.db import models

from core.models import User


class Responder(models.Model):
    """A person who may be on call."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="responder")
    is_active = models.BooleanField("may be paged", default=True)

    class Meta:
        ordering = ["user__username"]

    def __str__(self) -> str:
        return self.user.display_name


class ContactMethodQuerySet(models.QuerySet["ContactMethod"]):
    """Contacts as sentences."""

    def usable(self) -> Self:
        """Return those that a page may go to: verified, not disabled, of a person who may be paged."""
        return self.filter(
            verified_at__isnull=False,
            disabled_at=None,
            responder__is_active=True,
            responder__user__is_active=True,
        )


class ContactMethod(models.Model):
    """One contact of a responder. Unverified ones get verification and test messages only."""

    responder = models.ForeignKey(Responder, on_delete=models.CASCADE, related_name="contacts")
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=500)
    secret = models.TextField(blank=True, editable=False)
    position = models.PositiveSmallIntegerField(default=1)
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True, editable=False)
    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    code_expires_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ContactMethodQuerySet.as_manager()

    class Meta:
        ordering = ["responder", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["responder", "channel", "address"], name="oncall_address_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}"

    def verify(self, at: datetime) -> None:
        """Mark the address as its owner's, as of `at`."""
        self.verified_at, self.code_digest, self.code_expires_at = at, "", None
