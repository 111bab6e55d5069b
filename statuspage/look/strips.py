"""Strips of days: one tick a day, taller is worse, planned work below the base line.

One path per state, one subpath per run of days; the style sheet's dashes cut a run into days.
The dashes begin anew with each subpath, so each run begins with a whole day.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from statuspage.look.shape import Component, DayCause, DayRun, Days, State
from statuspage.look.states import CODES, DAY_RANK, DAY_WORDS, OUTAGES
from statuspage.look.text import clean, safe_url
from statuspage.look.times import days_short, duration

SLOT = 8
SHORT = 30 * 60
# Class of the path and middle of the stroke; the style sheet holds the width of the stroke.
_TICKS = {
    State.OPERATIONAL: (("", "27"), ("", "27")),
    State.DEGRADED: (("d", "25"), ("D", "23.5")),
    State.PARTIAL: (("p", "22"), ("P", "20")),
    State.MAJOR: (("m", "18"), ("M", "16")),
    State.MAINTENANCE: (("w", "31"), ("w", "31")),
    State.NO_DATA: (("n", "31"), ("n", "31")),
}
_SVG = (
    '<svg class="b" viewBox="0 0 {} 40" preserveAspectRatio="none" role="img" aria-label="{}">'
    "{}</svg>"
)


@dataclass(frozen=True)
class DayLine:
    """One row of the table of days that were not fully operational. `lasted` is ready text."""

    day: SafeString
    code: str
    word: str
    lasted: str
    causes: tuple[DayCause, ...]


def length(days: Days) -> int:
    """Give how many days there are."""
    return sum(run.days for run in days.runs)


def without_today(days: Days) -> Days:
    """Give the same days with nothing known of the latest, for a page that is too old."""
    if not days.runs:
        return days
    *head, latest = days.runs
    kept = (replace(latest, days=latest.days - 1),) if latest.days > 1 else ()
    return replace(days, runs=(*head, *kept, DayRun(State.NO_DATA)))


def strip(days: Days, name: str, *, slots: int | None = None) -> SafeString:
    """Draw the days as an svg; `slots` leaves room for days still to come."""
    width = SLOT * (slots or length(days))
    paths = format_html_join("", '<path{} d="{}"/>', _paths(days))
    return format_html(_SVG, width, f"{clean(name)}: {label(days)}", paths)


def label(days: Days) -> str:
    """Say in words what the strip shows: "4 of 90 days with problems"."""
    total = length(days)
    bad = sum(run.days for run in days.runs if run.state in OUTAGES)
    dark = sum(run.days for run in days.runs if run.state is State.NO_DATA)
    words = (
        f"{bad} of {total} days with problems" if bad else f"{total - dark} days without a problem"
    )
    return f"{words}, {dark} not measured" if dark else words


def day_lines(days: Days, present: State | None) -> tuple[DayLine, ...]:
    """Give the days that were not fully operational, newest first.

    `present` is the state now: a latest day in that very state is "so far". None: nobody knows.
    """
    return tuple(_line(days, *span, present) for span in reversed(list(_spans(days))))


def worst_of(components: Sequence[Component]) -> Days | None:
    """Give the worst of each day over several components: the days of a group."""
    strips = [component.days for component in components if component.days and component.days.runs]
    if not strips:
        return None
    worst: dict[date, DayRun] = {}
    for days in strips:
        for day, run in _each(days):
            held = worst.get(day)
            if held is None or _weight(run) < _weight(held):
                worst[day] = run
    first = min(worst)
    run_of = [
        worst.get(first + timedelta(days=n), DayRun(State.NO_DATA)) for n in range(len(worst))
    ]
    return Days(first, tuple(_joined(run_of)))


def _weight(run: DayRun) -> tuple[int, int]:
    return DAY_RANK[run.state], -run.weighted_seconds


def _each(days: Days) -> Iterator[tuple[date, DayRun]]:
    """Give the days one by one, each with the run that it is of."""
    day = days.first
    for run in days.runs:
        for _ in range(run.days):
            yield day, run
            day += timedelta(days=1)


def _joined(runs: Sequence[DayRun]) -> Iterator[DayRun]:
    """Join equal neighbours into one run."""
    held: DayRun | None = None
    for run in runs:
        if held and (held.state, held.weighted_seconds) == (run.state, run.weighted_seconds):
            held = replace(held, days=held.days + 1)
        else:
            if held:
                yield held
            held = replace(run, days=1, causes=())
    if held:
        yield held


def _paths(days: Days) -> Iterator[tuple[SafeString, str]]:
    drawn: dict[str, list[str]] = defaultdict(list)
    at = 0
    for run in days.runs:
        name, middle = _TICKS[run.state][run.weighted_seconds >= SHORT]
        drawn[name].append(f"M{at} {middle}h{run.days * SLOT}")
        at += run.days * SLOT
    for name in sorted(drawn):
        attribute = format_html(' class="{}"', name) if name else mark_safe("")
        yield attribute, "".join(drawn[name])


def _spans(days: Days) -> Iterator[tuple[date, DayRun]]:
    day = days.first
    for run in days.runs:
        if run.state is not State.OPERATIONAL and run.days:
            yield day, run
        day += timedelta(days=run.days)


def _line(days: Days, first: date, run: DayRun, present: State | None) -> DayLine:
    last = first + timedelta(days=run.days - 1)
    today = days.first + timedelta(days=length(days) - 1)
    label = days_short(first, last)
    if run.state is State.NO_DATA:
        noun = "day" if run.days == 1 else "days"
        lasted = f"{run.days} {noun} not measured"
        label = format_html("Until {}", days_short(last, last)) if first == days.first else label
    else:
        so_far = " so far" if last == today and run.state is present else ""
        lasted = duration(run.seconds) + so_far + (" each day" if run.days > 1 else "")
    return DayLine(label, CODES[run.state], DAY_WORDS[run.state], lasted, _safe(run.causes))


def _safe(causes: tuple[DayCause, ...]) -> tuple[DayCause, ...]:
    return tuple(DayCause(clean(cause.title), safe_url(cause.url)) for cause in causes)
