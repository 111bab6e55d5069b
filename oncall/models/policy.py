"""Escalation policies: who is paged first, who next, after how long."""

from django.db import models
from django.db.models import Q

from core.models import Team, User
from incidents.models import Service
from oncall.models.schedule import Schedule


class EscalationPolicy(models.Model):
    """Timed steps, repeated until somebody acknowledges (R114). Running escalations keep a copy."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="policies")
    fallback = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Paged when a step reaches nobody; empty: every Administrator who can be reached.",
    )

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "escalation policies"

    def __str__(self) -> str:
        return self.name


class PolicyStep(models.Model):
    """One step: whom to page, and how long to wait for an answer before the next step."""

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    wait_s = models.PositiveIntegerField("wait for an answer (seconds)", default=300)
    schedules: "models.ManyToManyField[Schedule, models.Model]" = models.ManyToManyField(
        Schedule, blank=True
    )
    seat = models.CharField(
        "which seat of these schedules",
        max_length=9,
        choices=[("primary", "primary"), ("secondary", "secondary: the backup")],
        default="primary",
        blank=True,  # a form that leaves it out means the default
    )
    people: "models.ManyToManyField[User, models.Model]" = models.ManyToManyField(User, blank=True)

    class Meta:
        ordering = ["policy", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "position"], name="oncall_step_position_once"
            ),
            models.CheckConstraint(
                condition=Q(seat__in=["primary", "secondary"]), name="oncall_step_pages_a_seat"
            ),
            models.CheckConstraint(
                condition=Q(wait_s__gte=10, wait_s__lte=86_400),
                name="oncall_step_waits_seconds_to_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.position}"


class PolicyBinding(models.Model):
    """Which policy pages for which service; the row without a service is the mandatory default."""

    service = models.OneToOneField(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="policy_binding"
    )
    policy = models.ForeignKey(EscalationPolicy, on_delete=models.PROTECT, related_name="bindings")
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="oncall_one_default_policy",
            ),
            models.CheckConstraint(
                condition=Q(is_default=True, service__isnull=True)
                | Q(is_default=False, service__isnull=False),
                name="oncall_binding_is_default_or_of_a_service",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service or 'every other service'} → {self.policy}"
