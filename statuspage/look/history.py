"""Days gone by, newest first: what happened on each, and days without incidents in one line.

An incident stands under the day on which it began; a later day that it reached says so, so that no
day is called free of incidents which was not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from statuspage.look.banner import promise
from statuspage.look.incidents import affected_words
from statuspage.look.shape import Incident, Maintenance, PublicPage, Site
from statuspage.look.states import listed
from statuspage.look.text import clean, inline_html, link, safe_url
from statuspage.look.times import (
    Times,
    day_plain,
    day_short,
    days_short,
    duration,
    lasted,
)
from statuspage.look.updates import latest

DAYS = 15
_QUIET = "No incidents."


@dataclass(frozen=True)
class Entry:
    """One incident or maintenance of a day."""

    title: str
    url: str
    facts: SafeString | str
    text: SafeString | str


@dataclass(frozen=True)
class DayRow:
    """One day with its entries, or a run of quiet days with one sentence."""

    label: SafeString
    entries: tuple[Entry, ...] = ()
    quiet: SafeString | str = ""


@dataclass(frozen=True)
class Past:
    """What happened, and how to write it. `folded`: planned work stays in the quiet sentence."""

    incidents: Sequence[Incident]
    works: Sequence[Maintenance]
    site: Site
    times: Times
    since: date | None
    folded: bool
    stale: bool = False

    def begun(self) -> "Past":
        """Give the same without work that has not begun: it is still to come."""
        return replace(self, works=[each for each in self.works if each.began_at])


def recent_rows(page: PublicPage, times: Times) -> tuple[DayRow, ...]:
    """Give the past 15 days of the status page. Days of a still open incident are not called free."""
    incidents = (*page.past, *page.open_incidents)
    works = page.past_maintenance
    past = Past(incidents, works, page.site, times, page.reports_since, folded=True)
    return tuple(day_rows(past, times.today - timedelta(days=DAYS - 1), times.today))


def day_rows(past: Past, first: date, last: date) -> Iterator[DayRow]:
    """Walk back from `last`; gather quiet days until something happened."""
    past = past.begun()
    run: list[date] = []
    day = last
    while day >= first:
        entries = tuple(_entries(past, day, first))
        busy = bool(entries) or _hidden(past, day)
        if busy and run:
            yield _quiet_row(past, run)
            run = []
        if entries:
            yield DayRow(days_short(day, day), entries)
        elif not busy:
            run.append(day)
        day -= timedelta(days=1)
    if run:
        yield _quiet_row(past, run)


def _hidden(past: Past, day: date) -> bool:
    """Say whether a day belongs to an open incident that the page shows above."""
    return past.folded and any(
        each.ended_at is None and past.times.day(each.started_at) <= day for each in past.incidents
    )


def _entries(past: Past, day: date, first: date) -> tuple[Entry, ...]:
    """Give what a day has to tell; what began before `first` is told in full on `first`."""
    told = [each for each in past.incidents if each.ended_at or not past.folded]
    incidents = []
    for each in sorted(told, key=lambda each: each.started_at, reverse=True):
        began, ended = _span(each, past.times)
        if began == day or began < day == first <= ended:
            incidents.append(_incident(each, past, day))
        elif began < day <= ended:
            incidents.append(Entry(clean(each.title), safe_url(each.url), _carried(began), ""))
    works = [_work(each, past, day) for each in past.works if past.times.day(_begun(each)) == day]
    alone = past.folded and not incidents and not _hidden(past, day)
    return () if alone else (*incidents, *works)


def _span(incident: Incident, times: Times) -> tuple[date, date]:
    end = times.day(incident.ended_at) if incident.ended_at else times.today
    return times.day(incident.started_at), end


def _carried(began: date) -> str:
    return f"Went on since {day_short(began)}."


def _incident(each: Incident, past: Past, day: date) -> Entry:
    title, url = clean(each.title), safe_url(each.url)
    newest = latest(each.updates)
    text = inline_html(each.summary or (newest.body if newest else ""))
    what = affected_words(each)
    if each.ended_at is None:
        word = "Was open since" if past.stale else "Open since"
        facts = format_html("{} {}. {}", word, past.times.moment(each.started_at), what)
        due = promise(each.next_update_by, past.site.as_of, past.times)
        return Entry(title, url, facts, format_html("{}{}", text, due))
    facts = format_html(
        "{}, {}. {}",
        past.times.on(day).range(each.started_at, each.ended_at),
        lasted(each.started_at, each.ended_at),
        what,
    )
    if each.postmortem and url:
        text = format_html('{} <a href="{}#postmortem">Read the postmortem</a>.', text, url)
    return Entry(title, url, facts, text)


def _begun(work: Maintenance) -> datetime:
    return work.began_at or work.starts_at


def _work(work: Maintenance, past: Past, day: date) -> Entry:
    start, end = _begun(work), work.ended_at or work.ends_at
    planned = (
        ", as planned"
        if not work.is_cancelled and (start, end) == (work.starts_at, work.ends_at)
        else ""
    )
    names = f"{listed(map(clean, work.affected))}." if work.affected else ""
    facts = format_html("{}{}. {}", past.times.on(day).range(start, end), planned, names)
    text = _ended(work).capitalize() + "." if work.ended_at else _running(past)
    return Entry(f"Maintenance: {clean(work.title)}", safe_url(work.url), facts, text)


def _running(past: Past) -> str:
    return "Was still running." if past.stale else "Is still running."


def _ended(work: Maintenance) -> str:
    if work.is_cancelled:
        return "was stopped before its end"
    late = int(((work.ended_at or work.ends_at) - work.ends_at).total_seconds())
    return "completed on time" if late < 60 else f"completed {duration(late)} late"


def _quiet_row(past: Past, run: Sequence[date]) -> DayRow:
    """`run` holds days newest first."""
    newest, oldest = run[0], run[-1]
    parts = [format_html("{}", _QUIET)]
    if past.folded:
        parts += [
            _mention(each, past) for each in past.works if past.times.day(_begun(each)) in run
        ]
    if past.since and oldest < past.since:
        parts.append(format_html("This page has reported since {}.", day_plain(past.since)))
    label = days_short(oldest, newest, weekday=past.folded or oldest == newest)
    return DayRow(label, quiet=format_html_join(mark_safe(" "), "{}", ((part,) for part in parts)))


def _mention(work: Maintenance, past: Past) -> SafeString:
    """Name planned work within a quiet run: "Maintenance on 7 November ended on time."."""
    day = day_plain(past.times.day(_begun(work)), year=past.times.today.year)
    how = (
        _ended(work).replace("completed", "ended")
        if work.ended_at
        else _running(past).lower().rstrip(".")
    )
    return format_html("Maintenance on {} {}.", link(work.url, day), how)
