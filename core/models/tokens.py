"""API tokens: shown once, stored as prefix and SHA-256 (reliability S5)."""

from django.db import models
from django.db.models import Q

from core.models.people import User


class ApiToken(models.Model):
    """A secret that stands for a person at the REST API, within a scope and a time."""

    class Scope(models.TextChoices):
        READ = "read"
        WRITE = "write"
        ADMIN = "admin"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, default="token")
    scope = models.CharField(max_length=5, choices=Scope)
    slot = models.PositiveSmallIntegerField(editable=False)
    prefix = models.CharField(max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name", "slot"],
                condition=Q(revoked_at__isnull=True),
                name="core_two_live_tokens_per_name",
            ),
            models.CheckConstraint(
                condition=Q(slot__in=[1, 2]), name="core_token_slot_is_one_or_two"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="core_token_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.scope})"
