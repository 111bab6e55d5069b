"""Planned work: announced, begun and ended by the clock or by a person (areas/statuspage.md 6.4)."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from core.models import User
from statuspage.models.page import Component, Page
from statuspage.rules.ids import LENGTH, new_id
from statuspage.rules.states import ComponentState, Work

WORK_CHOICES = [(work.value, work.value.replace("_", " ")) for work in Work]
STATES_DURING = [(s.value, s.value.replace("_", " ")) for s in ComponentState]
LONGEST_WORK = 11


class Maintenance(FSMModelMixin, models.Model):
    """Work that is planned from `scheduled_for` to `scheduled_until`, and then is done.

    `begins_itself`, `ends_itself`: the clock moves it, else a person does. `remind_minutes`: subscribers are
    reminded so long before (empty: never). `moved_from`: for when it was planned before it was moved.
    `sequence` grows with each change that calendars must see (RFC 5545, 3.8.7.4).
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_id, editable=False)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="maintenances")
    name = models.CharField(max_length=255)
    state = FSMField(
        choices=WORK_CHOICES, default=Work.SCHEDULED.value, protected=True, max_length=LONGEST_WORK
    )
    advice = models.TextField("what you can do", blank=True, max_length=1000)
    scheduled_for = models.DateTimeField("begins")
    scheduled_until = models.DateTimeField("ends")
    begins_itself = models.BooleanField("begins by the clock", default=True)
    ends_itself = models.BooleanField("ends by the clock", default=True)
    tells_begin = models.BooleanField("subscribers are told that it has begun", default=True)
    tells_end = models.BooleanField("subscribers are told that it is over", default=True)
    remind_minutes = models.PositiveIntegerField("reminder, minutes before", null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_update_by = models.DateTimeField(null=True, blank=True)
    moved_from = models.DateTimeField(null=True, blank=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    began_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    components: "models.ManyToManyField[Component, MaintenanceComponent]" = models.ManyToManyField(
        Component, through="MaintenanceComponent", related_name="maintenances"
    )

    class Meta:
        ordering = ["-scheduled_for", "-pk"]
        indexes = [
            models.Index(fields=["page", "-scheduled_for"], name="statuspage_works"),
            models.Index(
                fields=["scheduled_for"],
                condition=Q(state__in=["scheduled", "in_progress", "verifying"]),
                name="statuspage_works_ahead",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(Work)), name="statuspage_work_is_known"
            ),
            models.CheckConstraint(
                condition=Q(scheduled_until__gt=F("scheduled_for")),
                name="statuspage_work_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(state="scheduled", began_at__isnull=True, ended_at__isnull=True)
                | Q(
                    state__in=["in_progress", "verifying"],
                    began_at__isnull=False,
                    ended_at__isnull=True,
                )
                | Q(state="completed", began_at__isnull=False, ended_at__isnull=False)
                | Q(state="cancelled", ended_at__isnull=False),
                name="statuspage_work_has_its_times",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the page's."""
        return self.page.team_id

    @property
    def path(self) -> str:
        """Return the path of its public page."""
        return f"/incidents/{self.public_id}"

    @transition(field=state, source=Work.SCHEDULED, target=Work.IN_PROGRESS)
    def begin(self, at: datetime) -> None:
        """The work has begun."""
        self.began_at = at

    @transition(field=state, source=Work.IN_PROGRESS, target=Work.VERIFYING)
    def verify(self, at: datetime) -> None:
        """The work is done and is being looked at."""

    @transition(field=state, source=[Work.IN_PROGRESS, Work.VERIFYING], target=Work.COMPLETED)
    def complete(self, at: datetime) -> None:
        """It is over."""
        self.ended_at = at
        self.next_update_by = None

    @transition(
        field=state,
        source=[Work.SCHEDULED, Work.IN_PROGRESS, Work.VERIFYING],
        target=Work.CANCELLED,
    )
    def cancel(self, at: datetime) -> None:
        """It will not be done, or not to its end."""
        self.ended_at = at
        self.next_update_by = None


class MaintenanceComponent(models.Model):
    """A component that a maintenance touches, and how it does meanwhile."""

    maintenance = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="touched")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=20, choices=STATES_DURING, default=ComponentState.MAINTENANCE.value
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["maintenance", "component"], name="statuspage_touched_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.component_id}: {self.state}"


class MaintenanceUpdate(models.Model):
    """One published word on a maintenance. Append-only. `number` counts from 1 within it.

    `changes`: what it changed, as [{"code": public id, "name", "old_status", "new_status"}]. `alone_because`: why it
    was said without a second person, where the page asks for one; for us.
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_id, editable=False)
    maintenance = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="updates")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=LONGEST_WORK, choices=WORK_CHOICES)
    body = models.TextField(max_length=20_000)
    display_at = models.DateTimeField()
    created_at = models.DateTimeField()
    next_update_by = models.DateTimeField(null=True, blank=True)
    changes = models.JSONField(default=list)
    is_sent = models.BooleanField(default=False)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    alone_because = models.TextField(blank=True, max_length=1000)

    class Meta:
        ordering = ["maintenance", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["maintenance", "number"], name="statuspage_work_update_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(Work)), name="statuspage_work_update_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.state}"
