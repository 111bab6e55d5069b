"""Who came in, how, and who was turned away; links that break the glass; the cache that all processes share."""

from typing import Any

from django.db import models
from django.db.models import Q

from core.models.people import User


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Rows that are written once."""

    def update(self, **kwargs: Any) -> int:
        """Refuse: what happened stays as it was written."""
        raise TypeError("Sign-ins are written once.")


class SignIn(models.Model):
    """One thing that happened at the door, or to what opens it. Written once, never changed.

    `who` is the user name, kept beside the person so that the row outlives them. Of a name that nobody
    has only a keyed digest is kept (`typed`): it may have been a password. `why` is for Administrators.
    """

    class Event(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        REFUSED = "refused", "Refused"
        HELD_OFF = "held_off", "Held off: too many tries"
        CONFIRMED = "confirmed", "Proved again who they are"
        SIGNED_OUT = "signed_out", "Signed out"
        ENDED = "ended", "Ended their other sessions"
        PASSWORD_CHANGED = "password_changed", "Changed the password"
        FACTOR_ADDED = "factor_added", "Added a way to sign in"
        FACTOR_REMOVED = "factor_removed", "Removed a way to sign in"
        CODES_RENEWED = "codes_renewed", "Made new recovery codes"
        GLASS_PREPARED = "glass_prepared", "Break-glass link made"

    class Method(models.TextChoices):
        PASSWORD = "password", "Password"
        PASSKEY = "passkey", "Passkey"
        OIDC = "oidc", "Company account"
        BREAK_GLASS = "break_glass", "Break-glass"
        TOTP = "totp", "Authenticator app"
        RECOVERY_CODE = "recovery_code", "Recovery code"

    at = models.DateTimeField(db_index=True, editable=False)
    event = models.CharField(max_length=16, choices=Event, editable=False)
    method = models.CharField(max_length=16, choices=Method, blank=True, editable=False)
    second = models.CharField("second factor", max_length=40, blank=True, editable=False)
    user = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="sign_ins", editable=False
    )
    who = models.CharField(max_length=150, blank=True, editable=False)
    typed = models.CharField(max_length=16, blank=True, editable=False)
    why = models.CharField(max_length=200, blank=True, editable=False)
    address = models.GenericIPAddressField(null=True, editable=False)
    agent = models.CharField("browser", max_length=200, blank=True, editable=False)

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = "sign-in"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"], name="core_signin_of_person")]

    def __str__(self) -> str:
        return f"{self.get_event_display()}: {self.who or 'nobody known'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new row; refuse to change one."""
        if not self._state.adding:
            raise TypeError("Sign-ins are written once.")
        super().save(*args, **kwargs)


class BreakGlassLink(models.Model):
    """A link that lets one Administrator in, once, within its time. Its token is stored hashed."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="break_glass_links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    used_at = models.DateTimeField(null=True, db_index=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")),
                name="core_glass_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"break-glass link of {self.user_id}"


class SharedCache(models.Model):
    """The table of Django's DatabaseCache, in the shape that it asks for: limits count for all processes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "core_cache"

    def __str__(self) -> str:
        return self.cache_key
