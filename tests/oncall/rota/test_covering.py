"""Who should cover: the one order in which candidates are named."""

from dataclasses import replace
from datetime import timedelta

from oncall.rota import final
from oncall.rota.covering import NEAR, Candidate, distances, learners, ranked
from tests.oncall.rota.scenes import plan, rotation, utc

HOUR = timedelta(hours=1)


def test_the_eligible_come_first_then_the_lightly_burdened_then_who_serves_far_away() -> None:
    late = Candidate(1, 0.0, ("no training",))
    heavy, near = Candidate(2, 9.0, distance=None), Candidate(3, 5.0, distance=HOUR)
    far, never = Candidate(4, 5.04, distance=9 * HOUR), Candidate(5, 5.0)

    assert ranked([late, heavy, near, far, never]) == [never, far, near, heavy, late]


def test_among_equals_the_order_is_always_the_same() -> None:
    assert ranked([Candidate(7, 1.0, distance=NEAR), Candidate(6, 1.0)])[0].user == 6


def test_the_distance_is_to_the_nearest_own_shift_and_none_where_it_overlaps() -> None:
    start, end = utc("2026-03-16T08:00"), utc("2026-04-06T08:00")
    shifts = final(plan(rotation("A B")), start, end)
    span = utc("2026-03-18T08:00"), utc("2026-03-19T08:00")

    found = distances(shifts, {1, 2, 3}, span)

    assert found == {1: timedelta(), 2: utc("2026-03-23T08:00") - span[1]}


def test_who_turns_in_shadow_seats_alone_learns() -> None:
    paged = rotation("A B")
    learning = replace(rotation("B C"), layer=2, seat="shadow")

    assert learners([plan(paged, learning)]) == {3}
    assert learners([plan(paged, learning), plan(rotation("C"))]) == set()
