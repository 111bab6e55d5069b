"""What the page of one component shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.look.components import Row, row
from statuspage.look.freshness import no_news
from statuspage.look.shape import ComponentPage, Days, Maintenance, MonthRow, State
from statuspage.look.states import PAST_WORDS, WORDS, counted
from statuspage.look.strips import length, without_today
from statuspage.look.text import clean, link, safe_url
from statuspage.look.times import Times, day_plain, day_short, duration, month_and_year


@dataclass(frozen=True)
class Month:
    """One row of a component's months."""

    name: str
    url: str
    uptime: str | None
    incidents: str


@dataclass(frozen=True)
class ComponentFacts:
    """The page of one component."""

    title: str
    row: Row
    code: str
    sentence: SafeString
    description: str
    days: int
    days_words: str
    since: str
    months: tuple[Month, ...]
    atom: str
    calendar: str
    zone: str


def component_facts(page: ComponentPage, times: Times, *, stale: bool) -> ComponentFacts:
    """Give what a component's page shows."""
    component = page.component
    name = clean(component.name)
    shown = row(component, times, stale=stale)
    days = component.days
    known = without_today(days) if stale and days else days
    word = "Status unknown" if stale else WORDS[component.state]
    return ComponentFacts(
        title=f"{word}: {name}",
        row=shown,
        code=shown.code,
        sentence=_component_sentence(page, times, stale=stale),
        description=clean(page.description),
        days=length(known) if known else 0,
        days_words=_others(name, known, page.reports_since) if known else "",
        since=day_short(known.first, weekday=False) if known else "",
        months=tuple(_months(page.months, times, stale=stale)),
        atom=safe_url(page.atom),
        calendar=safe_url(page.calendar),
        zone=page.site.zone,
    )


def _component_sentence(page: ComponentPage, times: Times, *, stale: bool) -> SafeString:
    """Say how it is, since when, and where more is told."""
    component, incident = page.component, page.incident
    if stale:
        then = PAST_WORDS[component.state].lower()
        return format_html("{} Then, it {}.", no_news(page.site, times), then)
    since = format_html(" since {}", times.moment(component.since)) if component.since else ""
    said = format_html("{}{}.", WORDS[component.state], since)
    if incident is None:
        return format_html("{}{}", said, _planned_work(page.work, page.site.as_of, times))
    title = link(incident.url, clean(incident.title))
    due = incident.next_update_by
    if due is None:
        return format_html("{} Incident: {}.", said, title)
    words = "An update was due by" if due < page.site.as_of else "Next update by"
    return format_html("{} {} {}: {}.", said, words, times.moment(due), title)


def _planned_work(work: Maintenance | None, as_of: datetime, times: Times) -> SafeString:
    """Say which planned work it is, and until when; begins with a space."""
    if work is None:
        return SafeString("")
    words = "It was to end at" if work.ends_at < as_of else "Planned to end at"
    title = link(work.url, clean(work.title))
    return format_html(" {} {}: {}.", words, times.moment(work.ends_at), title)


def _others(name: str, days: Days, since: date | None) -> str:
    """Say of which days the table speaks, how all others were, and since when it was measured."""
    measured = f" Measured since {day_plain(since)}." if since and since > days.first else ""
    fine = sum(run.days for run in days.runs if run.state is State.OPERATIONAL)
    if fine == length(days):
        return f"On all {fine} days {name} was fully operational.{measured}"
    others = f" On the {counted(fine, 'other')} {name} was." if fine else ""
    return f"Days that were not fully operational.{others}{measured}"


def _months(months: Iterable[MonthRow], times: Times, *, stale: bool) -> Iterator[Month]:
    for month in months:
        present = (month.first.year, month.first.month) == (times.today.year, times.today.month)
        so_far = (" in part" if stale else " so far") if present else ""
        number = counted(month.incidents, "incident") if month.incidents else "none"
        lasted = f", {duration(month.seconds)}{'' if stale else so_far}" if month.seconds else ""
        yield Month(
            name=month_and_year(month.first) + (f",{so_far}" if present else ""),
            url=safe_url(month.url),
            uptime=month.uptime,
            incidents=f"{number}{lasted}",
        )
