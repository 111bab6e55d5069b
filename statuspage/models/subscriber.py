"""Who is told of what a page says, and the mailings of it (areas/statuspage.md 6.5, 7.1)."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from statuspage.models.brought import SubscriberList
from statuspage.models.maintenance import MaintenanceUpdate
from statuspage.models.page import Component, ComponentGroup, Page
from statuspage.models.public import PublicIncident, PublicUpdate
from statuspage.rules.ids import LENGTH, new_id


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Subscribers as sentences."""

    def told(self) -> Self:
        """Return those who are sent what is said; nobody who subscribed before the page was made private."""
        may_know = Q(page__private_since=None) | Q(confirmed_at__gte=F("page__private_since"))
        return self.filter(may_know, state=Subscriber.State.CONFIRMED)


class Subscriber(FSMModelMixin, models.Model):
    """An address that a page sends its updates to, once its owner has confirmed it.

    `address`: of a mail (folded to lower case), or of a webhook (encrypted in `secret`, `address` then holds its
    host alone); `address_hash` tells two of them apart. `signing_secret`: encrypted, signs what a webhook gets.
    Links: a confirming and a managing one, kept hashed with their ends; the leaving one stands in every message
    and is kept encrypted as well (`leave_secret`). `follows_all`: else what `subscriptions` name.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        CONFIRMED = "confirmed"
        QUARANTINED = "quarantined"
        ENDED = "ended"

    class Channel(models.TextChoices):
        EMAIL = "email"
        WEBHOOK = "webhook"
        SLACK = "slack"

    class Wants(models.TextChoices):
        EVERYTHING = "everything", "every update"
        ENDS = "ends", "start and end"

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_id, editable=False)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="subscribers")
    channel = models.CharField(max_length=7, choices=Channel)
    state = FSMField(
        choices=State.choices, default=State.PENDING.value, protected=True, max_length=11
    )
    address = models.CharField(max_length=320)
    address_hash = models.CharField(max_length=64, editable=False)
    secret = models.TextField(blank=True, editable=False)
    signing_secret = models.TextField(blank=True, editable=False)
    contact = models.CharField("mail address of who keeps it", max_length=320, blank=True)
    wants = models.CharField(max_length=10, choices=Wants, default=Wants.EVERYTHING.value)
    wants_maintenance = models.BooleanField(default=True)
    follows_all = models.BooleanField(default=True)
    confirm_hash = models.CharField(max_length=64, blank=True, editable=False)
    confirm_until = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    manage_hash = models.CharField(max_length=64, blank=True, editable=False)
    manage_until = models.DateTimeField(null=True, blank=True)
    leave_hash = models.CharField(max_length=64, blank=True, editable=False)
    leave_secret = models.TextField(blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=255, blank=True)
    brought_by = models.ForeignKey(
        SubscriberList, on_delete=models.SET_NULL, null=True, blank=True, related_name="brought"
    )
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["page", "id"], condition=Q(state="confirmed"), name="statuspage_told"
            ),
            models.Index(
                fields=["confirm_hash"], condition=~Q(confirm_hash=""), name="statuspage_confirms"
            ),
            models.Index(
                fields=["manage_hash"], condition=~Q(manage_hash=""), name="statuspage_manages"
            ),
            models.Index(
                fields=["leave_hash"], condition=~Q(leave_hash=""), name="statuspage_leaves"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "channel", "address_hash"], name="statuspage_subscribed_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "confirmed", "quarantined", "ended"]),
                name="statuspage_subscriber_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} subscriber {self.public_id}"

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the page's."""
        return self.page.team_id

    @transition(field=state, source=[State.PENDING, State.QUARANTINED], target=State.CONFIRMED)
    def confirm(self, at: datetime) -> None:
        """Its owner has said yes."""
        self.confirmed_at, self.ended_at = at, None
        self.confirm_hash, self.confirm_until = "", None
        self.failures, self.failing_since, self.failure = 0, None, ""

    @transition(field=state, source=State.CONFIRMED, target=State.QUARANTINED)
    def quarantine(self, why: str) -> None:
        """Nothing reaches it: it is left in peace until its owner confirms it again."""
        self.failure = why[:255]

    @transition(
        field=state, source=[State.PENDING, State.CONFIRMED, State.QUARANTINED], target=State.ENDED
    )
    def end(self, at: datetime) -> None:
        """Its owner, or the page's, wants no more."""
        self.ended_at = at

    @transition(field=state, source=[State.ENDED, State.QUARANTINED], target=State.PENDING)
    def ask_again(self) -> None:
        """It was signed up anew."""
        self.ended_at = None


class Departure(models.Model):
    """Somebody left a page: a keyed digest of the mail address, so that no list brings it back without its owner.

    Nobody reads an address out of it. It goes when its owner confirms anew.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="departures")
    address_digest = models.CharField(max_length=64)
    left_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "address_digest"], name="statuspage_left_once")
        ]

    def __str__(self) -> str:
        return f"left at {self.left_at:%Y-%m-%d}"


class Subscription(models.Model):
    """One thing that a subscriber follows: a component, a group, or a single incident."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions"
    )
    component = models.ForeignKey(
        Component, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        ComponentGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    incident = models.ForeignKey(
        PublicIncident, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(component__isnull=False, group__isnull=True, incident__isnull=True)
                | Q(component__isnull=True, group__isnull=False, incident__isnull=True)
                | Q(component__isnull=True, group__isnull=True, incident__isnull=False),
                name="statuspage_follows_one_thing",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "component"],
                condition=Q(component__isnull=False),
                name="statuspage_component_followed_once",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "group"],
                condition=Q(group__isnull=False),
                name="statuspage_group_followed_once",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "incident"],
                condition=Q(incident__isnull=False),
                name="statuspage_incident_followed_once",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.subscriber_id} follows {self.component_id or self.group_id or self.incident_id}"
        )


class Mailing(models.Model):
    """One thing that is sent to all who want it, in batches: the next one begins after subscriber `reached`.

    `kind`: an update of an incident, one of a maintenance, or the reminder of one.
    """

    class Kind(models.TextChoices):
        UPDATE = "update"
        WORK = "work"
        REMINDER = "reminder"
        COMPONENT = "component"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="mailings")
    kind = models.CharField(max_length=9, choices=Kind)
    update = models.ForeignKey(
        PublicUpdate, on_delete=models.CASCADE, null=True, blank=True, related_name="mailings"
    )
    work_update = models.ForeignKey(
        MaintenanceUpdate, on_delete=models.CASCADE, null=True, blank=True, related_name="mailings"
    )
    facts = models.JSONField(default=dict, blank=True)
    reached = models.BigIntegerField(default=0)
    wanted = models.PositiveIntegerField("to be told", default=0)
    queued = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(finished_at__isnull=True), name="statuspage_mailings_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} mailing {self.pk}"


class PublicNotice(models.Model):
    """One subscriber's copy of a mailing: what the outbox sends (`Delivery.object_id`), at most one each."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="notices")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="notices")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "subscriber"], name="statuspage_noticed_once"
            )
        ]

    def __str__(self) -> str:
        return f"mailing {self.mailing_id} to {self.subscriber_id}"
