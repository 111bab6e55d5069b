"""The rows of the incident list as drawn, each read and said once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.models import User
from core.templatetags.house import avatar, due, icon, moment, nobody, person, short_of
from incidents.lists.books import books_of
from incidents.lists.pages import Segment, order, segment_of
from incidents.models import Incident
from incidents.playbook import Playbook, label, severity_for
from incidents.playbook.lifecycle import State
from incidents.provided import PublicWord, Wait, provided
from incidents.templatetags.incident_marks import severity, state

SOON = timedelta(minutes=15)
_PUBLIC = {"live": ("globe", "Live"), "draft": ("pencil", "Draft"), "ended": ("globe", "Ended")}


@dataclass(frozen=True, slots=True)
class Line:
    """One incident as drawn; the marks are made here, so that the template only loops."""

    pk: str
    label: str
    url: str
    title: str
    severity: SafeString
    state: SafeString
    service: str
    holder: SafeString
    open_for: str
    next: SafeString | str
    public: SafeString | str
    looks: str
    is_triage: bool


@dataclass(slots=True)
class Group:
    """Rows under one heading; `is_inner`: a heading inside the one before."""

    segment: Segment
    title: str
    is_inner: bool = False
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Around:
    """What other parts say of the page's incidents at `at` (UTC); `public_words` is None where no app tells."""

    at: datetime
    list_url: str
    first_names: Mapping[str, int]
    books: Mapping[int, Playbook]
    waits: Mapping[int, Wait]
    public_words: Mapping[int, PublicWord] | None

    def due(self, row: Incident) -> datetime | None:
        """Return by when the public is owed the next word of an open incident."""
        heard = self.public_words.get(row.pk) if self.public_words else None
        return heard.due_at if heard is not None and row.is_live else None

    def is_due(self, row: Incident) -> bool:
        """Whether that is within a quarter of an hour, or was."""
        by = self.due(row)
        return by is not None and by <= self.at + SOON


@dataclass(frozen=True, slots=True)
class Drawn:
    """The rows of a page in their order, and the services and people among them as (key, name).

    `owed`: how many owe the public a word soon; `was`: the segment of each row by its state alone.
    """

    lines: tuple[tuple[Segment, Line], ...]
    was: tuple[Segment, ...]
    services: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    has_public: bool
    has_waits: bool
    owed: int

    def moved(self, segments: Sequence[Segment]) -> int:
        """Return how many more rows of this page stand in these segments than their states alone say."""
        return sum(now in segments for now, _ in self.lines) - sum(
            before in segments for before in self.was
        )


def drawn(rows: Sequence[tuple[Segment, Incident]], at: datetime) -> Drawn:
    """Draw the rows of a page; a constant number of statements."""
    found = [row for _, row in rows]
    around = _around(found, at)
    placed = sorted(((segment_of(row, is_due=around.is_due(row)), row) for row in found), key=order)
    holders = [row.acknowledged_by for row in found if row.acknowledged_by]
    return Drawn(
        lines=tuple((segment, _line(row, segment, around)) for segment, row in placed),
        was=tuple(segment for segment, _ in rows),
        services=tuple(sorted({(row.service.slug, row.service.name) for row in found})),
        people=tuple(sorted({(holder.username, holder.display_name) for holder in holders})),
        has_public=around.public_words is not None,
        has_waits=bool(around.waits),
        owed=sum(around.is_due(row) for row in found),
    )


def _around(rows: Sequence[Incident], at: datetime) -> Around:
    books = books_of((row.playbook_id, row.playbook.checksum) for row in rows)
    for row in rows:
        row.playbook.playbook = books[row.playbook_id]  # read once, whoever asks the row for it
    waits, public_words = provided("incident_waits"), provided("incident_public_words")
    alone = [row.pk for row in rows if row.state == State.DETECTED]
    holders = {row.acknowledged_by for row in rows if row.acknowledged_by is not None}
    return Around(
        at=at,
        list_url=reverse("admin:incidents_incident_changelist"),
        first_names=Counter(one.first_name or one.username for one in holders),
        books=books,
        waits=waits(alone) if waits and alone else {},
        public_words=(public_words(rows) if rows else {}) if public_words else None,
    )


def _line(row: Incident, segment: Segment, around: Around) -> Line:
    book, is_over = around.books[row.playbook_id], segment == Segment.ENDED
    is_loud = segment in (Segment.ATTENTION, Segment.ATTENTION_TRIAGE)
    wait = around.waits.get(row.pk)
    return Line(
        pk=str(row.pk),
        label=row.label,
        url=f"{around.list_url}{row.pk}/",
        title=row.title,
        severity=_severity(row.rank, severity_for(book, row.rank).code, is_over),
        state=_state(row.state, label(book, row.state)),
        service=row.service.name,
        holder=_holder(row, wait, around),
        open_for=short_of((row.ended_at or around.at) - row.opened_at),
        next="" if is_over else _next(row, wait, around),
        public=_public(around.public_words.get(row.pk)) if around.public_words is not None else "",
        looks=f"attention s{row.rank}" if is_loud else "ended" if is_over else "",
        is_triage=not row.is_declared,
    )


@lru_cache(maxsize=256)
def _severity(rank: int, word: str, is_over: bool) -> SafeString:
    return severity(rank, word, ended=is_over)


@lru_cache(maxsize=256)
def _state(value: str, word: str) -> SafeString:
    return state(value, word)


def _called(holder: User, around: Around) -> SafeString:
    """Name a person by the first name alone where nobody else on the page is called so."""
    short = holder.first_name or holder.username
    if around.first_names[short] > 1:
        return person(holder)
    return format_html(
        '<span class="person" title="{}">{}<span>{}</span></span>',
        holder.display_name,
        avatar(holder),
        short,
    )


def _holder(row: Incident, wait: Wait | None, around: Around) -> SafeString:
    """Say who has it: a person, whoever snoozed it and until when, or that nobody has."""
    if row.acknowledged_by is not None:
        return _called(row.acknowledged_by, around)
    if row.state != State.DETECTED:
        words = "no person" if row.ended_at is None else "nobody"
        return format_html('<span class="quiet">{}</span>', words)
    if wait is not None and wait.snoozed_by:
        return format_html("{}, snoozed until {}", wait.snoozed_by, moment(wait.due_at))
    return nobody()


def _next(row: Incident, wait: Wait | None, around: Around) -> SafeString | str:
    """Say what comes next without anybody's doing: a promise that is due, or the next page."""
    promised = around.due(row)
    if promised is not None:
        return format_html('<span class="sr">Update </span>{}', due(promised, around.at))
    if row.state != State.DETECTED:
        return ""
    if wait is None:
        words = "not paged" if row.unpaged_reason else ""
        return format_html('<span class="quiet">{}</span>', words) if words else ""
    tone = "quiet" if wait.snoozed_by else "bad"
    return format_html('<span class="{}">pages again {}</span>', tone, moment(wait.due_at))


@lru_cache(maxsize=8)
def _public_mark(heard: str) -> SafeString:
    mark, word = _PUBLIC.get(heard, ("", "Internal"))
    tone = {"live": "live", "draft": "warn"}.get(heard, "quiet")
    return format_html('<span class="{}">{} {}</span>', tone, icon(mark) if mark else "", word)


def _public(heard: PublicWord | None) -> SafeString:
    return _public_mark(heard.word if heard else "")


def grouped(lines: Sequence[tuple[Segment, Line]], ended: str) -> list[Group]:
    """Put rows under their headings; what is in triage stands under one of its own. `ended`: the last heading."""
    titles = {Segment.ATTENTION: "Needs attention", Segment.OPEN: "Open", Segment.ENDED: ended}
    groups: list[Group] = []
    for segment, line in lines:
        outer = Segment.ATTENTION if segment <= Segment.ATTENTION_TRIAGE else segment
        outer = Segment.OPEN if segment == Segment.OPEN_TRIAGE else outer
        if not any(group.segment == outer for group in groups):
            groups.append(Group(outer, titles[outer]))
        if segment != outer and not any(group.segment == segment for group in groups):
            groups.append(Group(segment, "In triage", is_inner=True))
        groups[-1].lines.append(line)
    return groups
