"""What the history page of one month shows."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.safestring import SafeString

from statuspage.look.history import DayRow, Past, day_rows
from statuspage.look.shape import HistoryPage, MonthLink
from statuspage.look.states import counted, listed
from statuspage.look.strips import strip, without_today
from statuspage.look.text import safe_url
from statuspage.look.times import Times, day_plain, day_short, duration, month_and_year, month_name


@dataclass(frozen=True)
class MonthStrip:
    """A month's strip and the days at its ends."""

    svg: SafeString
    first: str
    last: str


def month_rows(page: HistoryPage, times: Times, *, stale: bool) -> tuple[DayRow, ...]:
    """Give the days of a month up to its end or today."""
    works = page.maintenances
    past = Past(
        page.incidents, works, page.site, times, page.reports_since, folded=False, stale=stale
    )
    return tuple(day_rows(past, page.first, _last(page, times)))


def month_total(page: HistoryPage, times: Times) -> str:
    """Say in one sentence how the month was."""
    last = _last(page, times)
    if page.reports_since and last < page.reports_since:
        return f"This page has reported since {day_plain(page.reports_since)}."
    begun = [each for each in page.incidents if times.day(each.started_at) >= page.first]
    carried = len(page.incidents) - len(begun)
    parts = [counted(len(page.incidents), "incident")] if page.incidents else ["No incidents"]
    if page.maintenances:
        parts.append(counted(len(page.maintenances), "maintenance"))
    span = (
        f"from {page.first.day} to {last.day} {month_name(last)}"
        if last > page.first
        else f"on {day_plain(last)}"
    )
    words = f"{listed(parts)} {span}."
    if carried:
        words += f" {counted(carried, 'incident')} began before."
    if page.affected_seconds:
        words += f" {duration(page.affected_seconds)} with at least one component affected."
    return words


def month_strip(page: HistoryPage, times: Times, *, stale: bool) -> MonthStrip | None:
    """Draw a month; days to come stay empty, and a stale page knows nothing of today."""
    days = page.days
    if not days or not days.runs:
        return None
    last = month_end(page.first)
    if stale and page.first <= times.today <= last:
        days = without_today(days)
    svg = strip(days, month_and_year(page.first), slots=last.day)
    return MonthStrip(svg, day_short(page.first, weekday=False), day_short(last, weekday=False))


def month_link(link: MonthLink | None) -> tuple[str, str] | None:
    """Give the words and the address of a link to a month: "October 2026: 4 incidents"."""
    if link is None:
        return None
    number = link.incidents
    tail = "" if number is None else f": {counted(number, 'incident') if number else 'none'}"
    return f"{month_and_year(link.first)}{tail}", safe_url(link.url)


def month_end(first: date) -> date:
    """Give the last day of the month that begins with `first`."""
    following = first.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)


def _last(page: HistoryPage, times: Times) -> date:
    return min(month_end(page.first), times.today)


def promised(page: HistoryPage) -> str:
    """Say how many of the updates that were promised by a time came by then; "" where the owner does not show it."""
    if page.promises is None:
        return ""
    made, kept = page.promises
    month = month_and_year(page.first)
    if not made:
        return f"No update was promised by a time of {month}."
    if made == 1:
        came = "it came by then" if kept else "it came late"
        return f"In {month} 1 update was promised by a time; {came}."
    return f"In {month} {made} updates were promised by a time; {'all' if kept == made else kept} of them came by then."
