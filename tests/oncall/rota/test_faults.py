"""What a rotation or a cover is refused for, in words."""

from dataclasses import replace
from datetime import UTC, time

import pytest

from oncall.rota import Window, faults, idle_positions, override_faults, segments, warnings
from tests.oncall.rota.scenes import WEEKDAYS_9_TO_17, cover, plan, rotation, utc, wall

FOURTEEN = " ".join("ABCDEFGHIJKLMN")


def daily(slots: str = FOURTEEN, **changes: object):
    return rotation(
        slots, unit="day", anchor=wall("2026-01-05T00:00"), windows=WEEKDAYS_9_TO_17, **changes
    )


def test_a_sound_rotation_has_no_faults():
    assert faults(rotation()) == []
    assert faults(rotation("A - B -")) == []
    assert faults(daily("A B C", turn_mode="active")) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zone": "Mars/Olympus"}, "no time zone 'Mars/Olympus'"),
        ({"zone": "Europe"}, "no time zone"),
        ({"zone": "../etc/passwd"}, "no time zone"),
        ({"zone": ""}, "no time zone"),
        ({"zone": "localtime"}, "no time zone"),
        ({"slots": ()}, "Name who takes them"),
        ({"seat": "throne"}, "not 'throne'"),
        ({"mode": "loud"}, "not 'loud'"),
        ({"holiday_effect": "some"}, "not 'some'"),
        ({"length": 0}, "zero or less"),
        ({"length": -1}, "zero or less"),
        ({"length": 10_001}, "at most 10000"),
        ({"unit": "fortnight"}, "not in 'fortnight'"),
        ({"turn_mode": "lunar"}, "not 'lunar'"),
        ({"anchor": utc("2026-01-01T00:00")}, "local time"),
        ({"anchor": wall("1969-12-31T23:59")}, "from 1970 to 2199"),
        ({"anchor": wall("2200-01-01T00:00")}, "from 1970 to 2199"),
        ({"effective_from": utc("2026-01-02T00:00"), "effective_to": utc("2026-01-01T00:00")}, "after"),
        ({"effective_from": utc("2026-01-02T00:00"), "effective_to": utc("2026-01-02T00:00")}, "after"),
        ({"effective_from": wall("2026-01-01T00:00")}, "need a time zone"),
        ({"windows": (Window(0, time(9), 0, time(9)),)}, "Monday 09:00 to Monday 09:00 is empty"),
        ({"windows": (Window(0, time(17), 0, time(9)),)}, "ends before it starts"),
        ({"windows": (Window(0, time(9), 7, time(9)),)}, "numbered from 0"),
        ({"windows": (Window(0, time(9, tzinfo=UTC), 0, time(17)),)}, "are local"),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong(changes, words):
    found = faults(replace(rotation(), **changes))

    assert len(found) == 1
    assert words in found[0].said


def test_it_tells_all_faults_at_once():
    found = faults(rotation(zone="Nowhere", length=0, windows=(Window(0, time(9), 0, time(9)),)))

    assert len(found) == 3


def test_case_11_it_warns_of_people_who_would_never_serve():
    found = warnings(daily())

    assert faults(daily()) == []
    assert idle_positions(daily()) == (5, 6, 12, 13)
    assert found[0].startswith("Positions 5, 6, 12, 13 (counted from 0) would never serve")


def test_it_warns_where_nobody_is_assigned_at_all():
    assert warnings(rotation("- -")) == [
        "Every slot of the rotation is unassigned: nobody would ever be on call."
    ]


@pytest.mark.parametrize(
    ("layer", "idle"),
    [
        (daily("A B C"), ()),
        (daily("A B C D E F G"), (5, 6)),
        (daily("A B C D E - G"), (6,)),
        (daily(turn_mode="active"), ()),
        (replace(daily("A B"), unit="hour", length=12), ()),
        (replace(daily("A B C"), unit="hour", length=8), (0,)),
        (replace(daily(), unit="week"), ()),
        (replace(daily(), unit="month"), ()),
        (replace(daily(), length=7), ()),
        (replace(daily(), windows=()), ()),
    ],
)  # fmt: skip
def test_it_names_exactly_the_idle_positions(layer, idle):
    year = segments(plan(layer), utc("2026-01-05T00:00"), utc("2028-06-01T00:00"))
    seen = {user for segment in year for user in segment.users}

    assert idle_positions(layer) == idle
    assert seen == {user for n, slot in enumerate(layer.slots) if n not in idle for user in slot}


@pytest.mark.parametrize(
    ("kind", "letter", "subject", "fields"),
    [
        ("cover", "A", None, []),
        ("cover", "A", 2, ["subject"]),
        ("cover", "", None, ["user"]),
        ("substitute", "A", 2, []),
        ("substitute", "A", None, ["subject"]),
        ("substitute", "", 2, ["user"]),
        ("substitute", "A", 1, ["user"]),
        ("add", "A", None, []),
        ("add", "A", 2, ["subject"]),
        ("add", "", None, ["user"]),
        ("remove", "", 2, []),
        ("remove", "A", 2, ["user"]),
        ("remove", "", None, ["subject"]),
        ("vanish", "A", None, ["kind"]),
    ],
)
def test_each_kind_of_override_names_its_people(kind, letter, subject, fields):
    start, end = utc("2026-01-01T00:00"), utc("2026-01-02T00:00")

    found = override_faults(cover(letter, start, end, kind=kind, subject=subject))

    assert [one.field for one in found] == fields


def test_an_override_has_a_length():
    start, end = utc("2026-01-01T00:00"), utc("2026-01-02T00:00")

    for wrong in (cover("A", end, start), cover("A", end, end)):
        [found] = override_faults(wrong)
        assert (found.field, found.said) == ("end", "The override must end after it starts.")


def test_the_resolver_answers_for_rotations_that_have_nobody():
    window = utc("2026-01-05T00:00"), utc("2026-02-05T00:00")
    empty = Window(0, time(9), 0, time(9))

    for layer in (rotation(slots_of_nobody := ""), rotation("A", windows=(empty,))):
        assert [s.users for s in segments(plan(layer), *window)] == [()], slots_of_nobody


def test_the_resolver_refuses_what_would_never_end():
    with pytest.raises(ValueError, match="at least one unit"):
        segments(plan(rotation(length=0)), utc("2026-01-05T00:00"), utc("2026-02-05T00:00"))
