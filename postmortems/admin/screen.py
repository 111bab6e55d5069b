"""What the page of one postmortem shows: each part is worked out once, when it is drawn (staff.md 7.7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.forms import Form
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.admin.buttons import Button
from core.admin.rights import who
from incidents.playbook import label as incident_word
from incidents.playbook import severity_for
from postmortems.actions.reading import FACTOR_KEYS, Condition, Reading
from postmortems.admin.pressing import buttons_of
from postmortems.admin.saving import mark_of
from postmortems.models import ActionItem, Factor, Postmortem, Review, Section
from postmortems.models.postmortem import State
from postmortems.prose import to_html
from postmortems.rules.language import Finding
from postmortems.rules.words import day, span

SHOWN_STATES = (State.DRAFT, State.IN_REVIEW, State.APPROVED, State.PUBLISHED, State.CLOSED)
_DEADLINES = (
    ("scheduled_by", "meeting to be set", (State.DRAFT,)),
    ("written_by", "to be written", (State.DRAFT,)),
    ("reviewed_by", "to be reviewed", (State.DRAFT, State.IN_REVIEW)),
    ("published_by", "to be published", (State.DRAFT, State.IN_REVIEW, State.APPROVED)),
)
_LINE = 78  # characters of one line of a text field


@dataclass(frozen=True, slots=True)
class ShownSection:
    """One section with what stands beside its text. `rows`: how high its field begins."""

    section: Section
    findings: list[Finding]
    is_written: bool
    has_factors: bool
    has_actions: bool
    rows: int

    @property
    def is_told(self) -> bool:
        """Return whether the incident tells it, so that it is read more than it is written."""
        return self.section.filled_from in ("timeline", "roles", "related") and self.is_written

    @property
    def mark(self) -> str:
        """Return what tells a text that nobody touched from one that somebody wrote."""
        return mark_of(self.section.text)

    @property
    def html(self) -> SafeString:
        """Return the text as its readers see it."""
        return to_html(self.section.text)

    @property
    def errors(self) -> int:
        """Return how many findings hold approval back."""
        return sum(one.level == "error" for one in self.findings)


@dataclass(frozen=True, slots=True)
class ShownMeasure:
    """One figure in words."""

    name: str
    text: str
    remark: str
    tone: str


class Screen:
    """Everything that the templates ask for."""

    def __init__(self, request: HttpRequest, reading: Reading, at: datetime) -> None:
        self.reading, self.at = reading, at
        self.postmortem, self.incident = reading.postmortem, reading.postmortem.incident
        self.by = who(request)

    @property
    def code(self) -> str:
        """Return the playbook's word for the severity."""
        return severity_for(self.incident.playbook.playbook, self.incident.rank).code

    @property
    def incident_word(self) -> str:
        """Return the playbook's word for where the incident stands."""
        return incident_word(self.incident.playbook.playbook, self.incident.state)

    @property
    def glyph(self) -> str:
        """Return the name of its glyph."""
        return glyph_of(self.postmortem)

    @cached_property
    def buttons(self) -> dict[str, Button]:
        """Return the buttons that are possible now and allowed to this person, by name."""
        return {one.name: one for one in buttons_of(self.reading, self.by) if one.shown}

    @cached_property
    def forms(self) -> dict[str, Form | None]:
        """Return the empty form of each of these buttons."""
        return {name: button.fields for name, button in self.buttons.items()}

    @property
    def may_write(self) -> bool:
        """Return whether the texts are fields."""
        return "add_factor" in self.buttons

    @cached_property
    def sections(self) -> list[ShownSection]:
        """Return the sections in order; factors stand with the section that is for causes, or with the last."""
        sections = self.reading.sections
        host = next(
            (one for one in sections if one.key in FACTOR_KEYS), sections[-1] if sections else None
        )
        return [
            ShownSection(
                one,
                self.reading.findings.get(one.pk, []),
                self.reading.is_written(one),
                one is host,
                one.filled_from == "actions",
                _height(one.text),
            )
            for one in sections
        ]

    @cached_property
    def conditions(self) -> list[Condition]:
        """Return what approval looks at: what is unmet first."""
        return sorted(self.reading.conditions, key=lambda one: (one.is_met, not one.is_block))

    @property
    def unmet(self) -> int:
        """Return how many conditions hold approval back."""
        return sum(one.is_block and not one.is_met for one in self.conditions)

    @cached_property
    def factors(self) -> list[tuple[Factor, list[ActionItem]]]:
        """Return the factors with what answers each."""
        return [(one, self.reading.actions_of(one)) for one in self.reading.factors]

    @cached_property
    def loose_actions(self) -> list[ActionItem]:
        """Return the action items that answer no factor."""
        return [one for one in self.reading.actions if one.factor_id is None]

    @property
    def states(self) -> Iterator[tuple[str, bool, bool]]:
        """Yield each step of the way as (word, is it passed, is it here)."""
        place = SHOWN_STATES.index(State(self.postmortem.state))
        labels = self.reading.playbook.postmortems.labels
        for number, state in enumerate(SHOWN_STATES):
            own = next((word for key, word in labels.items() if key == state), "")
            yield own or state.label.capitalize(), number < place, number == place

    @cached_property
    def mine(self) -> Review | None:
        """Return the reader's own review, if they were asked."""
        found = (one for one in self.reading.reviews if one.reviewer_id == self.by.user_id)
        return next(found, None)

    @property
    def due(self) -> tuple[str, datetime] | None:
        """Return what is due next by the playbook, in words, and when."""
        dates = [
            (word, getattr(self.postmortem, name))
            for name, word, while_in in _DEADLINES
            if self.postmortem.state in while_in
            and not (name == "scheduled_by" and self.postmortem.meeting_at)
        ]
        known = [(word, at) for word, at in dates if at is not None]
        return min(known, key=lambda one: one[1], default=None)

    @property
    def is_overdue(self) -> bool:
        """Return whether what is due next should have been done."""
        return self.due is not None and self.due[1] < self.at

    @cached_property
    def measures(self) -> list[ShownMeasure]:
        """Return the incident's figures in words."""
        return [
            ShownMeasure(
                one.name,
                span(one.length) if one.length is not None else "not measurable",
                _remark(one.length, one.target, one.is_met, inferred=one.is_inferred),
                {True: "good", False: "bad"}.get(one.is_met, "quiet")
                if one.is_met is not None
                else "quiet",
            )
            for one in self.reading.measures
        ]

    @property
    def meeting_note(self) -> str:
        """Return what the playbook says of the review meeting."""
        meeting = self.reading.playbook.postmortems.meeting
        if meeting is None:
            return ""
        note = f"{meeting.minutes_min} to {meeting.minutes_max} minutes, with {', '.join(meeting.attendees).lower()}."
        return (
            f"{note} No managers in the first one."
            if meeting.exclude_managers_first_meeting
            else note
        )

    @property
    def minutes_to_read(self) -> int:
        """Return how long reading takes, at 200 words a minute, at least 1."""
        words = sum(len(one.text.split()) for one in self.reading.sections)
        return max(1, -(-words // 200))

    @property
    def opened_on(self) -> str:
        """Return the day of the incident."""
        at = self.incident.opened_at
        return f"{day(at.date())} {at.year}"


def glyph_of(postmortem: Postmortem) -> str:
    """Return the incident state whose glyph stands for where a postmortem stands."""
    glyphs = {"draft": "upcoming", "approved": "resolved", "published": "resolved"}
    return glyphs.get(postmortem.state, str(postmortem.state))


def _remark(
    length: timedelta | None, target: object, is_met: bool | None, *, inferred: bool
) -> str:
    if length is None:
        return "a milestone is missing"
    parts = ["inferred"] if inferred else []
    if is_met is not None:
        parts.append(f"{'meets' if is_met else 'over'} {target}")
    return ", ".join(parts)


def _height(text: str) -> int:
    lines = sum(max(1, -(-len(line) // _LINE)) for line in text.splitlines())
    return min(max(lines, 3), 24)
