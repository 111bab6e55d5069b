"""Postmortems: one per incident, written in sections, reviewed, published, closed."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition

from core.models import User
from incidents.models import Incident, PlaybookVersion

LONGEST_SECTION = 100_000


class State(models.TextChoices):
    """Where a postmortem stands; the playbook may give other words."""

    DRAFT = "draft"
    IN_REVIEW = "in_review", "in review"
    APPROVED = "approved"
    PUBLISHED = "published"
    CLOSED = "closed"


OPEN = (State.DRAFT, State.IN_REVIEW, State.APPROVED)
WRITABLE = (State.DRAFT, State.IN_REVIEW)
PUBLIC = (State.PUBLISHED, State.CLOSED)


class PostmortemQuerySet(models.QuerySet["Postmortem"]):
    """Postmortems as sentences."""

    def open(self) -> Self:
        """Return those that are not published yet."""
        return self.filter(state__in=OPEN)

    def locked(self) -> Self:
        """Return the same rows, locked until the transaction ends, in one order for everyone."""
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class Postmortem(FSMModelMixin, models.Model):
    """What was learned from one incident. `state` moves only through the transitions below.

    `version` counts every change of it or of what belongs to it, so that a door can tell whether
    somebody else was there meanwhile. The dates are computed when it is opened.
    """

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="postmortem")
    playbook = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="+")
    state = FSMField(choices=State, default=State.DRAFT.value, protected=True, max_length=9)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="postmortems"
    )
    opened_at = models.DateTimeField()
    scheduled_by = models.DateTimeField("meeting set by", null=True, blank=True)
    written_by = models.DateTimeField("written by", null=True, blank=True)
    reviewed_by = models.DateTimeField("reviewed by", null=True, blank=True)
    published_by = models.DateTimeField("published by", null=True, blank=True)
    meeting_at = models.DateTimeField("review meeting", null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    is_public = models.BooleanField("may be shown on the status page", default=False)
    public_text = models.TextField("text for the status page", blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PostmortemQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="postmortems_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, published_at__isnull=True)
                | Q(state__in=PUBLIC, published_at__isnull=False),
                name="postmortems_published_has_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | (~Q(state=State.CLOSED) & Q(closed_at__isnull=True)),
                name="postmortems_closed_has_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"Postmortem of INC-{self.incident_id}"

    @property
    def team_id(self) -> int:
        """Return the owning team's id: the incident's."""
        return self.incident.team_id

    @property
    def state_word(self) -> str:
        """Return the playbook's word for where it stands, else our own."""
        labels = self.playbook.playbook.postmortems.labels
        known = next((word for state, word in labels.items() if state == self.state), "")
        return known or State(self.state).label.capitalize()

    @property
    def is_writable(self) -> bool:
        """Return whether its texts may be changed."""
        return self.state in WRITABLE

    @transition(field=state, source=State.DRAFT, target=State.IN_REVIEW)
    def ask_review(self, at: datetime) -> None:
        """Others read it."""

    @transition(field=state, source=State.IN_REVIEW, target=State.APPROVED)
    def approve(self, at: datetime) -> None:
        """It is fit to publish."""

    @transition(field=state, source=State.APPROVED, target=State.PUBLISHED)
    def publish(self, at: datetime) -> None:
        """Everybody here may learn from it."""
        self.published_at = at

    @transition(field=state, source=State.PUBLISHED, target=State.CLOSED)
    def close(self, at: datetime) -> None:
        """Nothing is left to write; its action items go on."""
        self.closed_at = at

    @transition(
        field=state,
        source=[State.IN_REVIEW, State.APPROVED, State.PUBLISHED, State.CLOSED],
        target=State.DRAFT,
    )
    def send_back(self, at: datetime) -> None:
        """It has to be written on."""
        self.published_at = self.closed_at = None


class Section(models.Model):
    """One section, as the playbook named it when the postmortem was opened. `text` is Markdown.

    `taken` holds the ids of the timeline entries that were poured into it.
    """

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    help = models.TextField(blank=True)
    is_required = models.BooleanField(default=True)
    filled_from = models.CharField(max_length=8, blank=True)
    text = models.TextField(blank=True)
    taken = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["postmortem", "position"]
        constraints = [
            models.UniqueConstraint(fields=["postmortem", "key"], name="postmortems_section_once")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_untouched(self) -> bool:
        """Return whether nobody has edited it since it was filled."""
        return self.edited_at is None


class KeptPhrase(models.Model):
    """A sentence that stays although a language rule found fault with it, with the reason.

    `digest`: of rule and quote, which may be longer than an index allows.
    """

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="kept")
    rule = models.TextField()
    quote = models.TextField()
    digest = models.CharField(max_length=64, default="", editable=False)
    reason = models.TextField()
    kept_at = models.DateTimeField()
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["section", "digest"], name="postmortems_kept_once")
        ]

    def __str__(self) -> str:
        return self.quote[:80]


class Factor(models.Model):
    """Something that had to come together for it to happen: one of several, never the one culprit."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="factors")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=1000)

    class Meta:
        ordering = ["postmortem", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["postmortem", "position"], name="postmortems_factor_numbered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text}"


class Review(models.Model):
    """One person who was asked to read it, and what they say."""

    class Verdict(models.TextChoices):
        NONE = "", "no answer yet"
        AGREES = "agrees"
        ASKS_CHANGES = "asks_changes", "asks for changes"

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="postmortem_reviews")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict, default=Verdict.NONE, blank=True)
    comment = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["postmortem", "reviewer"], name="postmortems_reviewer_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", answered_at__isnull=True)
                | Q(verdict__in=["agrees", "asks_changes"], answered_at__isnull=False),
                name="postmortems_verdict_has_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id}: {self.get_verdict_display()}"
