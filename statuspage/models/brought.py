"""Lists of subscribers that were brought to a page, each with who brought it and why that is right."""

from django.db import models

from core.models import User
from statuspage.models.page import Page


class SubscriberList(models.Model):
    """A list of subscribers: looked at first, then taken in, in batches; the next one begins after line `reached`.

    `lines`: those that could be read, encrypted, and deleted when all are taken or a day after nobody took them.
    `is_agreed`: their owners said yes elsewhere, of which `reason` is the proof; else each is asked. `report`: counts, and
    what was left out by line, without addresses.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="subscriber_lists")
    name = models.CharField("file", max_length=120)
    is_agreed = models.BooleanField("have agreed elsewhere", default=False)
    reason = models.TextField("proof of that", blank=True)
    lines = models.TextField(blank=True, editable=False)
    report = models.JSONField(default=dict)
    reached = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "list of subscribers"
        verbose_name_plural = "lists of subscribers"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_agreed=False) | ~models.Q(reason=""),
                name="statuspage_agreed_has_a_proof",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the page's."""
        return self.page.team_id
