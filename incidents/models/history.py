"""What happened to an incident, kept: transitions, milestones, timeline, roles."""

from django.db import models
from django.db.models import F, Q

from core.models import User
from incidents.models.incident import STATE_CHOICES, Incident
from incidents.models.source import Source
from incidents.playbook.lifecycle import MILESTONES, VERBS


class Deed(models.Model):
    """Who did something, as stored: never only a label, never a machine under a person's name."""

    class ActorKind(models.TextChoices):
        PERSON = "person"
        SOURCE = "source"
        REPLY = "reply"
        ENGINE = "engine"
        IMPORT = "import"

    actor_kind = models.CharField(max_length=6, choices=ActorKind)
    actor_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor_source = models.ForeignKey(Source, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_label = models.CharField(max_length=200)

    class Meta:
        abstract = True


class TransitionLog(Deed):
    """One step of the state machine, append-only, numbered without holes per incident."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="transitions")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=20)
    from_state = models.CharField(max_length=14, choices=STATE_CHOICES)
    to_state = models.CharField(max_length=14, choices=STATE_CHOICES)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    overridden = models.JSONField(default=list)

    class Meta:
        ordering = ["incident", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "number"], name="incidents_transition_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(verb__in=list(VERBS)), name="incidents_transition_verb_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.verb}"


class Milestone(models.Model):
    """One instant that metrics are computed from (design.md 2.7); a kind may be reached more than once."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="milestones")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    is_inferred = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MILESTONES), name="incidents_milestone_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%H:%M}"


class Standing(models.TextChoices):
    """Where a hypothesis stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class TimelineEntry(Deed):
    """One line of an incident's story, with when it happened and when it was recorded.

    `standing` is for hypotheses only, since `stands_since`. `edits` counts the corrections of text and
    time; what stood before any change is an `EntryRevision`.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=20)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    text = models.TextField()
    data = models.JSONField(default=dict)
    standing = models.CharField(max_length=9, choices=Standing, blank=True)
    stands_since = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    pinned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    edits = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["happened_at", "recorded_at", "pk"]
        verbose_name_plural = "timeline entries"
        indexes = [
            models.Index(
                fields=["incident", "happened_at", "recorded_at"], name="incidents_timeline"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind="hypothesis", standing__in=Standing.values, stands_since__isnull=False
                )
                | (~Q(kind="hypothesis") & Q(standing="", stands_since__isnull=True)),
                name="incidents_hypothesis_stands_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(pinned_at__isnull=True, pinned_by__isnull=True)
                | Q(pinned_at__isnull=False, pinned_by__isnull=False),
                name="incidents_pinned_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class EntryRevision(Deed):
    """What a timeline entry said before somebody (the actor) changed it at `at`. Append-only."""

    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    text = models.TextField()
    happened_at = models.DateTimeField()
    data = models.JSONField(default=dict)
    standing = models.CharField(max_length=9, choices=Standing, blank=True)

    class Meta:
        ordering = ["entry", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "number"], name="incidents_revision_numbered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} before change {self.number}"


class RoleAssignment(models.Model):
    """Who held which role from when to when; intervals of one role meet, never overlap."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["from_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "role"],
                condition=Q(to_at__isnull=True),
                name="incidents_one_holder_per_role",
            ),
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gte=F("from_at")),
                name="incidents_role_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.user_id}"


class RoleOffer(models.Model):
    """A role held out to somebody, who takes it or not (design.md 5: only an offer waits)."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="offers")
    role = models.CharField(max_length=20)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    note = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["offered_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "role"],
                condition=Q(state="open"),
                name="incidents_one_open_offer_per_role",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | Q(state__in=["accepted", "declined", "withdrawn"], settled_at__isnull=False),
                name="incidents_offer_is_open_or_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} offered to {self.user_id}"
