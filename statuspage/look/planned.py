"""Planned maintenance, as the status page lists it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.look.shape import Maintenance
from statuspage.look.states import listed
from statuspage.look.text import clean, inline_html, safe_url
from statuspage.look.times import Times, day_plain, day_short


@dataclass(frozen=True)
class PlannedRow:
    """One planned work: its day, its hours, what it is and what it means."""

    day: str
    hours: SafeString
    title: str
    url: str
    note: SafeString


def planned_rows(works: Iterable[Maintenance], times: Times) -> tuple[PlannedRow, ...]:
    """Give planned work, soonest first."""
    return tuple(_row(each, times) for each in sorted(works, key=lambda each: each.starts_at))


def _row(work: Maintenance, times: Times) -> PlannedRow:
    day = times.day(work.starts_at)
    names = f"{listed(map(clean, work.affected))}. " if work.affected else ""
    moved = SafeString("")
    if work.moved_from:
        before = day_plain(work.moved_from, year=times.today.year)
        moved = format_html(" <b>Moved</b> from {}.", before)
    return PlannedRow(
        day=day_short(day),
        hours=times.on(day).range(work.starts_at, work.ends_at),
        title=clean(work.title),
        url=safe_url(work.url),
        note=format_html("{}{}{}", names, inline_html(work.note), moved),
    )
