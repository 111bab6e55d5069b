"""What the page of one maintenance shows: drawn as an incident's, told as planned work."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.look.banner import promise
from statuspage.look.freshness import no_news
from statuspage.look.incidents import Answer, Fact, work_affected, work_answers
from statuspage.look.one_incident import IncidentFacts
from statuspage.look.shape import Maintenance, MaintenancePage
from statuspage.look.text import clean, lines_html
from statuspage.look.times import Times, day_plain, lasted
from statuspage.look.updates import words, work_steps


def maintenance_facts(page: MaintenancePage, times: Times, *, stale: bool) -> IncidentFacts:
    """Give what a maintenance's page shows; a stale one speaks of the past."""
    work = page.work
    title = clean(work.title)
    sentence = _sentence(page, times)
    if stale and work.ended_at is None:
        then = "the work was under way" if work.began_at else "the work was still to come"
        sentence = format_html("{} Then, {}.", no_news(page.site, times), then)
    unknown = stale and work.ended_at is None
    return IncidentFacts(
        title=f"{'Status unknown' if unknown else _word(work)}: {title}",
        heading=title,
        code="un" if stale else _code(work),
        sentence=sentence,
        steps=work_steps(work, times),
        answers=_answers(page, times),
        advice="" if work.ended_at else lines_html(work.advice),
        postmortem="",
        published="",
        words=words(work.updates, times),
        atom="",
        over=work.ended_at is not None and not stale,
        is_work=True,
    )


def _word(work: Maintenance) -> str:
    if work.is_cancelled:
        return "Cancelled"
    if work.ended_at:
        return "Completed"
    return "Under maintenance" if work.began_at else "Planned maintenance"


def _code(work: Maintenance) -> str:
    """Give the code of its colour and icon: green for what is done, that of maintenance for all else."""
    return "op" if work.ended_at and not work.is_cancelled else "mt"


def _sentence(page: MaintenancePage, times: Times) -> SafeString:
    """Say when it is or was, and what became of it."""
    work = page.work
    if work.is_cancelled:
        return _cancelled(work, times)
    if work.ended_at:
        began = work.began_at or work.starts_at
        how_long = lasted(began, work.ended_at)
        return format_html(
            "Completed. It lasted {}, from {}.", how_long, times.range(began, work.ended_at)
        )
    if work.began_at:
        return _running(page, times)
    late = " <b>It has not begun yet.</b>" if page.site.as_of >= work.starts_at else ""
    words = "Planned for {}.{}" + late
    return format_html(words, times.range(work.starts_at, work.ends_at), _moved(work, times))


def _running(page: MaintenancePage, times: Times) -> SafeString:
    work, as_of = page.work, page.site.as_of
    began = times.moment(work.began_at or work.starts_at)
    due = promise(work.next_update_by, as_of, times)
    if work.ends_at < as_of:
        words = "Under way since {}. <b>Was to end at {}; still running.</b>{}"
    else:
        words = "Under way since {}; planned to end at {}.{}"
    return format_html(words, began, times.moment(work.ends_at), due)


def _cancelled(work: Maintenance, times: Times) -> SafeString:
    when = times.range(work.starts_at, work.ends_at)
    if work.began_at:
        return format_html("Stopped before its end. It was planned for {}.", when)
    return format_html("Cancelled. It was planned for {} and will not take place.", when)


def _moved(work: Maintenance, times: Times) -> SafeString:
    if work.moved_from is None:
        return SafeString("")
    return format_html(" Moved from {}.", day_plain(work.moved_from, year=times.today.year))


def _answers(page: MaintenancePage, times: Times) -> tuple[Answer, ...]:
    work = page.work
    if work.began_at and not work.ended_at:
        return work_answers(work, page.site.as_of, times)
    names = work_affected(work)
    begins, ends = work.began_at or work.starts_at, work.ended_at or work.ends_at
    if work.is_cancelled:
        begins, ends = work.starts_at, work.ends_at
    done = work.ended_at and not work.is_cancelled
    first = Answer(
        "Began" if done else "Planned begin", (Fact(times.hour(begins), times.full_day(begins)),)
    )
    later = f"{lasted(begins, ends)} later"
    last = Answer("Ended" if done else "Planned end", (Fact(times.moment(ends), later),))
    return (names, first, last) if names else (first, last)
