"""One page of the list by keyset: attention first, then open, then ended; no offset, no count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q
from django.db.models.expressions import RawSQL

from incidents.lists import rows
from incidents.lists.names import Names
from incidents.lists.wanted import Place, Wanted
from incidents.models import Incident
from incidents.models.incident import IncidentQuerySet
from incidents.playbook.lifecycle import ENDED, LIVE, TRIAGE, State

SIZE = 100
COLUMNS = (
    "title", "rank", "state", "opened_at", "ended_at", "declared_at", "acknowledged_at", "unpaged_reason",
    "service__slug", "service__name", "playbook__checksum", "acknowledged_by__username",
    "acknowledged_by__first_name", "acknowledged_by__last_name",
)  # fmt: skip
_DECLARED = {*State, "review"} - set(TRIAGE)  # what is in triage is never in these


class Segment(IntEnum):
    """The parts of the list in their order; what is in triage stands apart from what is declared."""

    ATTENTION = 0
    ATTENTION_TRIAGE = 1
    OPEN = 2
    OPEN_TRIAGE = 3
    ENDED = 4


_ALONE = Q(state=State.DETECTED)
_HELD = Q(state__in=[state for state in LIVE if state != State.DETECTED])
_DECLARED_NOW, _TRIAGE_NOW = Q(declared_at__isnull=False), Q(declared_at__isnull=True)
_LIVE_PARTS = {
    Segment.ATTENTION: _ALONE & _DECLARED_NOW,
    Segment.ATTENTION_TRIAGE: _ALONE & _TRIAGE_NOW,
    Segment.OPEN: _HELD & _DECLARED_NOW,
    Segment.OPEN_TRIAGE: _HELD & _TRIAGE_NOW,
}


@dataclass(frozen=True, slots=True)
class PageOf:
    """The rows of one page in order, each with its segment, and whether there is more on either side.

    `numbers`: the columns of counts that were asked for beside the rows, None on an empty page.
    """

    rows: tuple[tuple[Segment, Incident], ...]
    has_next: bool
    has_previous: bool
    numbers: Mapping[str, int] | None = None

    @property
    def edges(self) -> tuple[Place, Place] | None:
        """Return the places of the first and the last row, None on an empty page."""
        if not self.rows:
            return None
        first, last = (
            Place(segment, row.rank, row.pk) for segment, row in (self.rows[0], self.rows[-1])
        )
        return first, last


@dataclass(frozen=True, slots=True)
class Reading:
    """One list as it is read: the filters, what they name, who reads, and when."""

    wanted: Wanted
    names: Names
    me: int | None
    at: datetime

    def segments(self) -> dict[Segment, IncidentQuerySet]:
        """Return each part as a queryset; parts that the filters shut out are left out."""
        found: dict[Segment, IncidentQuerySet] = {}
        if self.wanted.kind == "triage" and self.wanted.state in _DECLARED:
            return {}
        if self.wanted.state not in (*ENDED, "ended", "review"):
            live = rows.live(self.wanted, self.names, me=self.me, at=self.at)
            for segment, which in _LIVE_PARTS.items():
                if _fits(segment, self.wanted):
                    found[segment] = live.filter(which)
        if self.wanted.state not in (*LIVE, "open", "unheld"):
            found[Segment.ENDED] = rows.ended(self.wanted, self.names, me=self.me, at=self.at)
        return found


def _fits(segment: Segment, wanted: Wanted) -> bool:
    is_triage = segment in (Segment.ATTENTION_TRIAGE, Segment.OPEN_TRIAGE)
    return not wanted.kind or is_triage == (wanted.kind == "triage")


def page(
    reading: Reading,
    after: Place | None,
    before: Place | None,
    columns: Mapping[str, RawSQL] | None = None,
) -> PageOf:
    """Return the page just behind `after`, or just in front of `before`, or the first; one statement.

    `columns`: counts that the same statement is to answer.
    """
    backwards = before is not None and after is None
    edge = before if backwards else after
    parts = [
        (segment, _bounded(segment, found, edge, backwards))
        for segment, found in reading.segments().items()
        if edge is None or (segment <= edge.segment if backwards else segment >= edge.segment)
    ]
    found = sorted(_fetch(parts, backwards, columns or {}), key=order, reverse=backwards)
    has_more, rows = len(found) > SIZE, found[:SIZE]
    if backwards:
        rows.reverse()
    return PageOf(
        rows=tuple(rows),
        has_next=backwards or has_more,
        has_previous=has_more if backwards else after is not None,
        numbers={name: getattr(rows[0][1], name) for name in columns or ()} if rows else None,
    )


def order(found: tuple[Segment, Incident]) -> tuple[int, int, int]:
    """Live ones by severity, then the newest first; ended ones the newest first."""
    segment, row = found
    return segment, row.rank if segment != Segment.ENDED else 0, -row.pk


def segment_of(row: Incident, *, is_due: bool = False) -> Segment:
    """Return where a row stands; `is_due`: a word that is owed to the public makes it need attention."""
    if not row.is_live:
        return Segment.ENDED
    if row.state == State.DETECTED or is_due:
        return Segment.ATTENTION if row.is_declared else Segment.ATTENTION_TRIAGE
    return Segment.OPEN if row.is_declared else Segment.OPEN_TRIAGE


def _bounded(
    segment: Segment, found: IncidentQuerySet, edge: Place | None, backwards: bool
) -> IncidentQuerySet:
    if edge is not None and edge.segment == segment:
        found = found.filter(_beyond(segment, edge, backwards))
    columns = ["-pk"] if segment == Segment.ENDED else ["rank", "-pk"]
    ordered = found.order_by(*columns)
    return (ordered.reverse() if backwards else ordered)[: SIZE + 1]


def _beyond(segment: Segment, edge: Place, backwards: bool) -> Q:
    newer = Q(pk__gt=edge.pk) if backwards else Q(pk__lt=edge.pk)
    if segment == Segment.ENDED:
        return newer
    worse = Q(rank__lt=edge.rank) if backwards else Q(rank__gt=edge.rank)
    return worse | (Q(rank=edge.rank) & newer)


def _fetch(
    parts: Sequence[tuple[Segment, IncidentQuerySet]],
    backwards: bool,
    columns: Mapping[str, RawSQL],
) -> list[tuple[Segment, Incident]]:
    """Read the ends of several indexes, and the rows that stand there, in one statement."""
    statements: list[str] = []
    values: list[Any] = []
    for segment, which in parts:
        try:
            sql, given = which.values("rank", "pk").query.sql_with_params()
        except EmptyResultSet:  # the filters contradict each other here
            continue
        worst = "0" if segment == Segment.ENDED else "rank"
        named = f"{segment:d} AS part, {worst} AS worst, pk"
        statements.append(f"SELECT {named} FROM ({sql}) part_{segment:d}")  # noqa: S608  made by the ORM
        values += given
    if not statements:
        return []
    way = "part DESC, worst DESC, pk" if backwards else "part, worst, pk DESC"
    union = " UNION ALL ".join(statements)
    ends = f"SELECT pk FROM ({union}) ends ORDER BY {way} LIMIT {SIZE + 1}"  # noqa: S608  made above
    rows = Incident.objects.filter(pk__in=RawSQL(ends, values)).order_by()  # noqa: S611  made above
    shown = rows.select_related("service", "playbook", "acknowledged_by").only(*COLUMNS)
    return [(segment_of(row), row) for row in shown.annotate(**columns)]
