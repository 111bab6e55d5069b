"""What on-call cost people in the last 90 days: hours, those of the night, pages. From the ledger by the one resolver."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count

from oncall import rota
from oncall.admin.people import Drawn, People
from oncall.models import Page, Schedule
from oncall.rota.windows import Span, open_spans

BACK = timedelta(days=90)
# 22:00 to 07:00 on the wall clock of the schedule's zone
NIGHT = tuple(rota.Window(day, time(22), (day + 1) % 7, time(7)) for day in range(7))
WEEKEND = (rota.Window(5, time(0), 0, time(0)),)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Burden:
    """One person's load. `pages`: of every schedule."""

    drawn: Drawn
    hours: int
    night: int
    pages: int


def load(plan: rota.Plan, people: People, schedule: Schedule, at: datetime) -> list[Burden]:
    """Return everybody who served in the first seat within 90 days; the most first.

    Nobody served a schedule before there was one.
    """
    spans: dict[int, list[Span]] = defaultdict(list)
    zone, since = schedule.zone, max(at - BACK, schedule.created_at)
    for one in rota.segments(plan, since, at) if since < at else ():
        for user in one.users:
            spans[user].append((one.starts_at, one.ends_at))
    paged = pages_of(people, at)
    found = [
        Burden(people[pk], _hours(own), _hours(within(NIGHT, zone, own)), paged.get(pk, 0))
        for pk, own in spans.items()
        if pk in people
    ]
    return sorted(found, key=lambda one: (-one.hours, one.drawn.name))


def pages_of(ids: Iterable[int], at: datetime) -> dict[int, int]:
    """Return how often each of these people was paged within 90 days: once for an incident, however many steps."""
    rows = Page.objects.filter(user__in=list(ids), created_at__gt=at - BACK, unsent_reason="")
    counted = rows.order_by().values("user").annotate(number=Count("escalation", distinct=True))
    return dict(counted.values_list("user", "number"))


def within(windows: Sequence[rota.Window], zone: str, spans: Sequence[Span]) -> list[Span]:
    """Return what of ordered spans lies within weekly windows of a zone."""
    found: list[Span] = []
    for start, end in spans:
        for opens, closes in open_spans(windows, zone, start):
            if opens >= end:
                break
            if max(opens, start) < min(closes, end):
                found.append((max(opens, start), min(closes, end)))
    return found


def _hours(spans: Sequence[Span]) -> int:
    return round(sum((end - start for start, end in spans), timedelta()) / HOUR)
