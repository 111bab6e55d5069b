"""Which reminders of a word owed to the public have been sent."""

from django.db import models
from django.db.models import Q

from incidents.models import Incident
from statuspage.models.page import Page


class Nudge(models.Model):
    """A reminder of the update `number` that an incident owes a page's readers; one for each reason. Append-only."""

    class Why(models.TextChoices):
        SOON = "soon"
        LATE = "late"
        WITHHELD = "withheld"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="nudges")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=8, choices=Why.choices)
    due_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "page", "number", "why"], name="statuspage_nudge_once"
            ),
            models.CheckConstraint(
                condition=Q(why__in=["soon", "late", "withheld"]),
                name="statuspage_nudge_reason_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.why}: update {self.number} of INC-{self.incident_id}"
