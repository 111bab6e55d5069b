"""What was said in public: incidents, their updates, and what each update changed."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from core.models import User
from incidents.models import Incident
from statuspage.models.page import Component, Page
from statuspage.rules.ids import LENGTH, new_id
from statuspage.rules.states import OVER, UNRESOLVED, Impact, Stage

STAGE_CHOICES = [(stage.value, stage.value) for stage in Stage]
LONGEST_NAME, LONGEST_BODY, LONGEST_STAGE = 255, 20_000, 13


class PublicIncident(FSMModelMixin, models.Model):
    """What visitors are told of one incident; nothing gets here but by a person's publishing.

    `incident`: the internal one that it tells of; its number is never shown. `impact`: the worst that it
    ever had, unless a person has said another (`impact_override`). `advice`: what visitors can do meanwhile.
    `summary`: one sentence for lists, once it is over. `is_backfilled`: told after the fact, and sent to nobody.
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_id, editable=False)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="incidents")
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    state = FSMField(
        choices=STAGE_CHOICES,
        default=Stage.INVESTIGATING.value,
        protected=True,
        max_length=LONGEST_STAGE,
    )
    impact = models.CharField(
        max_length=8, choices=[(i.value, i.value) for i in Impact], default=Impact.NONE.value
    )
    impact_override = models.CharField(
        max_length=8, choices=[(i.value, i.value) for i in Impact], blank=True
    )
    is_backfilled = models.BooleanField(default=False)
    advice = models.TextField("what you can do", blank=True, max_length=1000)
    summary = models.TextField(blank=True, max_length=1000)
    started_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    monitoring_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    next_update_by = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(fields=["page", "-started_at"], name="statuspage_history"),
            models.Index(
                fields=["page"], condition=Q(state__in=UNRESOLVED), name="statuspage_unresolved"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(Stage)), name="statuspage_stage_is_known"
            ),
            models.CheckConstraint(
                condition=Q(impact__in=list(Impact)), name="statuspage_impact_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNRESOLVED, resolved_at__isnull=True)
                | Q(state__in=OVER, resolved_at__isnull=False, next_update_by__isnull=True),
                name="statuspage_over_when_resolved",
            ),
            models.UniqueConstraint(
                fields=["page", "incident"],
                condition=Q(incident__isnull=False),
                name="statuspage_told_once_per_page",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Return whether it is not over."""
        return self.state in UNRESOLVED

    @property
    def path(self) -> str:
        """Return the path of its public page."""
        return f"/incidents/{self.public_id}"

    @transition(
        field=state,
        source=[Stage.IDENTIFIED, Stage.MONITORING, *OVER],
        target=Stage.INVESTIGATING,
    )
    def investigating(self, at: datetime) -> None:
        """The cause is being looked for, again."""
        self.resolved_at = None

    @transition(
        field=state,
        source=[Stage.INVESTIGATING, Stage.MONITORING, *OVER],
        target=Stage.IDENTIFIED,
    )
    def identified(self, at: datetime) -> None:
        """The cause is known."""
        self.resolved_at = None

    @transition(
        field=state,
        source=[Stage.INVESTIGATING, Stage.IDENTIFIED, *OVER],
        target=Stage.MONITORING,
    )
    def monitoring(self, at: datetime) -> None:
        """A remedy is in place and is being watched."""
        self.resolved_at = None
        self.monitoring_at = at

    @transition(field=state, source=list(UNRESOLVED), target=Stage.RESOLVED)
    def resolved(self, at: datetime) -> None:
        """It is over."""
        self.resolved_at = at
        self.next_update_by = None

    @transition(field=state, source=Stage.RESOLVED, target=Stage.POSTMORTEM)
    def postmortem(self, at: datetime) -> None:
        """What was learned is out."""


class PublicUpdate(models.Model):
    """One published word. Append-only. `number` counts from 1 within its incident.

    `display_at`: when it is shown to have been said. `published_by` is for us; no page shows it.
    `is_sent`: subscribers are told of it.
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_id, editable=False)
    incident = models.ForeignKey(PublicIncident, on_delete=models.CASCADE, related_name="updates")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=LONGEST_STAGE, choices=STAGE_CHOICES)
    body = models.TextField(max_length=LONGEST_BODY)
    display_at = models.DateTimeField()
    created_at = models.DateTimeField()
    next_update_by = models.DateTimeField(null=True, blank=True)
    is_sent = models.BooleanField(default=False)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["incident", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "number"], name="statuspage_update_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(Stage)), name="statuspage_update_stage_known"
            ),
            models.CheckConstraint(
                condition=Q(next_update_by__isnull=True) | Q(next_update_by__gt=F("display_at")),
                name="statuspage_promise_is_ahead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.state}"


class ComponentChange(models.Model):
    """What one update said of one component; `old_state` and `new_state` may be the same. Append-only."""

    update_of = models.ForeignKey(PublicUpdate, on_delete=models.CASCADE, related_name="changes")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="changes")
    old_state = models.CharField(max_length=20)
    new_state = models.CharField(max_length=20)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["update_of", "component"], name="statuspage_change_said_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.component_id}: {self.old_state} to {self.new_state}"
