"""Incidents and the one state machine that moves them."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from core.errors import NotFound
from core.models import User
from incidents.models.playbook import PlaybookVersion
from incidents.models.service import Service
from incidents.models.source import Source
from incidents.playbook.lifecycle import ENDED, LIVE, TRIAGE, VERBS, WORKED, State

if TYPE_CHECKING:
    from core.actor import Actor

_FILTERED = ["rank", "state", "declared_at", "acknowledged_by", "opened_at", "ended_at"]
STATE_CHOICES = [(state.value, state.value.replace("_", " ")) for state in State]


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Incidents as sentences."""

    def open(self) -> Self:
        """Return those that are still live."""
        return self.filter(state__in=LIVE)

    def unheld(self) -> Self:
        """Return those that nobody has answered yet."""
        return self.filter(state=State.DETECTED)

    def one(self, number: int) -> "Incident":
        """Return the one of that number. Raises NotFound."""
        found = self.filter(pk=number).first()
        if found is None:
            raise NotFound(f"There is no incident {number}.")
        return found

    def locked(self) -> Self:
        """Return the same rows, locked until the transaction ends, in one order for everyone."""
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class Incident(FSMModelMixin, models.Model):
    """Something that is, or may be, wrong. In triage until somebody declares it (design.md 5).

    Its number is its primary key. `state` moves only through the transitions below, which
    `incidents.actions` calls; constraints repeat the law, since `QuerySet.update()` goes round any FSM.
    """

    title = models.CharField(max_length=1024)
    description = models.TextField(blank=True)
    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        related_name="incidents",
        db_index=False,  # incidents_of_service begins with it
    )
    rank = models.PositiveSmallIntegerField("severity")
    is_rank_fixed = models.BooleanField("severity set by a person", default=False)
    state = FSMField(
        choices=STATE_CHOICES, default=State.DETECTED.value, protected=True, max_length=14
    )
    playbook = models.ForeignKey(
        PlaybookVersion, on_delete=models.PROTECT, related_name="incidents"
    )
    source = models.ForeignKey(
        Source, on_delete=models.SET_NULL, null=True, blank=True, related_name="incidents"
    )
    group_key = models.CharField(max_length=320, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    declared_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="held_incidents",
        db_index=False,  # incidents_by_holder begins with it
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    unpaged_reason = models.CharField("why nobody was paged", max_length=200, blank=True)
    step = models.PositiveIntegerField(
        default=0
    )  # how many transitions so far: the log's next number

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["rank", "-id"], condition=Q(state__in=LIVE), name="incidents_open"
            ),
            # what the list filters by rides along, so that several filters are answered from the index alone
            models.Index(fields=["service", "-id"], include=_FILTERED, name="incidents_of_service"),
            models.Index(fields=["source", "group_key"], name="incidents_of_group"),
            models.Index(fields=["state", "-id"], name="incidents_by_state"),
            models.Index(fields=["rank", "-id"], name="incidents_by_rank"),
            models.Index(fields=["acknowledged_by", "-id"], name="incidents_by_holder"),
            models.Index(fields=["-opened_at"], name="incidents_opened"),
            models.Index(
                fields=["-ended_at"], condition=Q(ended_at__isnull=False), name="incidents_ended"
            ),
            models.Index(
                fields=["-id"],
                condition=Q(declared_at__isnull=False),
                include=["service", *_FILTERED],
                name="incidents_declared",
            ),
            models.Index(
                fields=["-id"],
                condition=Q(declared_at__isnull=False, state__in=[State.RESOLVED, State.IN_REVIEW]),
                name="incidents_to_review",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=4), name="incidents_rank_one_to_four"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(State)), name="incidents_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_at__isnull=True)
                | Q(state__in=ENDED, ended_at__isnull=False),
                name="incidents_ended_when_not_live",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DETECTED) | Q(acknowledged_at__isnull=True),
                name="incidents_detected_is_unanswered",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=WORKED) | Q(acknowledged_at__isnull=False),
                name="incidents_worked_is_answered",
            ),
            models.CheckConstraint(
                condition=Q(declared_at__isnull=False) | Q(state__in=TRIAGE),
                name="incidents_triage_has_few_states",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | (~Q(state=State.MERGED) & Q(merged_into__isnull=True)),
                name="incidents_merged_has_a_target",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="incidents_not_merged_into_itself",
            ),
            models.UniqueConstraint(
                fields=["source", "service", "group_key"],
                condition=Q(state__in=LIVE) & ~Q(group_key=""),
                name="incidents_one_open_per_group",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def label(self) -> str:
        """Return the number as people say it, for example INC-2041."""
        return f"INC-{self.pk}"

    @property
    def is_live(self) -> bool:
        """Return whether it still needs somebody."""
        return self.state in LIVE

    @property
    def is_declared(self) -> bool:
        """Return whether a person or a rule has declared it."""
        return self.declared_at is not None

    @property
    def team_id(self) -> int:
        """Return the id of the team that owns it: its service's."""
        return self.service.team_id

    def _answered(self, by: "Actor", at: datetime) -> None:
        if self.acknowledged_at is None:
            self.acknowledged_at = at
            self.acknowledged_by = by.user

    @transition(
        field=state, source=VERBS["acknowledge"].sources, target=VERBS["acknowledge"].target
    )
    def acknowledge(self, by: "Actor", at: datetime) -> None:
        """Somebody has it."""
        self._answered(by, at)

    @transition(
        field=state, source=VERBS["investigate"].sources, target=VERBS["investigate"].target
    )
    def investigate(self, by: "Actor", at: datetime) -> None:
        """The cause is being looked for."""
        self._answered(by, at)

    @transition(field=state, source=VERBS["identify"].sources, target=VERBS["identify"].target)
    def identify(self, by: "Actor", at: datetime) -> None:
        """The cause is known."""
        self._answered(by, at)

    @transition(field=state, source=VERBS["mitigate"].sources, target=VERBS["mitigate"].target)
    def mitigate(self, by: "Actor", at: datetime) -> None:
        """The harm is being stopped."""
        self._answered(by, at)

    @transition(field=state, source=VERBS["monitor"].sources, target=VERBS["monitor"].target)
    def monitor(self, by: "Actor", at: datetime) -> None:
        """The harm has stopped; it is being watched."""
        self._answered(by, at)

    @transition(field=state, source=VERBS["resolve"].sources, target=VERBS["resolve"].target)
    def resolve(self, by: "Actor", at: datetime) -> None:
        """It is over."""
        self.ended_at = at

    @transition(
        field=state, source=VERBS["start_review"].sources, target=VERBS["start_review"].target
    )
    def start_review(self, by: "Actor", at: datetime) -> None:
        """What happened is being reviewed."""

    @transition(field=state, source=VERBS["close"].sources, target=VERBS["close"].target)
    def close(self, by: "Actor", at: datetime) -> None:
        """Nothing is left to do."""

    @transition(field=state, source=VERBS["reopen"].sources, target=VERBS["reopen"].target)
    def reopen(self, by: "Actor", at: datetime) -> None:
        """It was not over after all; whoever says so has it now."""
        self.ended_at = None
        self._answered(by, at)
        if by.user is not None:
            self.acknowledged_by = by.user

    @transition(
        field=state,
        source=VERBS["mark_false_alarm"].sources,
        target=VERBS["mark_false_alarm"].target,
    )
    def mark_false_alarm(self, by: "Actor", at: datetime) -> None:
        """Nothing was wrong."""
        self.ended_at = at

    @transition(field=state, source=VERBS["merge"].sources, target=VERBS["merge"].target)
    def merge(self, by: "Actor", at: datetime) -> None:
        """It is the same as another; the action sets `merged_into` first."""
        self.ended_at = at

    @transition(field=state, source=VERBS["cancel"].sources, target=VERBS["cancel"].target)
    def cancel(self, by: "Actor", at: datetime) -> None:
        """It was opened by mistake."""
        self.ended_at = at
