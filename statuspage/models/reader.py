"""Who may read a page that is not for everybody, by a link that was mailed to them."""

from django.db import models

from core.models import User
from statuspage.models.page import Page


class Reader(models.Model):
    """A mail address that was invited to a private page. Its sign-in link works once, within its time.

    `version` grows when it is shut out or asks anew: what was let in under a former one is out.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="readers")
    email = models.CharField(max_length=320)
    link_hash = models.CharField(max_length=64, blank=True, editable=False)
    link_until = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    invited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    invited_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(fields=["page", "email"], name="statuspage_invited_once")
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the page's."""
        return self.page.team_id
