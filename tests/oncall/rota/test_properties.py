"""What holds for every schedule: random zones, rotations, windows, versions and covers."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.rota import (
    SEATS,
    Absence,
    Override,
    Plan,
    Rotation,
    Segment,
    Window,
    changes,
    coverage,
    gaps,
    on_call,
    segments,
    who,
)
from tests.oncall.rota import oracle
from tests.oncall.rota.scenes import utc, wall

QUICK = settings(max_examples=40, deadline=None)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Days, each with a zone whose clock changes within them: by an hour, by half of one, by two, at
# midnight, by a whole day (Apia had no 30 December 2011, Kiritimati no 31 December 1994), or not.
PLACES = [
    ("2026-03-28", "Europe/Berlin"), ("2026-10-24", "Europe/Berlin"), ("2026-03-07", "America/New_York"),
    ("2026-10-31", "America/Chicago"), ("2026-04-04", "Australia/Lord_Howe"), ("2026-10-03", "Australia/Lord_Howe"),
    ("2026-03-28", "Asia/Beirut"), ("2026-10-24", "Asia/Beirut"), ("2026-04-04", "America/Santiago"),
    ("2026-09-05", "America/Santiago"), ("2026-03-28", "Antarctica/Troll"), ("2011-12-29", "Pacific/Apia"),
    ("1994-12-30", "Pacific/Kiritimati"), ("2026-02-27", "Asia/Kathmandu"), ("2026-12-30", "UTC"),
    ("2026-06-10", "America/St_Johns"), ("2028-02-28", "UTC"),
]  # fmt: skip
ZONES = sorted({zone for _, zone in PLACES})
TIMES = [time(0), time(1, 30), time(2), time(2, 15), time(2, 30), time(3), time(9), time(17), time(23, 45)]  # fmt: skip

places = st.sampled_from(PLACES).map(lambda place: (utc(f"{place[0]}T00:00"), place[1]))
weekdays = st.integers(0, 6)
slots = st.lists(st.lists(st.integers(1, 6), max_size=2, unique=True).map(tuple), min_size=1, max_size=5).map(tuple)  # fmt: skip


@st.composite
def windows(draw):
    day, length = draw(weekdays), draw(st.integers(0, 4))
    begin, end = draw(st.sampled_from(TIMES)), draw(st.sampled_from(TIMES))
    if length == 0 and end <= begin:
        length = 1
    return Window(day, begin, (day + length) % 7, end)


@st.composite
def anchors(draw, start, unit):
    """A first handoff: within six weeks, or for months also late in some month of the year before."""
    wall_time = draw(st.sampled_from(TIMES))
    if unit == "month" and draw(st.booleans()):
        month, day = draw(st.sampled_from([1, 3, 5, 7, 8, 10, 12])), draw(st.integers(29, 31))
        return datetime.combine(date(start.year - 1, month, day), wall_time)
    return datetime.combine(start.date() + draw(st.integers(-40, 1)) * DAY, wall_time)


@st.composite
def versions(draw, place, layer, priority):
    """One or two versions of a layer; the second takes over somewhere in the first days."""
    start, near = place
    unit = draw(st.sampled_from(["hour", "day", "week", "month"]))
    first = Rotation(
        layer=layer,
        priority=priority,
        effective_from=draw(st.none() | st.integers(-9, 9).map(lambda n: start + n * 4 * HOUR)),
        effective_to=draw(st.none() | st.integers(10, 20).map(lambda n: start + n * 3 * HOUR)),
        anchor=draw(anchors(start, unit)),
        zone=draw(st.just(near) | st.sampled_from(ZONES)),
        unit=unit,
        length=draw(st.integers(1, 13 if unit == "hour" else 3)),
        turn_mode=draw(st.sampled_from(["calendar", "active"])),
        windows=tuple(draw(st.lists(windows(), max_size=4))),
        slots=draw(slots),
        seat=draw(st.sampled_from(["primary", "primary", "secondary"])),
        mode=draw(st.sampled_from(["exclusive", "exclusive", "additive"])),
        holidays=tuple(
            draw(
                st.lists(
                    st.integers(-9, 9).map(lambda n: (start + n * DAY).date()),
                    max_size=4,
                    unique=True,
                )
            )
        ),
        holiday_effect=draw(st.sampled_from(["none", "none", "off", "only"])),
    )
    if draw(st.booleans()):
        return (first,)
    takes_over = start + draw(st.integers(10, 30)) * HOUR
    return first, replace(first, effective_from=takes_over, effective_to=None, slots=draw(slots))


@st.composite
def overrides(draw, start, seq=0):
    begin = start + draw(st.integers(-10, 60)) * HOUR
    return Override(
        seq=seq,
        starts_at=begin,
        ends_at=begin + draw(st.integers(1, 40)) * HOUR / 2,
        user=draw(st.integers(1, 8)),
        subject=draw(st.integers(1, 6)),
        layer=draw(st.none() | st.integers(1, 3)),
        kind=draw(st.sampled_from(["cover", "substitute", "add", "remove"])),
        seat=draw(st.sampled_from(["primary", "secondary"])),
    )


@st.composite
def absences(draw, start):
    begin = start + draw(st.integers(-10, 60)) * HOUR
    return Absence(begin, begin + draw(st.integers(1, 60)) * HOUR, draw(st.integers(1, 6)))


@st.composite
def plans(draw, place):
    start = place[0]
    priorities = draw(st.lists(st.integers(1, 2), min_size=3, max_size=3))
    layers = [draw(versions(place, n, p)) for n, p in enumerate(priorities, 1)]
    covers = [draw(overrides(start, seq)) for seq in range(draw(st.integers(0, 4)))]
    away = [draw(absences(start)) for _ in range(draw(st.integers(0, 3)))]
    return Plan(tuple(v for layer in layers for v in layer), tuple(covers), tuple(away))


@st.composite
def scenes(draw, hours=60):
    place = draw(places)
    start = place[0]
    return draw(plans(place)), start, start + hours * HOUR


def content(segment: Segment):
    return segment.holders


def cut(found: list[Segment], start, end) -> list[Segment]:
    """Keep what lies in [start, end)."""
    return [
        replace(s, starts_at=max(s.starts_at, start), ends_at=min(s.ends_at, end))
        for s in found
        if s.starts_at < end and s.ends_at > start
    ]


@settings(max_examples=30, deadline=None)
@given(scenes())
def test_the_fast_answer_is_the_one_worked_out_minute_by_minute(scene):
    plan, start, end = scene

    for seat in SEATS[:2]:
        found = segments(plan, start, end, seat)
        assert oracle.spread(found) == oracle.resolve(plan, start, end, seat)


@QUICK
@given(scenes(hours=24 * 20))
def test_segments_are_contiguous_and_equal_neighbours_are_one(scene):
    plan, start, end = scene

    found = segments(plan, start, end)

    assert (found[0].starts_at, found[-1].ends_at) == (start, end)
    for one, other in pairwise(found):
        assert one.starts_at < one.ends_at == other.starts_at
        assert content(one) != content(other)


@QUICK
@given(scenes(hours=24 * 20), st.lists(st.integers(0, 24 * 20 * 60 - 1), min_size=4, max_size=4))
def test_who_is_the_segment_of_any_window_that_holds_the_instant(scene, asked):
    plan, start, end = scene
    found = segments(plan, start, end)

    for at in (start + minutes * oracle.MINUTE for minutes in asked):
        answer = who(plan, at)
        assert on_call(plan, at) == answer.users
        assert [content(s) for s in cut(found, at, at + oracle.MINUTE / 60)] == [content(answer)]
        expected = next(s for s in found if s.starts_at <= at < s.ends_at)
        assert max(answer.starts_at, start) == expected.starts_at
        assert min(answer.ends_at, end) == expected.ends_at


@QUICK
@given(scenes(), st.integers(1, 60 * 60 - 1))
def test_two_halves_put_together_are_the_whole(scene, minutes):
    plan, start, end = scene
    middle = start + minutes * oracle.MINUTE

    whole = segments(plan, start, end)

    assert segments(plan, start, middle) == cut(whole, start, middle)
    assert segments(plan, middle, end) == cut(whole, middle, end)


@QUICK
@given(scenes(hours=24 * 14), st.lists(windows(), max_size=3), st.sampled_from(ZONES))
def test_covered_time_and_gaps_make_up_what_was_promised(scene, promised, zone):
    plan, start, end = scene
    served = [s for s in segments(plan, start, end) if s.users]

    missing = gaps(plan, start, end)
    promised_missing = gaps(plan, start, end, promised, zone)

    lengths = [s.ends_at - s.starts_at for s in (*served, *missing)]
    assert sum(lengths, timedelta()) == end - start
    assert all(a.ends_at < b.starts_at for a, b in pairwise(promised_missing))
    assert all(cut(missing, g.starts_at, g.ends_at) == [g] for g in promised_missing)
    assert 0 <= coverage(plan, start, end, promised, zone) <= 1


@QUICK
@given(st.data(), scenes())
def test_a_cover_changes_nothing_outside_its_own_time(data, scene):
    plan, start, end = scene
    added = data.draw(overrides(start, seq=9))
    before, covered = segments(plan, start, end), replace(plan, overrides=(*plan.overrides, added))

    after = segments(covered, start, end)

    for edges in ((start, min(max(added.starts_at, start), end)), (max(added.ends_at, start), end)):
        assert cut(after, *edges) == cut(before, *edges)
    changed = changes(plan, covered, start, end)
    assert all(added.starts_at <= c.starts_at < c.ends_at <= added.ends_at for c in changed)
    assert segments(replace(covered, overrides=plan.overrides), start, end) == before


@QUICK
@given(
    st.integers(2, 7),
    st.sampled_from(["day", "week", "month"]),
    st.integers(1, 3),
    st.sampled_from(TIMES),
    st.sampled_from([place for place in PLACES if place[0] > "2012"]),
)
def test_turns_go_round_in_order_and_fairly(size, unit, length, handoff, place):
    """Where a zone drops a whole day its turn is dropped with it: that is the oracle's to judge."""
    day, zone = place
    anchor = wall(f"{day}T{handoff:%H:%M}")
    rota = Rotation(
        1, 1, None, None, anchor, zone, unit, length, "calendar", (), tuple((n,) for n in range(size))
    )  # fmt: skip
    start = utc(f"{day}T00:00") + timedelta(days=3)

    found = [s for s in segments(Plan((rota,)), start, start + timedelta(days=150)) if s.users]

    assert all((b.users[0] - a.users[0]) % size == 1 for a, b in pairwise(found))
    assert all(a.ends_at == b.starts_at for a, b in pairwise(found))
    shifts = Counter(segment.users[0] for segment in found)
    served = [shifts[user] for user in range(size)]
    assert max(served) - min(served) <= 1


@QUICK
@given(st.data(), places)
def test_a_seat_of_one_never_holds_two(data, place):
    start = place[0]
    versions_of_one = data.draw(versions(place, 1, 1))
    single = [
        replace(v, slots=tuple(slot[:1] for slot in v.slots), layer=n, priority=n)
        for n in (1, 2)
        for v in versions_of_one
    ]

    found = segments(Plan(tuple(single)), start, start + 200 * HOUR)

    assert all(len(segment.users) <= 1 for segment in found)
