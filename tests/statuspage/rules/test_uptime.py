"""Uptime and days, case by case (areas/statuspage.md 6.1)."""

import math
import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from statuspage.rules.states import ComponentState
from statuspage.rules.uptime import MICRO, STRICT, WEIGHTS, Span, days, mean, start_of, uptime

DE, PA, MA, MT = (
    ComponentState.DEGRADED,
    ComponentState.PARTIAL,
    ComponentState.MAJOR,
    ComponentState.MAINTENANCE,
)
END = datetime(2026, 11, 23, tzinfo=UTC)
BEGIN = END - timedelta(days=90)
BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")


def lasting(state: ComponentState, seconds: float, *, after_days: float = 10) -> Span:
    begin = BEGIN + timedelta(days=after_days)
    return Span(state, begin, begin + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("spans", "figure"),
    [
        ([], "100.00"),
        ([lasting(MA, 3600)], "99.95"),
        ([lasting(PA, 3600)], "99.98"),
        ([lasting(MA, 1)], "99.99"),
        ([lasting(MA, 0.000001)], "99.99"),
        ([lasting(DE, 24 * 3600)], "100.00"),
        ([lasting(MT, 4 * 3600)], "100.00"),
        ([Span(PA, BEGIN, END)], "70.00"),
        ([Span(MA, BEGIN, END)], "0.00"),
        ([Span(MA, BEGIN - timedelta(days=300), None)], "0.00"),
    ],
    ids=[
        "U1",
        "U2",
        "U3",
        "U5",
        "U5-tiny",
        "U6-de",
        "U6-mt",
        "U6-pa",
        "U6-ma",
        "longer-than-the-window",
    ],
)
def test_ninety_days(spans: list[Span], figure: str) -> None:
    assert uptime(spans, BEGIN, END) == figure


def test_a_component_measured_for_ten_days_counts_ten_u8() -> None:
    measured_from = END - timedelta(days=10)
    spans = [Span(MA, END - timedelta(days=5), END - timedelta(days=4))]

    assert uptime(spans, max(BEGIN, measured_from), END) == "90.00"
    found = days(
        spans,
        BEGIN.date(),
        END - timedelta(microseconds=1),
        zone=UTC_ZONE,
        measured_from=measured_from,
    )
    assert [day.worst for day in found[:80]] == [None] * 80
    assert found[80].worst is ComponentState.OPERATIONAL


def test_two_days_with_864_seconds_of_partial_outage_are_exactly_99_85_u9() -> None:
    begin = END - timedelta(days=2)

    assert uptime([Span(PA, begin, begin + timedelta(seconds=864))], begin, END) == "99.85"


@pytest.mark.parametrize(
    ("day", "seconds"), [(date(2026, 3, 29), 82_800), (date(2026, 10, 25), 90_000)]
)
def test_a_day_is_as_long_as_its_zone_makes_it_u11(day: date, seconds: int) -> None:
    begin, end = start_of(day, BERLIN), start_of(day + timedelta(days=1), BERLIN)
    spans = [Span(MA, begin, end)]

    [found] = days(spans, day, end - timedelta(microseconds=1), zone=BERLIN, measured_from=begin)

    assert (end - begin).total_seconds() == seconds
    assert found.seconds(MA) == seconds - 1  # up to the last microsecond of the day
    assert uptime(spans, begin, end) == "0.00"


def test_an_outage_that_lasts_counts_up_to_now_and_grows_u12() -> None:
    began = END - timedelta(seconds=600)
    spans = [Span(MA, began)]

    def today(now: datetime) -> tuple[int, int]:
        found = days(spans, now.date(), now, zone=UTC_ZONE, measured_from=BEGIN)[-1]
        return found.seconds(MA), found.measured // 1_000_000

    assert today(END) == (0, 0)
    noon = END + timedelta(hours=12)
    assert today(noon) == (12 * 3600, 12 * 3600)
    assert today(noon + timedelta(seconds=60)) == (12 * 3600 + 60, 12 * 3600 + 60)


def test_what_has_only_just_begun_is_seen_in_its_day() -> None:
    now = END + timedelta(hours=1)

    [found] = days([Span(PA, now)], now.date(), now, zone=UTC_ZONE, measured_from=BEGIN)

    assert (found.worst, found.seconds(PA)) == (PA, 0)


def test_a_group_is_the_mean_of_its_components_u14() -> None:
    assert mean(["100.00", "99.00"]) == "99.50"
    assert mean(["99.99", "99.98"]) == "99.98"  # floored
    assert mean(["99.00", None]) == "99.00"
    assert mean([None]) is None


def test_a_stricter_profile_counts_other_weights_u16() -> None:
    begin = datetime(2026, 11, 22, 9, tzinfo=UTC)
    spans = [
        Span(DE, begin, begin + timedelta(minutes=30)),
        Span(MA, begin + timedelta(minutes=30), begin + timedelta(minutes=50)),
    ]

    assert uptime(spans, begin, begin + timedelta(hours=1), weights=STRICT) == "66.66"


def test_the_worst_state_names_a_day_and_weighted_time_gives_its_depth_u17() -> None:
    begin = datetime(2026, 11, 22, 9, tzinfo=UTC)
    spans = [
        Span(PA, begin, begin + timedelta(minutes=25)),
        Span(DE, begin + timedelta(minutes=25), begin + timedelta(hours=3)),
    ]

    [found] = days(
        spans, begin.date(), END - timedelta(seconds=1), zone=UTC_ZONE, measured_from=BEGIN
    )

    assert (found.worst, found.seconds(PA), found.weighted_seconds) == (PA, 1500, 450)


def test_degraded_time_gives_the_depth_of_a_day_that_had_nothing_worse() -> None:
    [found] = days([lasting(DE, 1080)], (BEGIN + timedelta(days=10)).date(), BEGIN + timedelta(days=10, hours=2),
                   zone=UTC_ZONE, measured_from=BEGIN)  # fmt: skip

    assert (found.worst, found.weighted_seconds) == (DE, 1080)


def test_maintenance_hides_no_outage_of_the_day() -> None:
    both = [lasting(MT, 7200), lasting(DE, 60, after_days=10.5)]
    [found] = days(both, (BEGIN + timedelta(days=10)).date(), BEGIN + timedelta(days=10, hours=23),
                   zone=UTC_ZONE, measured_from=BEGIN)  # fmt: skip

    assert found.worst is DE


def test_nothing_measured_is_no_figure_and_never_a_hundred() -> None:
    assert uptime([], END, END) is None
    assert uptime([], END + timedelta(days=1), END) is None


STEP = timedelta(minutes=5)
# Where a day had 23 or 25 hours, 23 and a half, none at all (Apia skipped 30 December 2011), or began at 01:00.
TURNS = [
    ("Europe/Berlin", date(2026, 3, 28)), ("Europe/Berlin", date(2026, 10, 24)),
    ("Australia/Lord_Howe", date(2026, 4, 4)), ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Pacific/Apia", date(2011, 12, 28)), ("America/Santiago", date(2026, 9, 5)),
    ("America/Santiago", date(2026, 4, 4)), ("America/Sao_Paulo", date(2018, 11, 3)),
    ("Africa/Cairo", date(2024, 4, 25)), ("Asia/Kathmandu", date(2026, 2, 14)),
]  # fmt: skip


def some_spans(chance: random.Random, begin: datetime) -> list[Span]:
    """Return stretches that don't overlap, some before the window, some after it, perhaps one that lasts."""
    spans, at = [], begin - 500 * STEP
    while chance.random() < 0.8:
        since = at + chance.randrange(400) * STEP
        at = since + chance.randrange(1, 500) * STEP
        spans.append(Span(chance.choice([DE, PA, MA, MT]), since, at))
    if spans and chance.random() < 0.3:
        spans[-1] = Span(spans[-1].state, spans[-1].begin, None)
    return spans


def counted(
    spans: list[Span], begin: datetime, end: datetime, zone: ZoneInfo
) -> dict[date, Counter[str]]:
    """Ask of every five minutes on which day they lie there and how it went then, and of nothing else."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    while begin < end:
        day = found[begin.astimezone(zone).date()]
        day["measured"] += 1
        for span in spans:
            if span.begin <= begin and (span.end is None or begin < span.end):
                day[span.state] += 1
        begin += STEP
    return found


@pytest.mark.parametrize(("name", "first"), TURNS)
@pytest.mark.parametrize("seed", range(6))
def test_days_and_figures_are_what_counting_every_five_minutes_finds(
    name: str, first: date, seed: int
) -> None:
    chance, zone = random.Random(f"{name} {first} {seed}"), ZoneInfo(name)
    begin = start_of(first, zone)
    now = begin + chance.randrange(1, 5 * 288) * STEP
    measured_from = max(begin, begin + chance.randrange(-288, 400) * STEP)
    spans = some_spans(chance, begin)

    told = days(spans, first, now, zone=zone, measured_from=measured_from)
    figures = [uptime(spans, measured_from, now, weights=weights) for weights in (WEIGHTS, STRICT)]

    found = counted(spans, measured_from, now, zone)
    assert {
        day.date: {"measured": day.measured, **{k: v for k, v in day.time.items() if v}}
        for day in told
        if day.measured
    } == {
        day: {word: count * (STEP // MICRO) for word, count in counts.items()}
        for day, counts in found.items()
    }
    whole = sum(found.values(), Counter())
    for figure, weights in zip(figures, (WEIGHTS, STRICT), strict=True):
        bad = sum(Fraction(weight, 10) * whole[state] for state, weight in weights.items())
        exact = 100 * (1 - bad / whole["measured"]) if whole["measured"] else None
        assert figure == (None if exact is None else f"{math.floor(exact * 100) / 100:.2f}")
