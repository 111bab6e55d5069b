"""Bars of a schedule's picture: where each lies, what it says, where it leads. Positions are SVG attributes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.templatetags.house import plural
from oncall import rota
from oncall.admin.people import Drawn, People
from oncall.admin.period import Period
from oncall.rota.civil import to_wall

WIDE = (
    890  # pixels of a lane in a window of 1280: what fits is judged by it, and the rest is clipped
)
LETTER, INSET = 6.8, 18
TALL, LOW = 40, 26
LEAST = 2.8  # per cent: narrower bars are no target for a finger, and are reached by the table
MOST_BESIDE = 3  # people who serve side by side are drawn apart up to here

Link = Callable[[rota.Segment, int | None], str]  # a segment, and whose bar of it -> an address


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `x` and `width` in per cent of the lane, `y` and `height` in pixels.

    `said`: all that it tells, in words; `beside`: what stands next to a bar too narrow for it, at its
    left where `is_left`. `drawn` None: a gap, or `is_hollow`: something that is not served.
    """

    x: float
    width: float
    y: int
    height: int
    said: str
    drawn: Drawn | None = None
    text: str = ""
    url: str = ""
    beside: str = ""
    is_left: bool = False
    is_hollow: bool = False

    @property
    def middle(self) -> int:
        """Return where a text stands in it."""
        return self.height // 2 + 4

    @property
    def end(self) -> float:
        """Return its right edge in per cent."""
        return round(self.x + self.width, 3)

    @property
    def centre(self) -> float:
        """Return its middle in per cent."""
        return round(self.x + self.width / 2, 3)

    @property
    def is_target(self) -> bool:
        """Tell whether it can be a stop of the Tab key."""
        return self.width >= LEAST

    @property
    def is_gap(self) -> bool:
        """Tell whether it is one."""
        return self.drawn is None and not self.is_hollow


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the picture. `is_final`: it tells who serves in the end, and is read aloud."""

    label: str
    height: int
    bars: Sequence[Bar]
    note: str = ""
    is_final: bool = False
    url: str = ""


def when(start: datetime, end: datetime, zone: str) -> str:
    """Return a span on the wall clock of `zone`: Mon 23 Nov 09:00 to Wed 25 Nov 20:00."""
    begun, over = to_wall(start, zone), to_wall(end, zone)
    last = f"{over:%H:%M}" if begun.date() == over.date() else wall_time(end, zone)
    return f"{wall_time(start, zone)} to {last}"


def wall_time(at: datetime, zone: str) -> str:
    """Return an instant on the wall clock of `zone`: Mon 23 Nov 09:00."""
    local = to_wall(at, zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def length(span: timedelta) -> str:
    """Return a length as it is said of shifts: 45 min, 12 h, 5 days, 6 days 8 h."""
    minutes = round(span / timedelta(minutes=1))
    hours, left = divmod(minutes, 60)
    if hours < 48:
        return " ".join([*([f"{hours} h"] if hours else []), *([f"{left} min"] if left else [])])
    days, over = divmod(hours, 24)
    return f"{plural(days, 'day,days')}{f' {over} h' if over else ''}"


def fitting(width: float, *texts: str) -> str:
    """Return the first text that a bar of this width (per cent) holds, "" for none."""
    room = width * WIDE / 100 - INSET
    return next((text for text in texts if text and len(text) * LETTER <= room), "")


def joined(found: Iterable[rota.Segment]) -> list[rota.Segment]:
    """Join neighbours whose people are the same, whatever put them there."""
    merged: list[rota.Segment] = []
    for one in found:
        if merged and merged[-1].ends_at == one.starts_at and merged[-1].users == one.users:
            one = rota.Segment(merged.pop().starts_at, one.ends_at, one.holders)  # noqa: PLW2901  goes on
        merged.append(one)
    return merged


def shifts(
    found: Sequence[rota.Segment], period: Period, people: People, *, height: int, link: Link | None = None
) -> list[Bar]:  # fmt: skip
    """Return the bars of one lane; people who serve side by side are drawn one below the other."""
    bars: list[Bar] = []
    for one in joined(found):
        users = [pk for pk in one.users if pk in people]
        shown = users[:MOST_BESIDE]
        for place, pk in enumerate(shown):
            top, low = place * height // len(shown), (place + 1) * height // len(shown)
            rest = users[MOST_BESIDE - 1 :] if place == MOST_BESIDE - 1 else [pk]
            bars.append(_shift(one, people, rest, period, (8 + top, low - top), link))
    return bars


def gaps(
    found: Sequence[rota.Segment], period: Period, link: Link | None, *, height: int = TALL
) -> list[Bar]:
    """Return the hatched bars of gaps, each named."""
    bars = []
    for one in found:
        x = period.place(one.starts_at)
        width = period.place(one.ends_at) - x
        name = f"{length(one.ends_at - one.starts_at)} gap"
        said = f"Nobody: a gap. {when(one.starts_at, one.ends_at, period.zone)}"
        url = link(one, None) if link else ""
        bars.append(Bar(x, round(width, 3), 8, height, said, url=url, beside=f"! {name}"))
    return _spaced(bars)


def _spaced(bars: list[Bar]) -> list[Bar]:
    """Leave out the names of gaps that would lie over the name before."""
    found: list[Bar] = []
    edge = -100.0
    for bar in bars:
        half = len(bar.beside) * LETTER / WIDE * 50
        centre = min(max(bar.centre, half), 100 - half)
        if centre - half < edge:
            found.append(Bar(bar.x, bar.width, bar.y, bar.height, bar.said, url=bar.url))
            continue
        edge = centre + half + 1
        found.append(bar)
    return found


def _shift(
    one: rota.Segment, people: People, users: Sequence[int], period: Period, box: tuple[int, int], link: Link | None
) -> Bar:  # fmt: skip
    drawn, more = people[users[0]], len(users) - 1
    x = period.place(one.starts_at)
    width = round(period.place(one.ends_at) - x, 3)
    trouble = f", {drawn.trouble}" if drawn.trouble else ""
    mark = "! " if drawn.trouble else ""
    rest = f" and {more} more" if more else ""
    said = f"{people.names(users)}{trouble}: {when(one.starts_at, one.ends_at, period.zone)}"
    text = fitting(width, f"{mark}{drawn.short}{rest}", f"{mark}{drawn.initials}", mark.strip())
    url = link(one, users[0]) if link else ""
    return Bar(x, width, box[0], box[1], said, drawn, text, url)
