"""What time on call is worth: by local day, class and seat; exact, and rounded once (R132, R134)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.rota.counted import Counted, ServedShift, counted
from oncall.rota.pay import (
    Line,
    Part,
    PayPlan,
    PayRate,
    days,
    lines,
    money,
    parts,
    plan_on,
    rounded,
)
from tests.oncall.rota.scenes import utc

D = Decimal
EVER = date(2020, 1, 1)
ZONES = ["UTC", "Europe/Oslo", "Australia/Lord_Howe", "Asia/Beirut", "America/Santiago", "Pacific/Apia", "Asia/Kolkata", "America/Havana", "America/St_Johns"]  # fmt: skip


def served(start: str, end: str, *, seat: str = "primary", schedule: int = 1) -> list[Counted]:
    shift = ServedShift(1, schedule, seat, utc(start), utc(end))
    return counted([shift], (shift.starts_at, shift.ends_at))


def a_plan(*rates: PayRate, currency: str = "EUR", starts_on: date = EVER, number: int = 1) -> PayPlan:  # fmt: skip
    return PayPlan(number, starts_on, currency, rates)


def rate(per: str, amount: str, **fields: object) -> PayRate:
    return PayRate(**{"number": 1, "seat": "primary", "per": per, "amount": D(amount), **fields})


def paid(found: list[Counted], zone: str, *plans: PayPlan, days: frozenset[date] = frozenset()) -> list[Line]:  # fmt: skip
    return lines(parts(found, zone, {1: days, 2: days}), plans)


OSLO = "Europe/Oslo"
WEEK = ("2026-11-23T08:00", "2026-11-30T08:00")  # Monday 09:00 to Monday 09:00 in Oslo
SPRING = ("2026-03-23T08:00", "2026-03-30T07:00")  # 167 hours
AUTUMN = ("2026-10-19T07:00", "2026-10-26T08:00")  # 169 hours


@pytest.mark.parametrize(
    ("span", "zone", "what", "units", "amount"),
    [
        # a week is a week, whatever the clock does: 004 pays a stipend for it
        (WEEK, OSLO, rate("week", "500"), 1, "500.00"),
        (SPRING, OSLO, rate("week", "500"), 1, "500.00"),
        (AUTUMN, OSLO, rate("week", "500"), 1, "500.00"),
        (WEEK, OSLO, rate("day", "80"), 7, "560.00"),
        # a whole local day is one day, with 23 or 25 hours too
        (("2026-03-28T23:00", "2026-03-29T22:00"), OSLO, rate("day", "80"), 1, "80.00"),
        (("2026-03-28T23:00", "2026-03-29T22:00"), OSLO, rate("hour", "10"), 23, "230.00"),
        (("2026-10-24T22:00", "2026-10-25T23:00"), OSLO, rate("day", "80"), 1, "80.00"),
        (("2026-10-24T22:00", "2026-10-25T23:00"), OSLO, rate("hour", "10"), 25, "250.00"),
        # a part of it is that part: 1 of 23 hours
        (("2026-03-28T23:00", "2026-03-29T00:00"), OSLO, rate("day", "80"), Fraction(1, 23), "3.48"),
        (("2026-11-23T11:00", "2026-11-23T23:00"), OSLO, rate("day", "80"), Fraction(1, 2), "40.00"),
        # a class of hours, by the person's own clock: night in Oslo, evening in Kolkata
        (("2026-11-23T21:00", "2026-11-24T06:00"), OSLO, rate("hour", "12", hour_class="night"), 9, "108.00"),
        (("2026-11-23T12:00", "2026-11-23T13:00"), "Asia/Kolkata", rate("hour", "12", hour_class="evening"), 1, "12.00"),
        (("2026-11-27T23:00", "2026-11-29T23:00"), OSLO, rate("day", "150", hour_class="weekend"), 2, "300.00"),
        # over midnight into a weekend: two hours of it
        (("2026-11-27T22:00", "2026-11-28T01:00"), OSLO, rate("hour", "9", hour_class="weekend"), 2, "18.00"),
        # half a minute does not count, a minute does
        (("2026-11-23T10:00", "2026-11-23T10:01"), OSLO, rate("hour", "10"), Fraction(1, 60), "0.17"),
        # the coin of the currency is at the rate's own plan; here hours off
        (WEEK, OSLO, rate("week", "8", gives="time_off"), 1, "0"),
    ],
)  # fmt: skip
def test_a_rate_is_paid_by_the_hour_day_or_week(
    span: tuple[str, str], zone: str, what: PayRate, units: object, amount: str
) -> None:
    [line] = paid(served(*span), zone, a_plan(what))

    assert (line.units, line.money) == (units, D(amount))
    assert line.minutes_off == (480 if what.gives == "time_off" else 0)


def test_a_holiday_is_the_persons_local_day_and_only_for_schedules_that_mind_it() -> None:
    christmas = frozenset({date(2026, 12, 25)})
    holiday = a_plan(rate("hour", "30", hour_class="holiday"), rate("hour", "10", number=2))
    night = ("2026-12-24T22:00", "2026-12-25T01:00")  # 23:00 to 02:00 in Oslo

    minded = paid(served(*night), OSLO, holiday, days=christmas)
    other = lines(parts(served(*night, schedule=7), OSLO, {1: christmas}), [holiday])

    assert [(line.rate.hour_class, line.units, line.money) for line in minded] == [
        ("holiday", 2, D("60.00")), (None, 3, D("30.00")),
    ]  # fmt: skip
    assert [line.rate.hour_class for line in other] == [None]


def test_each_seat_has_its_own_rate_and_none_is_nothing() -> None:
    plan = a_plan(rate("week", "500"), rate("week", "200", number=2, seat="secondary"))

    [backup] = paid(served(*WEEK, seat="secondary"), OSLO, plan)

    assert backup.money == D("200.00")
    assert paid(served(*WEEK, seat="secondary"), OSLO, a_plan(rate("day", "80"))) == []
    assert paid(served(*WEEK), OSLO) == []


def test_a_plan_holds_from_its_local_day_until_the_next() -> None:
    old = a_plan(rate("day", "80"), number=1)
    new = a_plan(rate("day", "100"), number=2, starts_on=date(2026, 11, 26))
    later = a_plan(rate("day", "900"), number=3, starts_on=date(2027, 1, 1))

    found = paid(served(*WEEK), OSLO, later, new, old)

    assert [(line.plan.number, line.units) for line in found] == [
        (1, Fraction(15, 24) + 2), (2, 4 + Fraction(9, 24)),
    ]  # fmt: skip
    assert [line.money for line in found] == [D("210.00"), D("437.50")]
    assert plan_on([new, later], date(2026, 11, 25)) is None


def test_months_that_meet_pay_what_their_sum_would() -> None:
    shift = ServedShift(1, 1, "primary", utc("2026-10-26T08:00"), utc("2026-11-09T08:00"))
    edge = utc("2026-10-31T23:00")  # midnight in Oslo
    plan = a_plan(rate("day", "79.99"))

    october = counted([shift], (utc("2026-09-30T22:00"), edge))
    november = counted([shift], (edge, utc("2026-11-30T23:00")))
    [one], [two] = paid(october, OSLO, plan), paid(november, OSLO, plan)

    assert one.units + two.units == 14
    assert one.minutes + two.minutes == 14 * 1440


@pytest.mark.parametrize(
    ("currency", "amount", "said"),
    [
        ("EUR", "10.005", "10.01"),
        ("EUR", "10.0049", "10.00"),
        ("JPY", "100.5", "101"),
        ("KWD", "1.2345", "1.235"),
        ("XYZ", "3", "3.00"),
    ],
)
def test_money_is_rounded_half_up_to_the_smallest_coin(
    currency: str, amount: str, said: str
) -> None:
    assert str(money(D(amount), currency)) == said


def test_a_line_is_rounded_once() -> None:
    three = [one for start in (1, 2, 3) for one in served(f"2026-11-23T0{start}:00", f"2026-11-23T0{start}:20")]  # fmt: skip

    [line] = paid(three, "UTC", a_plan(rate("hour", "10")))

    assert line.money == D("10.00")  # not three times 3.33


@given(st.fractions(0, 10_000), st.integers(0, 4))
def test_rounding_is_never_off_by_more_than_half_a_coin(value: Fraction, digits: int) -> None:
    off = Fraction(rounded(value, digits)) - value

    assert -Fraction(1, 2) < off * 10**digits <= Fraction(1, 2)


@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2006, 1, 1), datetime(2027, 12, 25)),  # noqa: DTZ001  read as UTC below
    minutes=st.integers(1, 60 * 24 * 40),
)
def test_no_minute_and_no_share_of_a_day_is_lost(zone: str, start: datetime, minutes: int) -> None:
    begin = utc(start.replace(second=0, microsecond=0).isoformat())
    end = begin + timedelta(minutes=minutes)

    told = parts([Counted(ServedShift(1, 1, "primary", begin, end), begin, end)], zone, {})
    local = list(days(begin, end, zone))

    assert sum(part.minutes for part in told) == minutes
    assert len({part.day for part in told}) == len(local)
    for _, within, whole in local[1:-1]:
        assert within == whole
    for day, _, _ in local[1:-1]:
        assert sum((part.share for part in told if part.day == day), Fraction()) == 1
    assert all(isinstance(part, Part) and 0 < part.share <= 1 for part in told)
