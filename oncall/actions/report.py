"""Load and pay of a period, person by person, each figure with what it was made of (R132, R147).

Hours and pages are everybody's to see; what somebody is due only their own, the managers' of the team that pays it, and
the Administrators'.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.actor import Actor
from core.models import Team, User
from core.permissions import may, require
from oncall import rota
from oncall.actions.fairness import Burden
from oncall.actions.incident_work import Named
from oncall.actions.report_rows import Period, Rows, read
from oncall.rota import pay
from oncall.rota.civil import to_wall
from oncall.rota.counted import ServedShift, counted
from oncall.rota.effort import TimeOff, efforts, times_off

VIEW, OWN, OTHERS = "oncall.view", "oncall.view_pay", "oncall.view_pay_of_others"
UTC = "UTC"
_Key = tuple[int, str]  # team and currency


@dataclass(frozen=True, slots=True)
class Bonus:
    """What one incident earned, which was resolved first at `at`."""

    incident: Named
    at: datetime
    plan: pay.PayPlan
    money: Decimal


@dataclass(frozen=True, slots=True)
class Shown:
    """One served shift, and what of it counted within the period: minutes by class."""

    shift: ServedShift
    minutes: Mapping[rota.HourClass, int]

    @property
    def counted(self) -> int:
        """Return what counted, in minutes."""
        return sum(self.minutes.values())


@dataclass(frozen=True, slots=True)
class Statement:
    """What one person is due from one team for a period, in one currency; "" for days on which no plan was in force."""

    team: Team
    currency: str
    parts: Sequence[pay.Part]
    lines: Sequence[pay.Line]
    bonuses: Sequence[Bonus]
    times_off: Sequence[TimeOff]

    @property
    def on_call(self) -> Decimal:
        """Return the money for time on call: the sum of its rounded lines."""
        return sum((line.money for line in self.lines), Decimal())

    @property
    def bonus(self) -> Decimal:
        """Return the money for incidents."""
        return sum((one.money for one in self.bonuses), Decimal())

    @property
    def total(self) -> Decimal:
        """Return all money."""
        return self.on_call + self.bonus

    @property
    def minutes_off(self) -> int:
        """Return the time off, in minutes."""
        earned = sum(line.minutes_off for line in self.lines)
        return earned + sum(one.minutes_off for one in self.times_off)

    @property
    def minutes(self) -> int:
        """Return the time on call."""
        return sum(part.minutes for part in self.parts)

    @property
    def shifts(self) -> list[Shown]:
        """Return the shifts that the time on call was, in order."""
        found: dict[ServedShift, dict[rota.HourClass, int]] = {}
        for part in self.parts:
            minutes = found.setdefault(part.shift, {})
            minutes[part.hour_class] = minutes.get(part.hour_class, 0) + part.minutes
        return [Shown(shift, minutes) for shift, minutes in found.items()]


@dataclass(frozen=True, slots=True)
class Account:
    """One person of a report. `burden`: hours by class and pages, by schedules of the report's teams.

    `statements`: None where the reader may not see any. `hours`: time on call by team and class, in minutes.
    """

    user: User
    burden: Burden
    hours: Mapping[tuple[int, rota.HourClass], int]
    statements: tuple[Statement, ...] | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everybody's account, by name. `is_paid`: a team of it has a pay plan.

    `evenness`, `ratio`: of the burdens, as in `Fairness`.
    """

    period: Period
    rows: Rows
    people: tuple[Account, ...]
    evenness: float
    ratio: float | None
    is_paid: bool

    @property
    def ends_at(self) -> datetime:
        """Return when the period is over for everybody in it (UTC)."""
        zones = {user.time_zone or UTC for user in self.rows.people.values()} or {UTC}
        return max(self.period.of(zone)[1] for zone in zones)

    @property
    def ledger_to(self) -> datetime | None:
        """Return where the ledger of its schedules ends (UTC), if the period goes on for somebody; else None."""
        rows = [one for one in self.rows.schedules.values() if one.team_id in self.rows.teams]
        end = min((one.served_to or one.created_at for one in rows), default=None)
        return end if end is not None and end < self.ends_at else None

    @property
    def totals(self) -> dict[str, Decimal]:
        """Return the money that is shown, by currency."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.people:
            for statement in one.statements or ():
                if statement.currency:
                    found[statement.currency] += statement.total
        return dict(sorted(found.items()))


def report(
    period: Period, *, by: Actor, team: Team | None = None, person: User | None = None
) -> Report:
    """Return the report of one team, or of all; with `person`, of that person alone. Reads only. Raises NotAllowed."""
    require(by, VIEW)
    rows = read(period, team=team, person=person)
    others = {pk for pk, row in rows.teams.items() if may(by, OTHERS, row)}
    own = {*rows.teams} if may(by, OWN) else set()
    found = [
        _Reckoning(rows, user, period).account(own if user.pk == by.user_id else others)
        for user in rows.people.values()
    ]
    shown = [one for one in found if one.user.pk in rows.serving or one.statements]
    weights = [one.burden.weight for one in shown if one.user.pk in rows.serving]
    least = min(weights, default=0)
    return Report(
        period,
        rows,
        tuple(sorted(shown, key=lambda one: (one.user.display_name.casefold(), one.user.pk))),
        rota.evenness(weights),
        max(weights) / least if least else None,
        bool(rows.plans.keys() & rows.teams.keys()),
    )


class _Reckoning:
    """Everything that one person's account is made of."""

    def __init__(self, rows: Rows, user: User, period: Period) -> None:
        self.rows, self.user = rows, user
        self.zone = user.time_zone or UTC
        self.starts_at, self.ends_at = period.of(self.zone)
        counts = counted(rows.shifts.get(user.pk, ()), (self.starts_at, self.ends_at))
        self.parts = [
            part
            for part in pay.parts(counts, self.zone, rows.holidays)
            if rows.schedules[part.shift.schedule].team_id in rows.teams
        ]

    def account(self, teams: Collection[int]) -> Account:
        """Return the account, with the statements of these teams; without any it has none."""
        hours: dict[tuple[int, rota.HourClass], int] = defaultdict(int)
        for part in self.parts:
            hours[self._team(part), part.hour_class] += part.minutes
        statements = self._statements(teams) if teams else None
        return Account(self.user, self._burden(), dict(hours), statements)

    def _burden(self) -> Burden:
        hours: dict[rota.HourClass, timedelta] = defaultdict(timedelta)
        for part in self.parts:
            hours[part.hour_class] += part.ends_at - part.starts_at
        pages = [one for one in self.rows.called.get(self.user.pk, ()) if self._is_within(one[0])]
        late = [at for at, by in pages if rota.class_at(at, self.zone, self._days([by])) != "business"]  # fmt: skip
        return Burden(self.user.pk, dict(hours), len(pages), len(late))

    def _statements(self, teams: Collection[int]) -> tuple[Statement, ...]:
        parts: dict[_Key, list[pay.Part]] = defaultdict(list)
        for part in self.parts:
            team = self._team(part)
            plan = pay.plan_on(self.rows.plans.get(team, ()), part.day)
            parts[team, plan.currency if plan else ""].append(part)
        bonuses: dict[_Key, list[Bonus]] = defaultdict(list)
        for bonus in self._bonuses():
            bonuses[bonus.incident.team, bonus.plan.currency].append(bonus)
        off: dict[_Key, list[TimeOff]] = defaultdict(list)
        for one in self._times_off():
            off[self.rows.incidents[one.effort.incident].team, one.plan.currency].append(one)
        return tuple(
            Statement(
                self.rows.teams[team], currency, parts[team, currency],
                pay.lines(parts[team, currency], self.rows.plans.get(team, ())),
                bonuses[team, currency], off[team, currency],
            )
            for team, currency in sorted({*parts, *bonuses, *off})
            if team in teams
        )  # fmt: skip

    def _times_off(self) -> list[TimeOff]:
        """Return what efforts earn that began in the period: each is one piece, whatever month it ends in."""
        found = times_off(
            efforts(self.rows.deeds.get(self.user.pk, ())),
            self.zone,
            lambda one: self._days(self.rows.schedules_of(self.rows.incidents[one.incident].team)),
            lambda one: self._plan(self.rows.incidents[one.incident].team, one.starts_at),
        )
        return [one for one in found if self._is_within(one.effort.starts_at)]

    def _bonuses(self) -> Iterator[Bonus]:
        for number in sorted(self.rows.parts.get(self.user.pk, ())):
            incident, at = self.rows.incidents[number], self.rows.resolved[number]
            plan = self._plan(incident.team, at)
            amount = plan.bonuses.get(incident.rank) if plan else None
            if plan and amount and self._is_within(at):
                yield Bonus(incident, at, plan, pay.money(amount, plan.currency))

    def _team(self, part: pay.Part) -> int:
        return self.rows.schedules[part.shift.schedule].team_id

    def _plan(self, team: int, at: datetime) -> pay.PayPlan | None:
        return pay.plan_on(self.rows.plans.get(team, ()), to_wall(at, self.zone).date())

    def _days(self, schedules: Iterable[int]) -> frozenset[date]:
        return frozenset[date]().union(*(self.rows.holidays.get(pk, ()) for pk in schedules))

    def _is_within(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at
