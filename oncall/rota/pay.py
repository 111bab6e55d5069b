"""What on-call time and incident work are worth by a team's pay plan (R132). Pure: exact fractions, rounded once a line.

A day is a local calendar day of the person: who serves all of it has served one day, though it has 23 or 25 hours; who
serves a part of it has served that part. A week is seven days. The plan is the one in force on that local day.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from oncall.rota.civil import to_utc, to_wall
from oncall.rota.classes import HourClass, stretches
from oncall.rota.counted import MINUTE, Counted, ServedShift
from oncall.rota.shapes import Seat
from oncall.rota.windows import Span

Per = Literal["hour", "day", "week"]
Gives = Literal["money", "time_off"]
DAY = timedelta(days=1)
# How many digits the smallest coin has (ISO 4217), where it isn't two.
_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}


@dataclass(frozen=True, slots=True)
class PayRate:
    """``amount`` for every hour, day or week in a seat, of all time or of one class of hours.

    ``gives``: money, or hours off. ``number`` tells it apart.
    """

    number: int
    seat: Seat
    per: Per
    amount: Decimal
    hour_class: HourClass | None = None
    gives: Gives = "money"


@dataclass(frozen=True, slots=True)
class PayPlan:
    """What a team pays from the local day ``starts_on`` until its next plan begins.

    ``time_off``: how much time off for after-hours incident work, 1 for as much; each effort counts as ``least_minutes``
    at least. ``bonuses``: for an incident worked, by its severity rank.
    """

    number: int
    starts_on: date
    currency: str
    rates: tuple[PayRate, ...] = ()
    time_off: Decimal = Decimal()
    least_minutes: int = 0
    bonuses: Mapping[int, Decimal] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Part:
    """Counted time within one local day and one class. ``share``: which part of that day it is."""

    shift: ServedShift
    day: date
    hour_class: HourClass
    starts_at: datetime
    ends_at: datetime
    share: Fraction

    @property
    def minutes(self) -> int:
        """Return its length."""
        return (self.ends_at - self.starts_at) // MINUTE


@dataclass(frozen=True, slots=True)
class Line:
    """One rate applied: ``units`` (exact hours, days or weeks) by the rate. One of ``money`` and ``minutes_off`` is 0."""

    plan: PayPlan
    rate: PayRate
    minutes: int
    units: Fraction
    money: Decimal
    minutes_off: int


def plan_on(plans: Iterable[PayPlan], day: date) -> PayPlan | None:
    """Give the plan in force on a local day, None before the first one."""
    begun = [plan for plan in plans if plan.starts_on <= day]
    return max(begun, key=lambda plan: plan.starts_on, default=None)


def days(start: datetime, end: datetime, zone: str) -> Iterator[tuple[date, Span, Span]]:
    """Yield the local days of ``zone`` that ``[start, end)`` touches: the day, what lies in it, and all of it (UTC)."""
    day = to_wall(start, zone).date() - DAY
    opens = _midnight(day, zone)
    while start < end:
        closes = _midnight(day + DAY, zone)
        if closes > start:
            stop = min(closes, end)
            yield day, (start, stop), (opens, closes)
            start = stop
        day, opens = day + DAY, closes


def parts(
    found: Iterable[Counted], zone: str, holidays: Mapping[int, Collection[date]]
) -> list[Part]:
    """Give counted time cut by local day and class; ``holidays``: local dates by schedule."""
    return [
        Part(one.shift, day, kind, opens, closes, Fraction((closes - opens) // MINUTE, (whole[1] - whole[0]) // MINUTE))
        for one in found
        for day, within, whole in days(one.starts_at, one.ends_at, zone)
        for opens, closes, kind in stretches(*within, zone, holidays.get(one.shift.schedule, ()))
    ]  # fmt: skip


def lines(found: Iterable[Part], plans: Sequence[PayPlan]) -> list[Line]:
    """Give what each rate of these plans comes to, in the order of plans and rates; what is 0 is left out."""
    minutes: dict[tuple[PayPlan, PayRate], int] = defaultdict(int)
    units: dict[tuple[PayPlan, PayRate], Fraction] = defaultdict(Fraction)
    for part in found:
        plan = plan_on(plans, part.day)
        if plan is None:
            continue
        for rate in plan.rates:
            if rate.seat == part.shift.seat and rate.hour_class in (None, part.hour_class):
                minutes[plan, rate] += part.minutes
                units[plan, rate] += _units(part, rate.per)
    return [
        _line(plan, rate, minutes[plan, rate], units[plan, rate])
        for plan in sorted(plans, key=lambda one: one.starts_on)
        for rate in plan.rates
        if (plan, rate) in units
    ]


def rounded(value: Fraction, digits: int) -> Decimal:
    """Round what is not negative half up to that many digits."""
    scaled = value * 10**digits
    return Decimal((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)).scaleb(-digits)  # fmt: skip


def money(amount: Decimal, currency: str) -> Decimal:
    """Give an amount in whole coins of its currency."""
    return rounded(Fraction(amount), digits_of(currency))


def digits_of(currency: str) -> int:
    """Give how many digits the smallest coin of a currency has."""
    return next((digits for digits, names in _DIGITS.items() if currency in names.split()), 2)


def _line(plan: PayPlan, rate: PayRate, minutes: int, units: Fraction) -> Line:
    exact = units * Fraction(rate.amount)
    if rate.gives == "time_off":
        return Line(plan, rate, minutes, units, Decimal(), int(rounded(exact * 60, 0)))
    return Line(plan, rate, minutes, units, rounded(exact, digits_of(plan.currency)), 0)


def _units(part: Part, per: Per) -> Fraction:
    if per == "hour":
        return Fraction(part.minutes, 60)
    return part.share if per == "day" else part.share / 7


def _midnight(day: date, zone: str) -> datetime:
    return to_utc(datetime.combine(day, time.min), zone)
