"""Whose turn it is, to the minute, in every zone (the on-call area's cases 1 to 16)."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from oncall.rota import Window, changes, in_step, next_after, on_call, segments, who
from oncall.rota.turns import turn_index
from tests.oncall.rota.scenes import (
    WEEKDAYS_9_TO_17,
    hours,
    names,
    plan,
    rotation,
    served,
    told,
    utc,
    wall,
)


def test_case_1_it_hands_over_on_monday_at_nine_in_berlin_through_the_spring_change():
    found = segments(plan(rotation("A B C")), utc("2026-03-16T08:00"), utc("2026-04-13T07:00"))

    assert told(found) == [
        "A 03-16T08:00 03-23T08:00",
        "B 03-23T08:00 03-30T07:00",
        "C 03-30T07:00 04-06T07:00",
        "A 04-06T07:00 04-13T07:00",
    ]
    assert [hours(segment) for segment in found] == [168, 167, 168, 168]


def test_case_2_it_makes_the_week_of_the_autumn_change_an_hour_longer():
    shift = who(plan(rotation("A B C")), utc("2026-10-20T00:00"))

    assert told([shift]) == [f"{names(shift)} 10-19T07:00 10-26T08:00"]
    assert hours(shift) == 169


def test_case_3_it_hands_over_at_the_end_of_the_gap_where_half_past_two_does_not_exist():
    daily = rotation("A B C", unit="day", anchor=wall("2026-03-28T02:30"))

    assert served(plan(daily), "2026-03-28T01:30", "2026-03-31T00:30") == [
        "A 03-28T01:30 03-29T01:00",
        "B 03-29T01:00 03-30T00:30",
        "C 03-30T00:30 03-31T00:30",
    ]


def test_it_hands_over_at_the_first_of_two_half_past_twos():
    daily = rotation("A B C", unit="day", anchor=wall("2026-10-24T02:30"))

    assert served(plan(daily), "2026-10-24T00:30", "2026-10-27T01:30") == [
        "A 10-24T00:30 10-25T00:30",
        "B 10-25T00:30 10-26T01:30",
        "C 10-26T01:30 10-27T01:30",
    ]


def test_case_7_it_shortens_the_night_shift_of_the_change_in_new_york():
    nights = rotation(
        "A B", unit="hour", length=12, zone="America/New_York", anchor=wall("2026-03-02T08:00")
    )

    shift = who(plan(nights), utc("2026-03-08T05:00"))

    assert told([shift]) == ["B 03-08T01:00 03-08T12:00"]
    assert hours(shift) == 11


def test_case_8_it_clamps_months_from_the_anchor_without_drifting():
    monthly = rotation("A B", unit="month", zone="UTC", anchor=wall("2026-01-31T00:00"))

    found = segments(plan(monthly), utc("2026-01-31T00:00"), utc("2026-06-30T00:00"))

    assert [segment.starts_at.strftime("%m-%d") for segment in found] == [
        "01-31", "02-28", "03-31", "04-30", "05-31"
    ]  # fmt: skip


def test_case_9_it_has_nobody_before_the_start_and_the_next_person_at_an_end():
    weekly = plan(rotation("A B C"))
    before = utc("2026-03-16T08:00") - timedelta(microseconds=1)

    assert on_call(weekly, before) == ()
    assert on_call(weekly, utc("2026-03-16T08:00")) == (1,)
    assert on_call(weekly, utc("2026-03-23T08:00") - timedelta(microseconds=1)) == (1,)
    assert on_call(weekly, utc("2026-03-23T08:00")) == (2,)


def working_days(slots: str, turn_mode: str, **changed: object):
    return rotation(
        slots,
        unit="day",
        zone="UTC",
        turn_mode=turn_mode,
        anchor=wall("2026-01-05T09:00"),
        windows=WEEKDAYS_9_TO_17,
        **changed,
    )


@pytest.mark.parametrize("handoff", [time(0), time(9)])
@pytest.mark.parametrize(
    ("turn_mode", "days"),
    [("calendar", "5A 6B 7C 8A 9B 12B 13C"), ("active", "5A 6B 7C 8A 9B 12C 13A")],
)
def test_case_10_it_counts_the_weekend_or_only_active_days(turn_mode, days, handoff):
    anchor = datetime.combine(wall("2026-01-05T00:00"), handoff)
    layer = replace(working_days("A B C", turn_mode), anchor=anchor)

    found = segments(plan(layer), utc("2026-01-05T00:00"), utc("2026-01-14T00:00"))

    serving = [segment for segment in found if segment.users]
    assert " ".join(f"{s.starts_at.day}{names(s)}" for s in serving) == days
    assert {(s.starts_at.hour, s.ends_at.hour) for s in serving} == {(9, 17)}


def test_active_turns_of_several_days_and_hours_skip_what_is_closed():
    two_days = working_days("A B", "active", length=2)
    four_hours = replace(working_days("A B C", "active"), unit="hour", length=4)

    assert served(plan(two_days), "2026-01-08T00:00", "2026-01-14T00:00") == [
        "B 01-08T09:00 01-08T17:00",
        "A 01-09T09:00 01-09T17:00",
        "A 01-12T09:00 01-12T17:00",
        "B 01-13T09:00 01-13T17:00",
    ]
    assert served(plan(four_hours), "2026-01-09T00:00", "2026-01-13T00:00") == [
        "C 01-09T09:00 01-09T13:00",
        "A 01-09T13:00 01-09T17:00",
        "B 01-12T09:00 01-12T13:00",
        "C 01-12T13:00 01-12T17:00",
    ]


@pytest.mark.parametrize("turn_mode", ["calendar", "active"])
def test_case_12_next_is_the_same_asked_in_a_gap_as_in_the_calendar(turn_mode):
    layer = plan(working_days("A B", turn_mode))
    asked = utc("2026-01-06T20:52")

    following = next_after(layer, asked)
    expanded = segments(layer, utc("2026-01-05T09:00"), utc("2026-01-08T00:00"))

    assert told([following]) == ["A 01-07T09:00 01-07T17:00"]
    assert following == next(s for s in expanded if s.users and s.starts_at > asked)


def test_next_after_passes_over_gaps_and_over_the_same_person():
    alone, pair = plan(working_days("A", "active")), plan(working_days("A A B", "active"))

    assert next_after(alone, utc("2026-01-05T10:00")) is None
    assert told([next_after(alone, utc("2026-01-05T20:00"))]) == ["A 01-06T09:00 01-06T17:00"]
    assert told([next_after(pair, utc("2026-01-05T10:00"))]) == ["B 01-07T09:00 01-07T17:00"]


def test_case_14_it_opens_a_weekend_window_across_the_change_in_new_york():
    weekend = rotation(
        "A",
        zone="America/New_York",
        anchor=wall("2026-03-02T00:00"),
        windows=(Window(4, time(20), 0, time(8)),),
    )

    found = segments(plan(weekend), utc("2026-03-06T00:00"), utc("2026-03-12T00:00"))

    assert told(s for s in found if s.users) == ["A 03-07T01:00 03-09T12:00"]
    assert [hours(s) for s in found if s.users] == [59]


@pytest.mark.parametrize(
    ("window", "day", "expected"),
    [
        # 2026-10-25: from 02:00 to 03:00 Berlin has two of everything, and a window keeps both
        (Window(6, time(1), 6, time(2, 30)), "2026-10-25", ["A 10-24T23:00 10-25T01:30"]),
        (Window(6, time(2, 30), 6, time(4)), "2026-10-25", ["A 10-25T00:30 10-25T03:00"]),
        # 2026-03-29: 02:00 to 03:00 Berlin does not exist
        (Window(6, time(1), 6, time(2, 30)), "2026-03-29", ["A 03-29T00:00 03-29T01:00"]),
        (Window(6, time(2, 30), 6, time(4)), "2026-03-29", ["A 03-29T01:00 03-29T02:00"]),
        (Window(6, time(2), 6, time(3)), "2026-03-29", []),
    ],
)
def test_a_window_never_shrinks_by_a_change_of_clocks(window, day, expected):
    layer = rotation("A", anchor=wall("2026-01-05T00:00"), windows=(window,))
    start = utc(f"{day}T00:00") - timedelta(hours=3)

    found = segments(plan(layer), start, start + timedelta(hours=12))

    assert told(s for s in found if s.users) == expected


def test_windows_that_meet_in_a_repeated_hour_do_not_overlap():
    both = (Window(6, time(1), 6, time(2, 30)), Window(6, time(2, 30), 6, time(4)))
    layer = rotation("A", anchor=wall("2026-01-05T00:00"), windows=both)

    assert served(plan(layer), "2026-10-24T22:00", "2026-10-25T12:00") == [
        "A 10-24T23:00 10-25T03:00"
    ]


def test_windows_may_cover_the_whole_week_for_ever():
    halves = (Window(0, time(0), 3, time(0)), Window(3, time(0), 0, time(0)))
    always = plan(rotation("A B", windows=halves))

    assert told([who(always, utc("2026-03-20T00:00"))]) == ["A 03-16T08:00 03-23T08:00"]


def joined_by_d():
    joins = utc("2026-04-06T07:00")
    return plan(
        rotation("A B C", effective_to=joins),
        rotation("A B C D", effective_from=joins),
    )


def test_case_15_a_new_version_leaves_what_was_before_as_it_was():
    before, after = plan(rotation("A B C")), joined_by_d()
    window = utc("2026-03-10T00:00"), utc("2026-04-06T07:00")

    assert segments(before, *window) == segments(after, *window)
    assert on_call(before, utc("2026-03-25T12:00")) == on_call(after, utc("2026-03-25T12:00"))


def test_case_15_the_preview_of_an_edit_lists_exactly_the_changed_shifts_and_people():
    found = changes(
        plan(rotation("A B C")), joined_by_d(), utc("2026-03-10T00:00"), utc("2026-05-04T07:00")
    )

    assert [(c.starts_at, c.before, c.after) for c in found] == [
        (utc("2026-04-06T07:00"), (1,), (4,)),
        (utc("2026-04-13T07:00"), (2,), (1,)),
        (utc("2026-04-20T07:00"), (3,), (2,)),
        (utc("2026-04-27T07:00"), (1,), (3,)),
    ]
    assert found[-1].ends_at == utc("2026-05-04T07:00")


def test_versions_that_overlap_are_settled_for_the_later_one():
    old, new = rotation("A"), rotation("B", effective_from=utc("2026-04-06T07:00"))

    assert served(plan(new, old), "2026-04-01T00:00", "2026-04-10T00:00") == [
        "A 04-01T00:00 04-06T07:00",
        "B 04-06T07:00 04-10T00:00",
    ]


def test_a_version_that_is_never_in_effect_takes_nobody_off_call():
    never = rotation(
        "B", effective_from=utc("2026-04-06T07:00"), effective_to=utc("2026-04-06T07:00")
    )

    assert served(plan(rotation("A"), never), "2026-04-01T00:00", "2026-04-10T00:00") == [
        "A 04-01T00:00 04-10T00:00"
    ]


def test_case_16_an_unassigned_slot_is_a_gap_unless_a_lower_layer_covers():
    week_on = rotation("A - B -", layer=2, priority=2)
    below = rotation("E", layer=1, priority=1)
    window = utc("2026-03-16T08:00"), utc("2026-04-13T07:00")

    assert [names(s) for s in segments(plan(week_on), *window)] == ["A", "-", "B", "-"]
    assert [names(s) for s in segments(plan(week_on, below), *window)] == ["A", "E", "B", "E"]


def test_a_slot_may_hold_several_people():
    assert on_call(plan(rotation("AB C")), utc("2026-03-16T08:00")) == (1, 2)


def test_a_handoff_from_somebody_to_themselves_is_no_handoff():
    found = segments(plan(rotation("A A B")), utc("2026-03-16T08:00"), utc("2026-04-06T07:00"))

    assert told(found) == ["A 03-16T08:00 03-30T07:00", "B 03-30T07:00 04-06T07:00"]


@pytest.mark.parametrize(
    ("zone", "start", "end", "handoffs"),
    [
        # the skipped hour is nobody's, the repeated one belongs to whoever has it
        ("America/Chicago", "2026-03-08T06:00", "2026-03-08T11:00", "06:00 07:00 08:00 09:00 10:00"),
        ("America/Chicago", "2026-11-01T05:00", "2026-11-01T10:00", "05:00 06:00 08:00 09:00"),
        # half an hour: one turn is halved, another lasts an hour and a half
        ("Australia/Lord_Howe", "2026-10-03T14:30", "2026-10-03T18:00", "14:30 15:30 16:00 17:00"),
        ("Australia/Lord_Howe", "2026-04-04T13:00", "2026-04-04T17:30", "13:00 14:00 15:30 16:30"),
    ],
)  # fmt: skip
def test_hourly_turns_keep_to_the_wall_clock(zone, start, end, handoffs):
    hourly = plan(rotation("A B C", zone=zone, unit="hour", anchor=wall("2026-01-01T00:00")))

    found = segments(hourly, utc(start), utc(end))

    assert " ".join(s.starts_at.strftime("%H:%M") for s in found) == handoffs


def test_the_hour_that_spring_skips_skips_its_person():
    hourly = plan(
        rotation("A B C", zone="America/Chicago", unit="hour", anchor=wall("2026-03-08T00:00"))
    )

    found = segments(hourly, utc("2026-03-08T06:00"), utc("2026-03-08T10:00"))

    assert [names(s) for s in found] == ["A", "B", "A", "B"]


@pytest.mark.parametrize(
    ("zone", "begin"),
    [
        ("America/Chicago", "2026-03-05T00:00"),
        ("America/Chicago", "2026-10-28T00:00"),
        ("Australia/Lord_Howe", "2026-03-31T00:00"),
        ("Australia/Lord_Howe", "2026-09-30T00:00"),
    ],
)
@pytest.mark.parametrize(("unit", "length"), [("hour", 1), ("hour", 12), ("day", 1), ("week", 1)])
def test_a_walk_by_quarter_hours_meets_exactly_the_handoffs_of_the_calendar(
    zone, begin, unit, length
):
    anchor = wall("2026-01-05T02:00")
    layer = plan(rotation("A B C D E", zone=zone, unit=unit, length=length, anchor=anchor))
    start = utc(begin)
    walked = [start + timedelta(minutes=15 * n) for n in range(4 * 24 * 9)]

    asked = [on_call(layer, at) for at in walked]
    found = segments(layer, start, walked[-1])

    handoffs = [at for n, at in enumerate(walked[1:]) if asked[n] != asked[n + 1]]
    assert handoffs == [segment.starts_at for segment in found[1:]]


def test_the_answer_knows_its_real_bounds():
    answer = who(plan(rotation("A B C")), utc("2026-03-25T12:00"))

    assert told([answer]) == ["B 03-23T08:00 03-30T07:00"]
    assert answer.until == utc("2026-03-30T07:00")


def test_the_answer_looks_400_days_ahead_and_no_further():
    at = utc("2028-03-25T12:00")

    answer = who(plan(rotation("A")), at)

    assert answer.until is None
    assert (at - answer.starts_at, answer.ends_at - at) == (timedelta(400), timedelta(400))


def test_until_of_a_gap_is_when_somebody_starts():
    answer = who(plan(rotation("A")), utc("2026-03-10T00:00"))

    assert (answer.users, answer.until) == ((), utc("2026-03-16T08:00"))


@pytest.mark.parametrize(
    ("layer", "at", "turn"),
    [
        (rotation(zone="UTC"), "2026-03-16T08:59", -1),
        (rotation(zone="UTC"), "2126-03-18T08:59", 5217),
        (rotation(zone="UTC", unit="month", length=2), "2127-03-16T08:59", 605),
        (rotation(zone="UTC", unit="month", length=2), "2127-03-16T09:00", 606),
        (working_days("A B", "active"), "2027-01-04T09:00", 260),
        (working_days("A B", "active"), "2027-01-09T12:00", 264),
        (working_days("A B", "active"), "2027-01-04T08:59", 259),
        (working_days("A B", "calendar"), "2027-01-04T09:00", 364),
    ],
)
def test_a_turn_is_computed_from_the_anchor_and_not_walked_to(layer, at, turn):
    assert turn_index(layer, utc(at)) == turn


@pytest.mark.parametrize(("people", "serving"), [
    ("A B C D", "B C D A"),  # D joins at the end
    ("D A B C", "B C D A"),  # or at the beginning: it is one circle
    ("A C", "C A"),  # whoever has the turn leaves: the next of the old order takes it
    ("X Y", None),  # nobody stays: they come as they are
])  # fmt: skip
def test_case_15_people_come_and_go_and_whoever_has_the_turn_keeps_it(people, serving):
    before, wanted = rotation("A B C"), rotation(people).slots
    at = utc("2026-03-26T12:00")  # the second turn, in the week before the clocks change
    assert names(who(plan(before), at)) == "B"

    after = replace(before, slots=in_step(before, wanted, at))

    weeks = [at + n * timedelta(weeks=1) for n in range(len(wanted))]
    found = " ".join(names(who(plan(after), moment)) for moment in weeks)
    assert sorted(found) == sorted(people)
    assert found == serving or (serving is None and after.slots == wanted)
    assert in_step(before, wanted, utc("2020-01-01T00:00")) == wanted  # nobody has a turn yet
