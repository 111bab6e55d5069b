"""What a report of load and pay reads: a fixed number of statements, however many people and shifts.

Time on call comes from the ledger alone, so that no edit of a schedule changes a report.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from core.models import Team, User
from oncall.actions import incident_work
from oncall.actions.fairness import called
from oncall.actions.own_days import holidays_of
from oncall.models import RotationSlot, Schedule, ServedShift, pay_plans
from oncall.rota.civil import to_utc
from oncall.rota.counted import ServedShift as Shift
from oncall.rota.pay import DAY, PayPlan
from oncall.rota.windows import Span

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
LONGEST = 400  # days
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
AROUND = 2 * DAY  # zones are up to 14 hours away, and an effort may have begun the day before


@dataclass(frozen=True, slots=True)
class Period:
    """Local days of each person, from `first` to `last`, both included."""

    first: date
    last: date

    def of(self, zone: str) -> Span:
        """Return it in a zone: from midnight to midnight (UTC)."""
        return _midnight(self.first, zone), _midnight(self.last + DAY, zone)

    @property
    def widest(self) -> Span:
        """Return a span that holds it in every zone."""
        start, end = self.of("UTC")
        return start - AROUND, end + AROUND


def day_of(written: str) -> date | None:
    """Return the day that is written as 2026-10-01; None for what is none, or lies too far away."""
    if not _DAY.fullmatch(written):  # ISO 8601 has weeks, and days without hyphens, too
        return None
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if EARLIEST <= found < LATEST else None


def is_period(first: date, last: date) -> bool:
    """Return whether a report can be had from one day to another, both included."""
    is_near = first >= EARLIEST and last < LATEST
    return is_near and 0 <= (last - first).days < LONGEST


def last_month(day: date) -> Period:
    """Return the month before the one that a day lies in."""
    last = day.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read. `teams` are those of the report; `plans` (by team) and `schedules` are everybody's.

    `people`: whom it may name; `serving`: those who served, or had a turn. By person: `shifts`, `called` (page and
    schedule), `deeds` on incidents, `parts` in incidents that were resolved. `resolved`: when each was, the first time.
    """

    teams: Mapping[int, Team]
    schedules: Mapping[int, Schedule]
    people: Mapping[int, User]
    serving: Collection[int]
    shifts: Mapping[int, list[Shift]]
    called: Mapping[int, list[tuple[datetime, int]]]
    holidays: Mapping[int, frozenset[date]]
    plans: Mapping[int, list[PayPlan]]
    deeds: Mapping[int, list[tuple[int, datetime]]]
    resolved: Mapping[int, datetime]
    parts: Mapping[int, set[int]]
    incidents: Mapping[int, incident_work.Named]

    def schedules_of(self, team: int) -> list[int]:
        """Return the ids of a team's schedules."""
        return [pk for pk, row in self.schedules.items() if row.team_id == team]


def read(period: Period, *, team: Team | None, person: User | None) -> Rows:
    """Return what a report of these days needs, of one team or of all, of one person or of everybody."""
    span = period.widest
    teams = {team.pk: team} if team else Team.objects.in_bulk()
    schedules = Schedule.objects.in_bulk()
    own = [pk for pk, row in schedules.items() if row.team_id in teams]
    serving = {person.pk} if person else _serving(own, span)
    plans = pay_plans()
    work = _work(plans.keys() & teams.keys(), span)
    people = serving if person else serving | work.people
    deeds = incident_work.deeds(people, span) if work.is_asked else {}
    worked = {incident for listed in deeds.values() for incident, _ in listed}
    return Rows(
        teams, schedules, User.objects.in_bulk(people), serving, _shifts(people, span, _paid(schedules, plans)),
        called(own, people, span), holidays_of(schedules), plans, deeds, work.resolved, work.parts,
        incident_work.named({*worked, *work.resolved}),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Work:
    """What incidents may earn somebody, and whom. `is_asked`: a team of the report pays for anything."""

    is_asked: bool
    people: set[int] = field(default_factory=set)
    resolved: dict[int, datetime] = field(default_factory=dict)
    parts: dict[int, set[int]] = field(default_factory=dict)


def _work(paying: Collection[int], span: Span) -> _Work:
    if not paying:
        return _Work(is_asked=False)
    resolved = incident_work.first_resolved(paying, span)
    parts = incident_work.parts_in(resolved)
    return _Work(True, incident_work.workers(paying, span) | parts.keys(), resolved, parts)


def _serving(schedules: Collection[int], span: Span) -> set[int]:
    """Return who served by these schedules, and who of the active had a turn."""
    start, end = span
    served = ServedShift.objects.filter(schedule__in=schedules, ends_at__gt=start, starts_at__lt=end)  # fmt: skip
    turns = RotationSlot.objects.filter(
        Q(version__effective_from=None) | Q(version__effective_from__lt=end),
        Q(version__effective_to=None) | Q(version__effective_to__gt=start),
        version__layer__schedule__in=schedules, version__withdrawn_at=None, user__is_active=True,
    ).exclude(version__seat="shadow")  # fmt: skip
    found = {*served.exclude(seat="shadow").order_by().values_list("user", flat=True).distinct()}
    return found | {pk for pk in turns.order_by().values_list("user", flat=True).distinct() if pk}


def _paid(schedules: Mapping[int, Schedule], plans: Mapping[int, list[PayPlan]]) -> dict[int, date]:
    """Return from which day on each schedule's team has a pay plan; schedules of others are left out."""
    return {
        pk: plans[row.team_id][0].starts_on for pk, row in schedules.items() if row.team_id in plans
    }


def _shifts(people: Collection[int], span: Span, paid: Mapping[int, date]) -> dict[int, list[Shift]]:  # fmt: skip
    """Return what each of these people served by any schedule: time counts once over all of them."""
    rows = ServedShift.objects.filter(user__in=people, ends_at__gt=span[0], starts_at__lt=span[1])
    found: dict[int, list[Shift]] = defaultdict(list)
    columns = ("user", "pk", "schedule", "seat", "starts_at", "ends_at")
    for user, pk, schedule, seat, start, end in rows.order_by("pk").values_list(*columns):
        is_paid = schedule in paid and paid[schedule] <= end.date()
        found[user].append(Shift(pk, schedule, seat, start, end, is_paid))
    return found


def _midnight(day: date, zone: str) -> datetime:
    return to_utc(datetime.combine(day, time.min), zone)
