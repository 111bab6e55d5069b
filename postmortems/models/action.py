"""Action items: what will be changed, by whom, until when, and what proves it."""

from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition

from core.models import Team, User
from incidents.models import Incident
from incidents.models.history import Deed
from postmortems.models.postmortem import Factor, Postmortem


class State(models.TextChoices):
    """Where an action item stands; the playbook may give other words."""

    OPEN = "open"
    IN_PROGRESS = "in_progress", "in progress"
    BLOCKED = "blocked"
    DONE = "done"
    WONT_DO = "wont_do", "won't do"


UNFINISHED = (State.OPEN, State.IN_PROGRESS, State.BLOCKED)
FINISHED = (State.DONE, State.WONT_DO)


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    """Action items as sentences."""

    def unfinished(self) -> Self:
        """Return those that somebody still has to do."""
        return self.filter(state__in=UNFINISHED)

    def overdue(self, today: date) -> Self:
        """Return unfinished ones whose due date has passed on `today`."""
        return self.unfinished().filter(due_on__lt=today)

    def of(self, user: User) -> Self:
        """Return those that a person owns."""
        return self.filter(owner=user)


class ActionItem(FSMModelMixin, models.Model):
    """One thing to change. Its number is its primary key (ACT-311).

    It stands alone on an incident, or belongs to that incident's postmortem. `original_due_on` never
    changes; `times_moved` counts how often `due_on` did. `next_reminder_at` is its one timer.
    """

    class Priority(models.TextChoices):
        NONE = "", "not set"
        HIGH = "high"
        MEDIUM = "medium"
        LOW = "low"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="action_items")
    postmortem = models.ForeignKey(
        Postmortem, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    factor = models.ForeignKey(
        Factor, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    kind = models.CharField(max_length=40, blank=True)
    horizon = models.CharField(max_length=40, blank=True)
    priority = models.CharField(max_length=6, choices=Priority, default=Priority.NONE, blank=True)
    measure = models.CharField("how we see that it works", max_length=300, blank=True)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="action_items"
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="action_items"
    )
    due_on = models.DateField(null=True, blank=True)
    original_due_on = models.DateField(null=True, blank=True)
    times_moved = models.PositiveSmallIntegerField(default=0)
    state = FSMField(choices=State, default=State.OPEN.value, protected=True, max_length=11)
    evidence = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=Q(state__in=UNFINISHED),
                name="postmortems_unfinished",
            ),
            models.Index(
                fields=["next_reminder_at"],
                condition=Q(next_reminder_at__isnull=False),
                name="postmortems_to_remind",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="postmortems_action_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=FINISHED, done_at__isnull=False)
                | (~Q(state__in=FINISHED) & Q(done_at__isnull=True)),
                name="postmortems_finished_has_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DONE) | ~Q(evidence=""),
                name="postmortems_done_has_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=FINISHED) | Q(next_reminder_at__isnull=True),
                name="postmortems_finished_reminds_nobody",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(original_due_on__isnull=False),
                name="postmortems_due_keeps_its_first_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def label(self) -> str:
        """Return the number as people say it, for example ACT-311."""
        return f"ACT-{self.pk}"

    @property
    def answering_team_id(self) -> int:
        """Return the id of the team that answers for it: its own, else the incident's."""
        return self.team_id or self.incident.team_id

    @property
    def state_word(self) -> str:
        """Return the playbook's word for where it stands."""
        labels = self.incident.playbook.playbook.actions.labels
        return next((word for state, word in labels.items() if state == self.state), self.state)

    def is_late(self, today: date) -> bool:
        """Return whether it should have been done before `today`."""
        return self.state in UNFINISHED and self.due_on is not None and self.due_on < today

    @transition(field=state, source=[State.OPEN, State.BLOCKED], target=State.IN_PROGRESS)
    def start(self, at: datetime) -> None:
        """Somebody works on it."""

    @transition(field=state, source=[State.OPEN, State.IN_PROGRESS], target=State.BLOCKED)
    def block(self, at: datetime) -> None:
        """It waits for something else."""

    @transition(field=state, source=list(UNFINISHED), target=State.DONE)
    def finish(self, at: datetime) -> None:
        """It is done, and its evidence says so."""
        self.done_at, self.next_reminder_at = at, None

    @transition(field=state, source=list(UNFINISHED), target=State.WONT_DO)
    def drop(self, at: datetime) -> None:
        """It will not be done, for a reason."""
        self.done_at, self.next_reminder_at = at, None

    @transition(field=state, source=list(FINISHED), target=State.OPEN)
    def reopen(self, at: datetime) -> None:
        """It was not over after all."""
        self.done_at = None


class ActionMove(Deed):
    """One change of an action item, append-only: what, from, to, who, when and why."""

    item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="moves")
    field = models.CharField(max_length=20)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["item", "pk"]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"


class Reminder(models.Model):
    """One reminder of one action item: once per due date and step, whoever runs it and however often."""

    item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField()
    step = models.CharField(max_length=10)
    at = models.DateTimeField()
    people: "models.ManyToManyField[User, models.Model]" = models.ManyToManyField(
        User, related_name="+"
    )

    class Meta:
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "due_on", "step"], name="postmortems_reminder_once_per_step"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} for {self.due_on}"
