"""The timeline of an incident's screen, as drawn: who said what, what may be pressed, what folds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse

from incidents.actions.remarks import WRITTEN
from incidents.admin.screen_rows import Rows
from incidents.admin.story_index import KINDS, UNKNOWN, Chip, Index, Kind, Line, Run
from incidents.admin.words import JUDGEMENTS
from incidents.models import EntryRevision, Standing, TimelineEntry
from incidents.rules.telling import is_key

ROUTINE_LINES = 100  # of folded entries on one page; the rest is counted
LONGEST = 1500
LATE = timedelta(minutes=1)
_MACHINES = {"reply": "by link", "engine": "the engine", "source": "source", "import": "import"}
_GOOD = Kind("check", "t-green")
_GOOD_VERBS = {"acknowledge", "resolve"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as drawn. `head` is bold, `text` follows; `acts`: (verb, word, address) of what may be pressed."""

    row: TimelineEntry
    kind: Kind
    head: str
    text: str
    who: str
    is_late: bool
    is_written: bool
    is_cut: bool
    quote: str
    latest: EntryRevision | None
    acts: tuple[tuple[str, str, str], ...] = ()

    @property
    def at(self) -> datetime:
        """Return when it happened (UTC)."""
        return self.row.happened_at


@dataclass(frozen=True, slots=True)
class Folded:
    """Routine entries between two that are key: how many, of what sort, and the latest of them."""

    key: int
    at: datetime
    count: int
    sorts: str
    lines: Sequence[TimelineEntry]
    is_fold: bool = True


@dataclass(frozen=True, slots=True)
class Day:
    """The day of the lines that follow (UTC); drawn wherever a page shows another day than today."""

    at: datetime
    is_day: bool = True


class Story:
    """The timeline as one page of it. `asked`: the query (`show`: a key of FILTERS, `before`: an entry's id)."""

    def __init__(self, rows: Rows, asked: QueryDict) -> None:
        self.rows, self.incident = rows, rows.incident
        before = asked.get("before", "")
        self.before = int(before) if before.isdecimal() and len(before) < 19 else None
        self._index = Index(rows.incident, asked.get("show", ""), self.before)

    @property
    def show(self) -> str:
        """Return the filter in force."""
        return self._index.show

    @property
    def every(self) -> int:
        """Return how many seconds lie between two refreshes."""
        return 5 if self.incident.is_live else 30

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the filters with their counts."""
        return self._index.chips

    @property
    def older(self) -> int | None:
        """Return the entry after which the next page begins; None on the last one."""
        return self._index.older

    @cached_property
    def lines(self) -> list[Shown | Folded | Day]:
        """Return what stands on the page, the newest first, under its days where there are several."""
        lines = list(self._lines())
        days = {line.at.date() for line in lines}
        return list(_by_day(lines)) if days - {self.rows.at.date()} else [*lines]

    def _lines(self) -> Iterator[Shown | Folded]:
        parts = self._index.parts
        folded = [line.pk for part in parts if not isinstance(part, Line) for line in part]
        wanted = [*(line.pk for line in self._index.page), *folded[:ROUTINE_LINES]]
        found = self.incident.timeline.filter(pk__in=wanted).select_related("pinned_by").in_bulk()
        changes = self._changes(list(found.values()))
        for part in parts:
            if not isinstance(part, Line):
                yield _fold(part, found)
            elif part.pk in found:  # deleted between the two statements: nothing to draw
                yield self._shown(found[part.pk], changes.get(part.pk))

    def one(self, row: TimelineEntry) -> Shown:
        """Return one entry as drawn, whole."""
        shown = self._shown(row, self._changes([row]).get(row.pk))
        return replace(shown, text=self._words(row)[1], is_cut=False)

    def _changes(self, entries: Sequence[TimelineEntry]) -> Mapping[int, EntryRevision]:
        """Return the latest correction of each entry whose text or time is not what it was first."""
        now = {row.pk: (row.text, row.happened_at) for row in entries if row.edits}
        if not now:
            return {}
        rows = EntryRevision.objects.filter(entry__in=now).order_by("number")
        return {
            row.entry_id: row for row in rows if (row.text, row.happened_at) != now[row.entry_id]
        }

    def _shown(self, row: TimelineEntry, latest: EntryRevision | None) -> Shown:
        kind = KINDS.get(row.kind, UNKNOWN)
        if row.kind == "state" and row.data.get("verb") in _GOOD_VERBS:
            kind = _GOOD
        head, text = self._words(row)
        machine = _MACHINES.get(row.actor_kind, "")
        return Shown(
            row=row,
            kind=kind,
            head=head,
            text=text[:LONGEST],
            who=f"{row.actor_label}, {machine}" if machine else row.actor_label,
            is_late=row.recorded_at - row.happened_at > LATE,
            is_written=row.kind in WRITTEN,
            is_cut=len(text) > LONGEST,
            quote=_quote(row),
            latest=latest,
            acts=tuple(self._acts(row)) if self._writes else (),
        )

    @cached_property
    def _writes(self) -> bool:
        return self.rows.may("note")

    @cached_property
    def _presses(self) -> dict[str, str]:
        verbs = ("pin", "unpin", *JUDGEMENTS)
        return {
            v: reverse("admin:incidents_incident_press", args=[self.incident.pk, v]) for v in verbs
        }

    def _acts(self, row: TimelineEntry) -> Iterator[tuple[str, str, str]]:
        """Yield what may be pressed on an entry: a hypothesis is judged once, and may be reopened."""
        if row.standing:
            is_open = row.standing == Standing.OPEN
            for verb, (standing, word) in JUDGEMENTS.items():
                if is_open is not (standing == Standing.OPEN):
                    yield verb, word, self._presses[verb]
        verb, word = ("unpin", "Unpin") if row.pinned_at else ("pin", "Pin")
        yield verb, word, self._presses[verb]

    def _words(self, row: TimelineEntry) -> tuple[str, str]:
        if row.kind == "decision":
            return "Decision:", row.text
        if row.kind == "update":
            return row.text.partition(": ")[0], ""
        if row.kind == "state" and row.data.get("from") and row.data.get("to"):
            before, after = (self.rows.word(row.data[end]) for end in ("from", "to"))
            reason = row.text.removeprefix(after).removeprefix(": ").strip()
            return (f"{before} \u2192 {after}{':' if reason else ''}", reason)
        if row.kind in ("state", "role", "severity") and ": " in row.text:
            head, _, text = row.text.partition(": ")
            return f"{head}:", text
        is_bold = row.kind not in WRITTEN and is_key(row.kind)
        return (row.text, "") if is_bold else ("", row.text)


def _quote(row: TimelineEntry) -> str:
    """Return what stands in a box below an entry: why it was decided, what the public was told, what was overridden."""
    if row.kind == "decision":
        return str(row.data.get("reason", ""))
    if row.kind == "update":
        return row.text.partition(": ")[2][:LONGEST]
    guards = " ".join(str(one.get("text", "")) for one in row.data.get("guards", ()))
    return f"In spite of: {guards}" if guards else ""


def _fold(run: Run, found: Mapping[int, TimelineEntry]) -> Folded:
    sorts = dict.fromkeys(KINDS.get(line.kind, UNKNOWN).fold for line in run)
    lines = [found[line.pk] for line in run if line.pk in found]
    return Folded(run[0].pk, run[0].at, len(run), ", ".join(sorts), lines)


def _by_day(lines: Sequence[Shown | Folded]) -> Iterator[Shown | Folded | Day]:
    day: date | None = None
    for line in lines:
        if line.at.date() != day:
            day = line.at.date()
            yield Day(line.at)
        yield line
