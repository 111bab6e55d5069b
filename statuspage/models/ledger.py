"""How components did and do: the ledger that every figure comes from, and what holds them now."""

from django.db import models
from django.db.models import F, Q

from core.models import User
from statuspage.models.maintenance import Maintenance
from statuspage.models.page import Component
from statuspage.models.public import PublicIncident
from statuspage.rules.states import ComponentState

STATE_CHOICES = [(state.value, state.value.replace("_", " ")) for state in ComponentState]
NOT_OPERATIONAL = [state.value for state in ComponentState if state != ComponentState.OPERATIONAL]
LONGEST_STATE = 20


class ComponentInterval(models.Model):
    """A component was in a state from `from_at` until `to_at` (empty: it still is). Append-only.

    Only what is not operational has intervals. A correction is a further row that `corrects` the
    former for the same time, with who and why; a corrected row no longer counts. That intervals of a
    component do not overlap is seen to by the one action that writes them, under the page's lock.
    """

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="intervals")
    state = models.CharField(max_length=LONGEST_STATE, choices=STATE_CHOICES)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    is_corrected = models.BooleanField(default=False)
    corrects = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="correction"
    )
    corrected_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    corrected_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["component", "from_at", "pk"]
        indexes = [models.Index(fields=["component", "to_at"], name="statuspage_ledger")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ComponentState]),
                name="statuspage_interval_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=NOT_OPERATIONAL) | Q(corrects__isnull=False),
                name="statuspage_interval_tells_of_trouble",
            ),
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gte=F("from_at")),
                name="statuspage_interval_ends_later",
            ),
            models.UniqueConstraint(
                fields=["component"],
                condition=Q(to_at__isnull=True, is_corrected=False),
                name="statuspage_one_open_interval",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, corrected_at__isnull=True)
                | Q(corrects__isnull=False, corrected_at__isnull=False),
                name="statuspage_correction_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component_id}: {self.state} from {self.from_at:%d %b %H:%M}"


class Hold(models.Model):
    """What keeps a component from being operational now: an open public incident, a maintenance, the page
    of somebody else that it follows, or a person by hand.

    The worst hold is the component's state; without one it is operational.
    """

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="holds")
    incident = models.ForeignKey(
        PublicIncident, on_delete=models.CASCADE, null=True, blank=True, related_name="holds"
    )
    maintenance = models.ForeignKey(
        Maintenance, on_delete=models.CASCADE, null=True, blank=True, related_name="holds"
    )
    is_followed = models.BooleanField(default=False)
    state = models.CharField(max_length=LONGEST_STATE, choices=STATE_CHOICES)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=NOT_OPERATIONAL), name="statuspage_hold_holds"
            ),
            models.UniqueConstraint(
                fields=["component", "incident"],
                condition=Q(incident__isnull=False),
                name="statuspage_one_hold_per_incident",
            ),
            models.UniqueConstraint(
                fields=["component", "maintenance"],
                condition=Q(maintenance__isnull=False),
                name="statuspage_one_hold_per_maintenance",
            ),
            models.UniqueConstraint(
                fields=["component", "is_followed"],
                condition=Q(incident__isnull=True, maintenance__isnull=True),
                name="statuspage_one_hold_by_hand",
            ),
            models.CheckConstraint(
                condition=Q(incident__isnull=True, maintenance__isnull=True)
                | Q(is_followed=False, incident__isnull=True)
                | Q(is_followed=False, maintenance__isnull=True),
                name="statuspage_hold_has_one_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component_id}: {self.state}"
