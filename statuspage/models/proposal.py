"""What one person wants to say in public, where the page asks a second one to agree."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition

from core.models import User
from incidents.models import Incident
from statuspage.models.page import Page


class Proposal(FSMModelMixin, models.Model):
    """An update as it would be published: nobody edits it, a newer one takes its place.

    `said`: the announcement as JSON. `seen`, `draft_seen`: what its author had seen, as publishing asks.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        APPROVED = "approved"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="proposals")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    state = FSMField(choices=State.choices, default=State.ASKED.value, protected=True, max_length=9)
    said = models.JSONField()
    seen = models.PositiveSmallIntegerField(default=0)
    draft_seen = models.PositiveIntegerField(null=True, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, max_length=1000)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "incident"],
                condition=Q(state="asked"),
                name="statuspage_one_proposal",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "approved", "declined", "withdrawn"]),
                name="statuspage_proposal_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Proposal for INC-{self.incident_id}"

    @transition(field=state, source=State.ASKED, target=State.APPROVED)
    def approve(self, by: User, at: datetime) -> None:
        """Another person agrees."""
        self.answered_by, self.answered_at = by, at

    @transition(field=state, source=State.ASKED, target=State.DECLINED)
    def decline(self, by: User, at: datetime) -> None:
        """Another person asks for other words."""
        self.answered_by, self.answered_at = by, at

    @transition(field=state, source=State.ASKED, target=State.WITHDRAWN)
    def withdraw(self, by: User | None, at: datetime) -> None:
        """Its author takes it back, or a newer word was said."""
        self.answered_by, self.answered_at = by, at
