"""A component that is somebody else's: its state is read from their Statuspage-format page."""

from django.db import models

from statuspage.models.page import Component


class FollowedComponent(models.Model):
    """What is followed: `external_id` on the page at `url` (its root), and what was last read there.

    After `failing_since` nothing could be read: the component then keeps its last state, and the page says so.
    """

    component = models.OneToOneField(Component, on_delete=models.CASCADE, related_name="followed")
    url = models.URLField(max_length=500)
    external_id = models.CharField(max_length=64, blank=True)
    external_name = models.CharField(max_length=255, blank=True)
    provider = models.CharField("who runs it", max_length=120, blank=True)
    etag = models.CharField(max_length=255, blank=True, editable=False)
    state = models.CharField(max_length=20, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_check_at = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    failure = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        ordering = ["component"]
        indexes = [models.Index(fields=["next_check_at"], name="statuspage_follow_due")]

    def __str__(self) -> str:
        return f"{self.component_id} follows {self.url}"

    @property
    def team_id(self) -> int:
        """Return the owning team's id: that of the component's page."""
        return self.component.team_id
