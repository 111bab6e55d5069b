"""Twelve weeks at a glance: a few numbers, each with its population, computed from milestones (design.md 2.7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Min, Q
from django.http import HttpRequest

from core.admin.panel import Panel
from core.admin.rights import allows
from core.templatetags.house import short_of, span_of
from incidents.models import Incident
from incidents.playbook.lifecycle import State

WEEKS = 12
WEEK = timedelta(days=7)
FEWEST = 5  # below it no percentile is shown (AC-A7)
TOP = 32
LEFT_OUT = (State.FALSE_ALARM, State.MERGED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Bar:
    """One week: x and height in the drawing's units."""

    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Small:
    """One small picture: its figure in words, how many it counts, twelve bars and what they say aloud."""

    name: str
    value: str
    remark: str
    bars: Sequence[Bar]
    said: str


@dataclass(frozen=True, slots=True)
class Counted:
    """One incident as far as the numbers need it: its week (0 is the oldest), rank and two lengths."""

    week: int
    rank: int
    answered: timedelta | None
    restored: timedelta | None


def twelve_weeks(request: HttpRequest, at: datetime) -> Panel | None:
    """Return the panel; false alarms, merged and cancelled incidents are left out."""
    if not allows(request, "incidents.view"):
        return None
    rows = _counted(at)
    smalls = [
        _counts("Incidents a week", rows, lambda row: True),
        _counts("Rank 1 and 2 a week", rows, lambda row: row.rank <= 2),
        _lengths("Acknowledged, p90", rows, lambda row: row.answered, _p90, span_of),
        _lengths("Restored, median", rows, lambda row: row.restored, _median, short_of),
    ]
    return Panel(
        "Last 12 weeks", count="false alarms left out", key="twelve-weeks", area="below",
        template="incidents/now/weeks.html", data=smalls,
    )  # fmt: skip


def _counted(at: datetime) -> list[Counted]:
    began = at - WEEKS * WEEK
    rows = (
        Incident.objects.filter(opened_at__gt=began, opened_at__lte=at)
        .exclude(state__in=LEFT_OUT)
        .annotate(
            alerted=Min("milestones__at", filter=Q(milestones__kind="alerted")),
            restored=Min("milestones__at", filter=Q(milestones__kind__in=("restored", "resolved"))),
        )
        .values_list("opened_at", "rank", "acknowledged_at", "alerted", "restored")
    )
    return [
        Counted(
            (opened - began) // WEEK,
            rank,
            answered - (alerted or opened) if answered else None,
            restored - opened if restored else None,
        )
        for opened, rank, answered, alerted, restored in rows
    ]


def _counts(name: str, rows: list[Counted], wanted: Callable[[Counted], bool]) -> Small:
    numbers = [0] * WEEKS
    for row in rows:
        if wanted(row):
            numbers[min(row.week, WEEKS - 1)] += 1
    said = f"{name}: {', '.join(map(str, numbers))}; the last is this week"
    return Small(name, str(numbers[-1]), f"{sum(numbers)} in all", _bars(numbers), said)


def _lengths(
    name: str,
    rows: list[Counted],
    length: Callable[[Counted], timedelta | None],
    fold: Callable[[list[timedelta]], timedelta],
    word: Callable[[timedelta], str],
) -> Small:
    weekly: list[list[timedelta]] = [[] for _ in range(WEEKS)]
    for row in rows:
        took = length(row)
        if took is not None and took >= timedelta(0):
            weekly[min(row.week, WEEKS - 1)].append(took)
    every = [took for week in weekly for took in week]
    value = word(fold(every)) if len(every) >= FEWEST else "unknown"
    bars = _bars([fold(week).total_seconds() if week else 0 for week in weekly])
    return Small(
        name, value, f"n = {len(every)}", bars, f"{name}: {value}, over {len(every)} incidents"
    )


def _p90(lengths: list[timedelta]) -> timedelta:
    return sorted(lengths)[max(0, -(-len(lengths) * 9 // 10) - 1)]


def _median(lengths: list[timedelta]) -> timedelta:
    return timedelta(seconds=median(one.total_seconds() for one in lengths))


def _bars(numbers: Sequence[float]) -> list[Bar]:
    highest = max(numbers, default=0) or 1
    heights = [round(max(1, number / highest * (TOP - 2)), 1) for number in numbers]
    return [Bar(place * 10, TOP - height, height) for place, height in enumerate(heights)]
