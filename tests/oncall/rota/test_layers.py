"""Layers, covers and gaps (the on-call area's cases 18 to 23)."""

from datetime import time, timedelta
from itertools import pairwise

import pytest

from oncall.rota import (
    Absence,
    Holder,
    Ledger,
    Plan,
    Served,
    Window,
    coverage,
    final,
    gaps,
    on_call,
    segments,
    who,
)
from tests.oncall.rota.scenes import (
    WEEKDAYS_9_TO_17,
    cover,
    hours,
    names,
    plan,
    rotation,
    served,
    serving,
    told,
    utc,
)

DAY = utc("2026-06-01T00:00")


def at(hour: float):
    return DAY + timedelta(hours=hour)


def shift(letter, start, end, layer, priority=1, **more):
    return serving(letter, at(start), at(end), layer=layer, priority=priority, **more)


def clock(found):
    return told(found, "%H:%M")


def test_case_18_priorities_and_covers_settle_one_day():
    """Additive layers of one priority answer together; a higher exclusive one answers alone."""
    low = [("A", 10, 15), ("B", 11, 13), ("A", 16, 19), ("A", 21, 22), ("B", 22, 24)]
    high = [("C", 12, 14), ("D", 14, 15), ("D", 17, 18), ("D", 20, 23)]
    layers = [shift(*one, layer=n, priority=1, mode="additive") for n, one in enumerate(low)]
    layers += [shift(*one, layer=10 + n, priority=2) for n, one in enumerate(high)]
    covers = [cover("E", at(22), at(23), seq=1), cover("A", at(22), at(22.5), seq=2)]

    found = segments(plan(*layers, overrides=covers), at(0), at(24))

    assert clock(found) == [
        "- 00:00 10:00", "A 10:00 11:00", "AB 11:00 12:00", "C 12:00 14:00", "D 14:00 15:00",
        "- 15:00 16:00", "A 16:00 17:00", "D 17:00 18:00", "A 18:00 19:00", "- 19:00 20:00",
        "D 20:00 22:00", "A 22:00 22:30", "E 22:30 23:00", "B 23:00 00:00",
    ]  # fmt: skip
    assert [s.override for s in found if s.override] == [2, 1]
    assert [s.layer for s in found if s.override] == [None, None]


def test_case_22_a_layer_that_is_covered_up_carves_no_hole():
    first, second = shift("C", 14, 16, 1, priority=3), shift("B", 15, 17, 2, priority=2)
    base = shift("A", 15, 21, 3, priority=1)

    with_b = segments(plan(first, second, base), at(14), at(21))
    without_b = segments(plan(first, base), at(14), at(21))

    assert clock(with_b) == ["C 14:00 16:00", "B 16:00 17:00", "A 17:00 21:00"]
    assert clock(without_b) == ["C 14:00 16:00", "A 16:00 21:00"]


def test_case_22_of_exclusive_layers_of_one_priority_the_first_that_has_somebody_answers():
    """The area's case 22: one seat, whoever comes later only fills what is left."""
    level = shift("C", 14, 16, 1, priority=2), shift("B", 15, 17, 2, priority=2)

    found = segments(plan(*level, shift("A", 15, 21, 3)), at(14), at(21))

    assert clock(found) == ["C 14:00 16:00", "B 16:00 17:00", "A 17:00 21:00"]


def test_an_additive_layer_lets_those_below_answer_as_well():
    layers = shift("A", 0, 24, 1), shift("B", 9, 17, 2, priority=2, mode="additive")

    assert clock(segments(plan(*layers), at(8), at(18))) == [
        "A 08:00 09:00", "BA 09:00 17:00", "A 17:00 18:00",
    ]  # fmt: skip


def test_seats_are_settled_apart_and_only_a_person_reaches_into_several():
    layers = shift("A", 0, 24, 1), shift("B", 0, 24, 2, seat="secondary")
    shadow = shift("S", 0, 24, 3, seat="shadow")
    found = plan(
        *layers,
        shadow,
        overrides=[cover("C", at(8), at(10)), cover("D", at(9), at(11), 2, subject=2)],
    )

    shifts = final(found, at(8), at(12))

    assert [
        (s.seat, chr(64 + s.user), s.starts_at.hour, s.ends_at.hour, s.source) for s in shifts
    ] == [
        ("primary", "C", 8, 10, "override"),
        ("secondary", "B", 8, 9, "rotation"),
        ("shadow", "S", 8, 12, "rotation"),
        ("secondary", "D", 9, 11, "override"),
        ("primary", "A", 10, 12, "rotation"),
        ("secondary", "B", 11, 12, "rotation"),
    ]
    assert gaps(plan(layers[1], shadow), at(8), at(12))[0].users == ()


def test_who_is_away_passes_the_turn_to_the_next_one_who_is_not():
    rota = rotation("A B C", zone="UTC", anchor=at(0).replace(tzinfo=None), unit="hour")
    away = [Absence(at(0), at(2), 1), Absence(at(0), at(1.5), 2)]

    found = segments(Plan((rota,), (), tuple(away)), at(0), at(4))

    assert clock(found) == ["C 00:00 01:30", "B 01:30 02:00", "C 02:00 03:00", "A 03:00 04:00"]
    assert [s.holders[0].source for s in found] == ["unavailability", "rotation"] + ["rotation"] * 2


def test_what_was_served_stays_whatever_the_plan_says_now():
    row = Served(at(9), at(10), "primary", Holder(4, 1))
    told_now = Plan((shift("A", 0, 24, 1),), (), (), Ledger(at(8), at(11), (row,)))

    assert clock(segments(told_now, at(7), at(12))) == [
        "A 07:00 08:00", "- 08:00 09:00", "D 09:00 10:00", "- 10:00 11:00", "A 11:00 12:00",
    ]  # fmt: skip
    assert who(told_now, at(9.5)).users == (4,)
    assert who(told_now, at(11.5)).starts_at == at(11)


def handoff_at_noon():
    return shift("A", 0, 12, 1), shift("B", 12, 24, 2)


def test_case_21_a_cover_crosses_a_handoff():
    covered = plan(*handoff_at_noon(), overrides=[cover("C", at(11), at(13))])

    found = segments(covered, at(0), at(24))

    assert clock(found) == ["A 00:00 11:00", "C 11:00 13:00", "B 13:00 00:00"]


def test_a_substitute_takes_only_the_place_of_the_one_replaced():
    covered = plan(*handoff_at_noon(), overrides=[cover("C", at(11), at(13), subject=1)])

    found = segments(covered, at(0), at(24))

    assert clock(found) == ["A 00:00 11:00", "C 11:00 12:00", "B 12:00 00:00"]
    assert [s.override for s in found] == [None, 1, None]


@pytest.mark.parametrize(
    ("covers", "expected"),
    [
        ([("B", 1, {"subject": 1}), ("C", 2, {"subject": 2})], "C"),
        ([("C", 1, {"subject": 2}), ("B", 2, {"subject": 1})], "C"),
        ([("B", 1, {}), ("C", 2, {})], "C"),
        ([("C", 2, {}), ("B", 1, {})], "C"),
        ([("B", 1, {}), ("C", 2, {"subject": 2})], "C"),
        ([("B", 1, {"subject": 1}), ("C", 2, {"subject": 1})], "C"),
        ([("B", 1, {"subject": 1}), ("A", 2, {})], "B"),
        ([("B", 1, {"subject": 1}), ("A", 2, {"subject": 2})], "B"),
        ([("B", 1, {"kind": "add"})], "AB"),
        ([("B", 1, {"kind": "add"}), ("C", 2, {"subject": 2})], "AC"),
        ([("B", 1, {"kind": "add"}), ("", 2, {"subject": 1, "kind": "remove"})], "B"),
        ([("", 1, {"subject": 1, "kind": "remove"})], "-"),
        ([("", 1, {"subject": 1, "kind": "remove", "layer": 2})], "A"),
        ([("", 1, {"subject": 2, "kind": "remove"}), ("B", 2, {"subject": 1})], "-"),
        ([("B", 1, {"seat": "secondary"})], "A"),
        ([("A", 1, {"subject": 1})], "A"),
        ([("B", 1, {"layer": 1}), ("C", 2, {"subject": 2})], "C"),
        ([("B", 1, {"subject": 1, "layer": 1}), ("C", 2, {"subject": 2, "layer": 1})], "C"),
        ([("B", 1, {"layer": 7})], "A"),
    ],
)
def test_covers_speak_first_then_additions_substitutes_and_removals(covers, expected):
    overrides = [cover(letter, at(1), at(2), seq, **kind) for letter, seq, kind in covers]

    found = segments(plan(shift("A", 0, 24, 1), overrides=overrides), at(1), at(2))

    assert [names(s) for s in found] == [expected]


def test_a_cover_of_one_layer_fills_that_layer_alone():
    secondary = cover("E", at(8), at(10), layer=2)
    primary = cover("E", at(8), at(10), layer=1)
    layers = shift("A", 0, 24, 1, priority=5), shift("B", 9, 24, 2, priority=4)

    assert clock(segments(plan(*layers, overrides=[secondary]), at(8), at(10))) == ["A 08:00 10:00"]
    assert clock(segments(plan(*layers, overrides=[primary]), at(8), at(10))) == ["E 08:00 10:00"]


def test_a_cover_of_a_layer_counts_where_the_layer_itself_is_empty():
    """Somebody who says they cover is called, also before the first version of the layer."""
    alone = plan(shift("A", 12, 24, 1), overrides=[cover("E", at(8), at(10), layer=1)])
    no_layer = plan(overrides=[cover("E", at(8), at(10), layer=9)])

    assert on_call(alone, at(9)) == on_call(no_layer, at(9)) == (5,)
    assert who(no_layer, at(9)).layer == 9


def test_an_override_of_a_layer_fills_the_seat_that_the_layer_has_at_the_time():
    """What a layer will be after a planned edit says nothing about who covers it tonight."""
    layers = shift("A", 0, 12, 1), shift("B", 12, 24, 1, seat="secondary")
    kinds = ["cover", "add"]
    for override in [cover("E", at(10), at(14), layer=1, kind=kind) for kind in kinds]:
        found = plan(*layers, overrides=[override])
        with_e = "E" if override.kind == "cover" else "AE"

        assert clock(segments(found, at(8), at(16))) == [
            "A 08:00 10:00", f"{with_e} 10:00 12:00", "- 12:00 16:00",
        ]  # fmt: skip
        assert clock(segments(found, at(8), at(16), "secondary")) == [
            "- 08:00 12:00", f"{with_e.replace('A', 'B')} 12:00 14:00", "B 14:00 16:00",
        ]  # fmt: skip


def test_a_cover_in_a_hole_of_a_layer_fills_the_seat_that_the_layer_has_next():
    layers = shift("A", 0, 6, 1), shift("B", 12, 18, 1, seat="secondary")
    covers = cover("E", at(8), at(10), layer=1), cover("F", at(20), at(22), 2, layer=1)
    found = plan(*layers, overrides=covers)

    assert [on_call(found, at(hour), "secondary") for hour in (9, 13, 21)] == [(5,), (2,), (6,)]
    assert [on_call(found, at(hour)) for hour in (1, 9, 13, 21)] == [(1,), (), (), ()]


def test_a_cover_of_an_additive_layer_adds_also_where_the_layer_itself_is_empty():
    low, added = shift("A", 0, 24, 1), shift("B", 12, 18, 2, priority=2, mode="additive")
    covers = [cover("E", at(8), at(10), layer=2), cover("F", at(19), at(20), 2, layer=2)]

    assert clock(segments(plan(low, added, overrides=covers), at(7), at(21))) == [
        "A 07:00 08:00", "EA 08:00 10:00", "A 10:00 12:00", "BA 12:00 18:00", "A 18:00 19:00",
        "FA 19:00 20:00", "A 20:00 21:00",
    ]  # fmt: skip


def test_a_substitute_who_already_serves_is_named_once():
    covered = plan(rotation("AB", zone="UTC"), overrides=[cover("B", at(1), at(2), subject=1)])

    assert on_call(covered, at(1)) == (2,)


@pytest.mark.parametrize(("start", "end"), [(2, 2), (3, 2)])
def test_case_22_an_empty_or_inverted_cover_never_serves(start, end):
    covered = plan(shift("A", 0, 24, 1), overrides=[cover("E", at(start), at(end))])

    assert clock(segments(covered, at(0), at(24))) == ["A 00:00 00:00"]


def test_a_cover_of_somebody_by_themselves_stays_visible():
    covered = plan(shift("A", 0, 24, 1), overrides=[cover("A", at(2), at(3))])

    assert clock(segments(covered, at(0), at(24))) == [
        "A 00:00 02:00",
        "A 02:00 03:00",
        "A 03:00 00:00",
    ]
    assert who(covered, at(1)).ends_at == at(2)
    assert who(covered, at(1)).until == at(24)


def test_until_follows_a_person_from_layer_to_cover():
    covered = plan(*handoff_at_noon(), overrides=[cover("A", at(12), at(14))])

    assert who(covered, at(3)).until == at(14)


@pytest.mark.parametrize(("start", "end"), [(DAY, DAY), (at(1), DAY)])
def test_an_empty_or_inverted_window_is_refused(start, end):
    with pytest.raises(ValueError, match="ends after it starts"):
        segments(plan(), start, end)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="needs a time zone"):
        who(plan(), DAY.replace(tzinfo=None))


WEEK = utc("2026-01-05T00:00"), utc("2026-01-12T00:00")


def business_hours():
    return plan(
        rotation("A", zone="UTC", anchor=WEEK[0].replace(tzinfo=None), windows=WEEKDAYS_9_TO_17)
    )


def test_case_23_it_reports_every_gap_of_a_week_promised_around_the_clock():
    found = gaps(business_hours(), *WEEK)

    assert told(found) == [
        "- 01-05T00:00 01-05T09:00",
        "- 01-05T17:00 01-06T09:00",
        "- 01-06T17:00 01-07T09:00",
        "- 01-07T17:00 01-08T09:00",
        "- 01-08T17:00 01-09T09:00",
        "- 01-09T17:00 01-12T00:00",
    ]
    assert sum(map(hours, found)) == 128
    assert round(coverage(business_hours(), *WEEK), 3) == 0.238


def test_case_23_it_does_not_nag_about_hours_that_nobody_promised():
    assert gaps(business_hours(), *WEEK, WEEKDAYS_9_TO_17, "UTC") == []
    assert coverage(business_hours(), *WEEK, WEEKDAYS_9_TO_17, "UTC") == 1.0
    assert coverage(plan(), *WEEK, expected=()) == 1.0


def test_promised_hours_are_local():
    found = gaps(business_hours(), *WEEK, WEEKDAYS_9_TO_17, "Europe/Berlin")

    assert len(found) == 5
    assert told(found[:1]) == ["- 01-05T08:00 01-05T09:00"]
    assert coverage(business_hours(), *WEEK, WEEKDAYS_9_TO_17, "Europe/Berlin") == 0.875


def test_promised_hours_that_overlap_count_once():
    """Monday 09 to 17 and 12 to 20 promise eleven hours, eight of them covered."""
    promised = Window(0, time(9), 0, time(17)), Window(0, time(12), 0, time(20))

    assert coverage(business_hours(), *WEEK, promised, "UTC") == 8 / 11
    assert told(gaps(plan(), *WEEK, promised, "UTC")) == ["- 01-05T09:00 01-05T20:00"]


def test_case_23_a_schedule_without_layers_is_one_gap():
    assert gaps(plan(), *WEEK) == segments(plan(), *WEEK)
    assert told(gaps(plan(), *WEEK)) == ["- 01-05T00:00 01-12T00:00"]
    assert coverage(plan(), *WEEK) == 0.0


def test_a_thousand_covers_are_settled_in_order():
    covers = [cover("B" if n % 2 else "C", at(n / 2), at(n / 2 + 1), seq=n) for n in range(1000)]

    found = segments(plan(rotation("A", zone="UTC"), overrides=covers), at(0), at(500))

    assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
    assert served(plan(overrides=covers), "2026-06-01T00:00", "2026-06-01T02:00") == [
        "C 06-01T00:00 06-01T00:30",
        "B 06-01T00:30 06-01T01:00",
        "C 06-01T01:00 06-01T01:30",
        "B 06-01T01:30 06-01T02:00",
    ]
