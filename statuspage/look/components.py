"""The list of components: rows under headings, or on a large page one row a group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from statuspage.look.naming import all_of
from statuspage.look.shape import Component, Days, Group, State
from statuspage.look.source import source_words
from statuspage.look.states import CODES, NOW_RANK, OUTAGES, PAST_WORDS, WORDS, worst
from statuspage.look.strips import DayLine, day_lines, strip, without_today, worst_of
from statuspage.look.text import clean, safe_url
from statuspage.look.times import Times, day_short

# Above this many components a group becomes one row that can be opened.
LARGE = 40


@dataclass(frozen=True)
class Row:
    """One component as the template shows it. `tone` colours the word; empty: quiet. `source`: who reports it, if not us."""

    name: str
    url: str
    code: str
    word: str
    tone: str
    strip: SafeString | str
    lines: tuple[DayLine, ...]
    uptime: str | None
    source: SafeString | str = ""


@dataclass(frozen=True)
class Section:
    """A heading with its rows; on a large page also a row of its own (`head`).

    `shown` stays visible, `folded` is what opening the head's word reveals.
    """

    name: str
    shown: tuple[Row, ...]
    head: Row | None = None
    folded: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Listing:
    """The whole list. `since` is the strips' first day; `counts` heads a large list."""

    sections: tuple[Section, ...]
    since: str
    uptime: bool
    counts: str = ""


def is_large(groups: Sequence[Group]) -> bool:
    """Say whether the page shows one row a group."""
    named = [group for group in groups if group.name]
    return bool(named) and len(all_of(groups)) > LARGE


def listing(groups: Sequence[Group], times: Times, *, stale: bool) -> Listing:
    """Give the list of components; a stale one speaks of the past and knows nothing of today."""
    large = is_large(groups)
    filled = [group for group in groups if group.components]
    sections = tuple(_section(group, times, large=large, stale=stale) for group in filled)
    components = all_of(groups)
    return Listing(
        sections,
        since=_since(component.days for component in components),
        uptime=any(component.uptime is not None for component in components),
        counts=f"{len([group for group in filled if group.name])} groups" if large else "",
    )


def row(component: Component, times: Times, *, stale: bool) -> Row:
    """Give one component's row."""
    days = without_today(component.days) if stale and component.days else component.days
    name = clean(component.name)
    present = State.NO_DATA if stale else component.state
    quiet = stale or component.state in (State.OPERATIONAL, State.NO_DATA)
    return Row(
        name=name,
        url=safe_url(component.url),
        code=CODES[present],
        word=(PAST_WORDS if stale else WORDS)[component.state],
        tone="" if quiet else CODES[component.state],
        strip=strip(days, name) if days else "",
        lines=day_lines(days, None if stale else component.state) if days else (),
        uptime=component.uptime,
        source=source_words(component.source, times, stale=stale),
    )


def _section(group: Group, times: Times, *, large: bool, stale: bool) -> Section:
    name = clean(group.name)
    if not (large and name):
        return Section(name, tuple(row(each, times, stale=stale) for each in group.components))
    ill = [each for each in group.components if each.state is not State.OPERATIONAL]
    well = [each for each in group.components if each.state is State.OPERATIONAL]
    return Section(
        name,
        shown=tuple(row(each, times, stale=stale) for each in sorted(ill, key=_trouble)),
        head=_head(group, name, ill, stale=stale),
        folded=tuple(row(each, times, stale=stale) for each in well),
    )


def _trouble(component: Component) -> int:
    return NOW_RANK[component.state]


def _head(group: Group, name: str, ill: Sequence[Component], *, stale: bool) -> Row:
    total = len(group.components)
    state = worst(each.state for each in group.components)
    days = worst_of(group.components)
    if days and stale:
        days = without_today(days)
    words = PAST_WORDS if stale else WORDS
    share = sum(1 for each in ill if each.state in OUTAGES) or len(ill)
    if ill:
        word = f"{words[state]}, {share} of {total}"
    else:
        word = f"{total} {'were ' if stale else ''}operational"
    return Row(
        name=name,
        url="",
        code=CODES[State.NO_DATA if stale else state],
        word=word,
        tone="" if stale or not ill else CODES[state],
        strip=strip(days, name) if days else "",
        lines=(),
        uptime=group.uptime,
    )


def _since(strips: Iterable[Days | None]) -> str:
    first: date | None = min((days.first for days in strips if days), default=None)
    return day_short(first, weekday=False) if first else ""
