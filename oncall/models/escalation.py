"""Escalations, pages and reply tokens: the rows that hold every timer of the pager."""

from django.db import models
from django.db.models import Q

from core.models import User
from incidents.models import Incident
from oncall.models.policy import EscalationPolicy


class Escalation(models.Model):
    """One run of a policy for one incident. `next_due_at` is its timer; nothing else is.

    `steps` is the policy as it was when the run began: [{"wait_s", "schedules": [id], "people": [id], "seat"}]; a step
    with "woken" is for who had snoozed it.
    `generation` counts runs of the same incident (after a snooze, a raised severity, a re-page).
    `passed_by`: who passed it on, spared for a step; who had acknowledged it, until somebody takes it over. `unreached_at`: a step found nobody.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        STOPPED = "stopped"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="escalations")
    generation = models.PositiveIntegerField()
    policy = models.ForeignKey(
        EscalationPolicy, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    steps = models.JSONField()
    fallback = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    cycle = models.PositiveIntegerField(default=0)
    step = models.PositiveIntegerField(default=0)
    next_due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    advanced_at = models.DateTimeField(null=True)
    snoozed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    passed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    unreached_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=Q(state="waiting"), name="oncall_escalation_due"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "generation"], name="oncall_generation_once"
            ),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(state="waiting"),
                name="oncall_one_running_escalation",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_due_at__isnull=False, stopped_at__isnull=True)
                | Q(state="stopped", next_due_at__isnull=True, stopped_at__isnull=False),
                name="oncall_waiting_has_a_due_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"escalation {self.generation} of {self.incident_id}"


class Page(models.Model):
    """One person called about one incident at one step of one cycle: never twice (design.md 4.4)."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="pages")
    generation = models.PositiveIntegerField()
    cycle = models.PositiveIntegerField()
    step = models.PositiveIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pages")
    created_at = models.DateTimeField()
    why = models.CharField(max_length=200)
    unsent_reason = models.CharField(max_length=200, blank=True)
    is_fallback = models.BooleanField(default=False)
    subject = models.CharField(
        max_length=255, blank=True
    )  # of its first mail; what follows answers in that thread

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "generation", "cycle", "step", "user"],
                name="oncall_page_once",
            )
        ]

    def __str__(self) -> str:
        return f"page {self.pk} to {self.user_id}"

    def place_after(self, run: Escalation) -> tuple[int, int]:
        """Return the (cycle, step) at which `run` stands after this page's step and before the next."""
        is_last = self.step + 1 >= len(run.steps)
        return (self.cycle + 1, 0) if is_last else (self.cycle, self.step + 1)


class ReplyToken(models.Model):
    """A capability to answer one page, made at each sending; only its SHA-256 is kept."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"token of page {self.page_id}"
