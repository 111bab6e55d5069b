"""What one person wants to say in public, where the page asks a second one to agree."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition

from core.models import User
from incidents.models import Incident
from statuspage.models.maintenance import Maintenance
from statuspage.models.page import Page


class Proposal(FSMModelMixin, models.Model):
    """Something to say as it would be published: nobody edits it, a newer one takes its place.

    `act`: an update of `incident`, the announcement of planned work, or the change of, or a word on, a `work` that is
    announced; an announcement has its `work` once it is approved. `said`: the words as JSON, with `name` and `body`.
    `seen`, `draft_seen`: what its author had seen, as publishing asks.
    """

    class Act(models.TextChoices):
        UPDATE = "update"
        PLAN = "plan"
        CHANGE = "change"
        WORD = "word"

    class State(models.TextChoices):
        ASKED = "asked"
        APPROVED = "approved"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="proposals")
    act = models.CharField(max_length=6, choices=Act, default=Act.UPDATE.value)
    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    work = models.ForeignKey(
        Maintenance, on_delete=models.CASCADE, null=True, blank=True, related_name="proposals"
    )
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
            models.UniqueConstraint(
                fields=["work"], condition=Q(state="asked"), name="statuspage_one_proposal_a_work"
            ),
            models.CheckConstraint(
                condition=Q(act="update", incident__isnull=False, work__isnull=True)
                | Q(act="plan", incident__isnull=True)
                | Q(act__in=["change", "word"], incident__isnull=True, work__isnull=False),
                name="statuspage_proposal_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "approved", "declined", "withdrawn"]),
                name="statuspage_proposal_state_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.said["name"])

    @property
    def what(self) -> str:
        """Return what is proposed, as a sentence names it: "a public update of INC-7, Cards fail"."""
        return f"{self.kind} {self.of}" if self.incident is not None else f"{self.kind}, {self.of}"

    @property
    def kind(self) -> str:
        """Return what kind of thing is proposed: "a public update"."""
        return {
            self.Act.UPDATE: "a public update",
            self.Act.PLAN: "planned work",
            self.Act.CHANGE: "a change of planned work",
            self.Act.WORD: "a word on planned work",
        }[self.Act(self.act)]

    @property
    def of(self) -> str:
        """Return of which thing it is: "of INC-7, Cards fail", or the name of the work."""
        if self.incident is not None:
            return f"of {self.incident.label}, {self.incident.title}"
        return str(self.said["name"])

    def moment(self, name: str) -> datetime | None:
        """Return an instant of its words (UTC), None where they have none of that name."""
        kept = self.said.get(name)
        return datetime.fromisoformat(kept) if kept else None

    @property
    def about(self) -> Incident | Page:
        """Return what a person must be allowed to publish of, to answer it."""
        return self.incident if self.incident is not None else self.page

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
