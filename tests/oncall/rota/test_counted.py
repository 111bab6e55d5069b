"""Time on call is counted once, to the minute, whoever serves several schedules at once (R132)."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.rota.counted import ServedShift, counted
from tests.oncall.rota.scenes import utc

DAY = (utc("2026-11-23T00:00"), utc("2026-11-24T00:00"))
MINUTE = timedelta(minutes=1)


def shift(
    number: int, start: str, end: str, *, schedule: int = 1, seat: str = "primary", is_paid: bool = False
) -> ServedShift:  # fmt: skip
    """Return a shift of that Monday, from clock to clock (UTC)."""
    return ServedShift(
        number, schedule, seat, utc(f"2026-11-23T{start}"), utc(f"2026-11-23T{end}"), is_paid
    )


def told(found: list) -> list[tuple[int, str, str]]:
    return [(one.shift.number, f"{one.starts_at:%H:%M}", f"{one.ends_at:%H:%M}") for one in found]


@pytest.mark.parametrize(
    ("shifts", "what"),
    [
        ([], []),
        ([shift(1, "09:00", "17:00")], [(1, "09:00", "17:00")]),
        # the same seat of two schedules: the shift that began first, then the older schedule
        ([shift(1, "09:00", "17:00"), shift(2, "09:00", "17:00", schedule=2)], [(1, "09:00", "17:00")]),
        ([shift(1, "09:00", "17:00", schedule=2), shift(2, "09:00", "17:00")], [(2, "09:00", "17:00")]),
        ([shift(1, "12:00", "20:00"), shift(2, "09:00", "17:00", schedule=2)], [(2, "09:00", "17:00"), (1, "17:00", "20:00")]),
        # a primary seat goes before a secondary one, whenever that began
        ([shift(1, "06:00", "20:00", seat="secondary"), shift(2, "09:00", "17:00", schedule=2)],
         [(1, "06:00", "09:00"), (2, "09:00", "17:00"), (1, "17:00", "20:00")]),
        # what is paid goes before what is not, in whatever seat: nobody serves for nothing beside a paid shift
        ([shift(1, "06:00", "20:00"), shift(2, "09:00", "17:00", schedule=2, seat="secondary", is_paid=True)],
         [(1, "06:00", "09:00"), (2, "09:00", "17:00"), (1, "17:00", "20:00")]),
        # both seats of one schedule
        ([shift(1, "09:00", "17:00", seat="secondary"), shift(2, "09:00", "17:00")], [(2, "09:00", "17:00")]),
        # a shadow seat is no service
        ([shift(1, "09:00", "17:00", seat="shadow")], []),
        ([shift(1, "09:00", "17:00", seat="shadow"), shift(2, "16:00", "18:00", seat="secondary")], [(2, "16:00", "18:00")]),
        # shifts that meet, and a rest
        ([shift(1, "09:00", "12:00"), shift(2, "12:00", "13:00"), shift(3, "15:00", "16:00")],
         [(1, "09:00", "12:00"), (2, "12:00", "13:00"), (3, "15:00", "16:00")]),
        # cut to the minute, at both ends alike: what meets goes on meeting
        ([shift(1, "09:00:59", "12:00:31"), shift(2, "12:00:31", "13:00:01")], [(1, "09:00", "12:00"), (2, "12:00", "13:00")]),
        ([shift(1, "09:00:10", "09:00:50")], []),
    ],
)  # fmt: skip
def test_one_shift_counts_at_each_instant(shifts: list[ServedShift], what: list[tuple]) -> None:
    assert told(counted(shifts, DAY)) == what
    assert told(counted(reversed(shifts), DAY)) == what


def test_what_lies_outside_the_window_is_cut_and_still_decides_who_began_first() -> None:
    old = ServedShift(1, 9, "primary", utc("2026-11-20T09:00"), utc("2026-11-25T09:00"))
    new = ServedShift(2, 1, "primary", utc("2026-11-21T09:00"), utc("2026-11-25T09:00"))

    [one] = counted([new, old], DAY)

    assert (one.shift, one.starts_at, one.ends_at) == (old, *DAY)


SHORT = (DAY[0], DAY[0] + timedelta(hours=2))
spans = st.tuples(st.integers(-7200, 7200), st.integers(1, 7200)).map(
    lambda both: (
        DAY[0] + timedelta(seconds=both[0]),
        DAY[0] + timedelta(seconds=both[0] + both[1]),
    )
)
shifts = st.lists(
    st.tuples(spans, st.integers(1, 3), st.sampled_from(["primary", "secondary", "shadow"])),
    max_size=8,
).map(
    lambda told: [
        ServedShift(number, schedule, seat, *span)
        for number, (span, schedule, seat) in enumerate(told)
    ]
)


@given(shifts)
def test_it_is_what_a_count_minute_by_minute_finds(shifts: list[ServedShift]) -> None:
    def floor(at: datetime) -> datetime:
        return at.replace(second=0, microsecond=0)

    expected = {}
    for number in range(120):
        minute = DAY[0] + number * MINUTE
        there = [one for one in shifts if one.seat != "shadow" and floor(one.starts_at) <= minute < floor(one.ends_at)]  # fmt: skip
        if there:
            expected[minute] = min(there, key=lambda one: one.order)

    found = counted(shifts, SHORT)

    assert all(one.ends_at <= two.starts_at for one, two in pairwise(found))
    said = {
        one.starts_at + step * MINUTE: one.shift
        for one in found
        for step in range((one.ends_at - one.starts_at) // MINUTE)
    }
    assert said == expected
