"""A schedule's picture as data: days, lanes, legend, the same as a table, and an agenda for the phone (staff.md 7.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from core.models import User
from core.templatetags.house import plural
from oncall import rota
from oncall.admin import lanes
from oncall.admin.bars import Lane, Link, joined, length, wall_time
from oncall.admin.lanes import Known
from oncall.admin.people import Drawn, People
from oncall.admin.period import SPANS, Day, Period, begun
from oncall.rota.civil import to_wall

MOST_LAYERS = 8  # more fold under the final lane
MOST_ROWS = 300
BEYOND = timedelta(weeks=5)  # how far the agenda looks for the end of its last shift
SEAT = {"primary": "First", "secondary": "Backup", "shadow": "Shadow"}
SOURCES = {
    "rotation": "turn",
    "unavailability": "stands in: somebody is away",
    "override": "cover",
    "swap": "swap",
    "take_pager": "took the pager",
    "ical": "calendar",
}


@dataclass(frozen=True, slots=True)
class Now:
    """Where now lies: per cent of the width, and what the plate says. `anchor`: start, middle or end."""

    x: float
    text: str
    anchor: str
    plate: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: a shift, or a gap where `drawn` is None."""

    start: str
    end: str
    drawn: Drawn | None
    seat: str
    why: str
    hours: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """One bar of the agenda."""

    day: str
    time: str
    drawn: Drawn | None
    until: str
    url: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One segment of the span chooser, or one arrow: a link, or in a draft the value that its button sends."""

    label: str
    query: str
    first: str
    span: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the template draws. `folded`: the layers beyond the eighth."""

    period: Period
    days: Sequence[Day]
    finals: Sequence[Lane]
    changes: Lane
    layers: Sequence[Lane]
    folded: Sequence[Lane]
    legend: Sequence[Drawn]
    has_gap: bool
    now: Now | None
    zone_note: str
    rows: Sequence[Row]
    left_out: int
    agenda: Sequence[Item]
    spans: Sequence[Choice]
    back: Choice
    ahead: Choice
    today: Choice
    said: str
    is_draft: bool

    @property
    def is_month(self) -> bool:
        """Tell whether the days are too narrow for a line each."""
        return len(self.days) > 14

    @property
    def every(self) -> list[Lane]:
        """Return the lanes of one drawing, the folded ones left out."""
        return [*self.finals, self.changes, *self.layers]


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at it: who, when, and where a bar leads. `is_mine`: only the reader's shifts in the agenda."""

    reader: User
    at: datetime
    link: Link | None = None
    is_mine: bool = False
    is_draft: bool = False


def draw(known: Known, period: Period, people: People, look: Look) -> Picture:
    """Return the picture of a plan, saved or not."""
    every = lanes.layers(known, period, people, look.at)
    final = lanes.finals(known, period, people, look.link)
    change = lanes.changes(known, period, people)
    drawn = [bar.drawn for lane in (*final, change, *every) for bar in lane.bars if bar.drawn]
    gaps = lanes.missing(known, period)
    rows = _rows(known, period, people, gaps, look.link)
    today = begun(to_wall(look.at, period.zone).date(), period.span, period.zone)
    return Picture(
        period, period.days, final, change, every[:MOST_LAYERS], every[MOST_LAYERS:],
        sorted(dict.fromkeys(drawn), key=list(people.values()).index), bool(gaps), _now(period, look.at),
        _zone_note(known, look), rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS),
        _agenda(known, period, people, gaps, look),
        [_choice(word, period.spanning(span), chosen=span == period.span) for span, word in SPANS.items()],
        _choice("Earlier", period.moved(-1)), _choice("Later", period.moved(1)), _choice("Today", today),
        _said(known, period, people, gaps), look.is_draft,
    )  # fmt: skip


def _choice(label: str, period: Period, *, chosen: bool = False) -> Choice:
    first = period.first.isoformat()
    query = urlencode({"from": first, "span": period.span})
    return Choice(label, query, first, period.span, chosen)


def _now(period: Period, at: datetime) -> Now | None:
    if not period.starts_at <= at < period.ends_at:
        return None
    x = period.place(at)
    anchor = "start" if x < 5 else "end" if x > 95 else "middle"
    plate = {"start": 0, "middle": -38, "end": -76}[anchor]
    return Now(x, f"now {to_wall(at, period.zone):%H:%M}", anchor, plate)


def _zone_note(known: Known, look: Look) -> str:
    zone, own = known.schedule.zone, look.reader.time_zone or "UTC"
    here, there = to_wall(look.at, zone), to_wall(look.at, own)
    if here == there:
        return f"Times in {zone} (schedule zone) · yours is the same"
    return f"Times in {zone} (schedule zone) · {here:%H:%M} there is {there:%H:%M} for you ({own})"


def _rows(
    known: Known, period: Period, people: People, gaps: Sequence[rota.Segment], link: Link | None
) -> list[Row]:
    found: list[tuple[datetime, Row]] = []
    for one in rota.final(known.plan, period.starts_at, period.ends_at):
        if one.user not in people:
            continue
        part = rota.Segment(one.starts_at, one.ends_at, (rota.Holder(one.user, one.layer),))
        url = link(part, one.user) if link and one.seat == "primary" else ""
        found.append(
            (one.starts_at, _row(part, period, people[one.user], SEAT[one.seat], _why(one, known.layers), url))
        )  # fmt: skip
    for gap in gaps:
        url = link(gap, None) if link else ""
        found.append((gap.starts_at, _row(gap, period, None, SEAT["primary"], "gap", url)))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def _row(
    part: rota.Segment, period: Period, drawn: Drawn | None, seat: str, why: str, url: str
) -> Row:
    start, end = (wall_time(at, period.zone) for at in (part.starts_at, part.ends_at))
    return Row(start, end, drawn, seat, why, length(part.ends_at - part.starts_at), url)


def _why(one: rota.Shift, layers: Mapping[int, str]) -> str:
    by = layers.get(one.layer or 0, "")
    word = SOURCES.get(one.source, one.source)
    return f"{by}, {word}" if by and one.source != "rotation" else by or word


def _agenda(
    known: Known, period: Period, people: People, gaps: Sequence[rota.Segment], look: Look
) -> list[Item]:
    """Return what is still to come of the period; of one that is over, or not yet begun, all of it."""
    begin = period.starts_at
    if begin < look.at < period.ends_at:
        begin = look.at
    parts = [
        one
        for one in joined(rota.segments(known.plan, begin, period.ends_at + BEYOND))
        if one.users
        and one.starts_at < period.ends_at
        and (not look.is_mine or look.reader.pk in one.users)
    ]
    missing = [
        rota.Segment(max(one.starts_at, begin), one.ends_at, ())
        for one in gaps
        if one.ends_at > begin and not look.is_mine
    ]
    every = sorted([*parts, *missing], key=lambda one: one.starts_at)
    return [_item(one, pk, period, people, look) for one in every for pk in (one.users or (0,))]


def _item(one: rota.Segment, pk: int, period: Period, people: People, look: Look) -> Item:
    zone, begun = period.zone, to_wall(one.starts_at, period.zone)
    over = to_wall(one.ends_at, zone)
    is_now = one.starts_at <= look.at < one.ends_at
    until = f"until {over:%a} {over.day} {over:%b} {over:%H:%M}"
    if over.date() == begun.date():
        until = f"until {over:%H:%M}"
    if one.ends_at >= period.ends_at + BEYOND:
        until = f"until {over.day} {over:%b} and longer"
    time = "now" if is_now else f"{begun:%H:%M}"
    url = look.link(one, pk or None) if look.link else ""
    return Item(f"{begun:%a} {begun.day}", time, people.get(pk), until, url, is_now)


def _said(known: Known, period: Period, people: People, gaps: Sequence[rota.Segment]) -> str:
    """Return the picture in a sentence, for who can't see it."""
    parts = joined(rota.segments(known.plan, period.starts_at, period.ends_at))
    served = [one for one in parts if one.users]
    hours = sum(((one.ends_at - one.starts_at).total_seconds() for one in gaps), 0.0)
    holes = (
        f"{plural(len(gaps), 'gap,gaps')}, {round(hours / 3600)} hours in all" if gaps else "no gap"
    )
    names = people.names(dict.fromkeys(pk for one in served for pk in one.users))
    return f"{period.title}: {plural(len(served), 'shift,shifts')} by {names}; {holes}. The table below tells each."
