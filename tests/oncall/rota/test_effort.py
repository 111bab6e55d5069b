"""Work on incidents is measured by deeds, and earns time off after hours by the person's own clock (R132)."""

from datetime import date
from decimal import Decimal

import pytest

from oncall.rota.effort import Effort, efforts, times_off
from oncall.rota.pay import PayPlan
from tests.oncall.rota.scenes import utc

HOLIDAYS = frozenset({date(2026, 12, 25)})


def at(clock: str, day: str = "2026-11-24"):
    return utc(f"{day}T{clock}")


def effort(incident: int, start: str, end: str, day: str = "2026-11-24") -> Effort:
    return Effort(incident, at(start, day), at(end, day))


@pytest.mark.parametrize(
    ("deeds", "found"),
    [
        ([], []),
        ([(1, "02:10:40")], [(1, "02:10", "02:10")]),
        ([(1, "02:10"), (1, "02:55:59"), (1, "02:30")], [(1, "02:10", "02:55")]),
        # two hours of rest belong to it, a minute more begins another
        ([(1, "02:10"), (1, "04:10")], [(1, "02:10", "04:10")]),
        ([(1, "02:10"), (1, "04:11")], [(1, "02:10", "02:10"), (1, "04:11", "04:11")]),
        # two incidents side by side
        ([(1, "02:10"), (2, "02:20"), (1, "02:40"), (2, "03:00")], [(1, "02:10", "02:40"), (2, "02:20", "03:00")]),
    ],
)  # fmt: skip
def test_an_effort_lasts_from_deed_to_deed(deeds: list, found: list) -> None:
    told = efforts((incident, at(clock)) for incident, clock in deeds)

    assert told == [effort(*one) for one in found]


PLAN = PayPlan(1, date(2026, 1, 1), "EUR", time_off=Decimal("1.5"), least_minutes=30)


def earned(found: list[Effort], zone: str = "UTC", plan: PayPlan | None = PLAN) -> list[tuple]:
    told = times_off(found, zone, lambda _: HOLIDAYS, lambda _: plan)
    return [(one.effort.incident, one.after_hours, one.minutes_off) for one in told]


@pytest.mark.parametrize(
    ("found", "zone", "what"),
    [
        ([effort(1, "02:10", "03:10")], "UTC", [(1, 60, 90)]),
        # short work counts as half an hour, of which only what is after hours earns
        ([effort(1, "02:10", "02:12")], "UTC", [(1, 30, 45)]),
        ([effort(1, "08:50", "08:50")], "UTC", [(1, 10, 15)]),
        ([effort(1, "10:00", "16:00")], "UTC", []),
        # over 17:00
        ([effort(1, "16:30", "18:00")], "UTC", [(1, 60, 90)]),
        # the clock is the person's: 02:10 UTC is 07:40 in Kolkata; 04:00 UTC is 09:30
        ([effort(1, "02:10", "04:00")], "Asia/Kolkata", [(1, 80, 120)]),
        # a holiday has no business hours
        ([effort(1, "10:00", "11:00", "2026-12-25")], "UTC", [(1, 60, 90)]),
        # the same minute earns once: the incident that began first has it
        ([effort(1, "02:00", "03:00"), effort(2, "02:30", "03:30")], "UTC", [(1, 60, 90), (2, 30, 45)]),
        ([effort(1, "02:00", "03:00"), effort(2, "02:10", "02:20")], "UTC", [(1, 60, 90)]),
        ([effort(1, "02:00", "02:00"), effort(1, "02:10", "02:10")], "UTC", [(1, 30, 45), (1, 10, 15)]),
    ],
)  # fmt: skip
def test_after_hours_work_earns_time_off(found: list[Effort], zone: str, what: list) -> None:
    assert earned(found, zone) == what


def test_without_a_plan_or_its_word_nothing_is_earned_and_no_minute_is_taken() -> None:
    silent = PayPlan(2, date(2026, 1, 1), "EUR")
    both = [effort(1, "02:00", "03:00"), effort(2, "02:30", "03:30")]

    assert earned(both, plan=None) == earned(both, plan=silent) == []
    told = times_off(both, "UTC", lambda _: HOLIDAYS, lambda one: PLAN if one.incident == 2 else silent)  # fmt: skip
    assert [(one.effort.incident, one.after_hours) for one in told] == [(2, 60)]


def test_half_a_minute_off_is_rounded_up() -> None:
    assert earned([effort(1, "02:00", "02:31")]) == [(1, 31, 47)]
