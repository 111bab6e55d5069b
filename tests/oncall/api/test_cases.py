"""The printed cases of the on-call area, section 4, as a client meets them: a document in, the final schedule out."""

from typing import Any

import pytest

from core.models import User
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller
from tests.factories import ATeam, AUser
from tests.oncall.api.documents import (
    WORKING_DAYS,
    document,
    final,
    gaps,
    layer,
    overridden,
    short,
    whole,
    written,
)

pytestmark = pytest.mark.django_db
DAILY = {"unit": "day", "time_zone": "UTC", "anchor": "2026-01-05T09:00", "windows": [WORKING_DAYS]}


@pytest.fixture
def caller(clock: Clock) -> Caller:
    ATeam()
    for name in ("ana", "bob", "cyd", "dan", "eve"):
        AUser(username=name)
    return a_caller("Administrator", "admin")


def test_case_1_a_week_of_the_spring_change_has_167_hours(caller: Caller) -> None:
    written(caller)

    assert final(caller, "2026-03-16T00:00Z", "2026-04-13T07:00Z") == [
        "ana 03-16T08:00 03-23T08:00", "bob 03-23T08:00 03-30T07:00",
        "cyd 03-30T07:00 04-06T07:00", "ana 04-06T07:00 04-13T07:00",
    ]  # fmt: skip


def test_case_2_a_week_of_the_autumn_change_has_169_hours(caller: Caller) -> None:
    written(caller)

    assert final(caller, "2026-10-19T07:00Z", "2026-10-27T00:00Z") == [
        "bob 10-19T07:00 10-26T08:00",
        "cyd 10-26T08:00 10-27T00:00",
    ]


def test_case_3_a_handoff_that_does_not_exist_is_at_the_end_of_the_gap(caller: Caller) -> None:
    written(caller, layer(unit="day", anchor="2026-03-28T02:30"))

    assert final(caller, "2026-03-28T01:30Z", "2026-03-30T01:00Z") == [
        "ana 03-28T01:30 03-29T01:00",
        "bob 03-29T01:00 03-30T00:30",
        "cyd 03-30T00:30 03-30T01:00",
    ]
    assert gaps(caller, "2026-03-28T01:30Z", "2026-03-31T00:30Z") == []


def test_case_7_the_night_of_the_change_has_11_hours(caller: Caller) -> None:
    nights = {"unit": "hour", "length": 12, "anchor": "2026-03-02T08:00", "participants": [["ana"], ["bob"]]}  # fmt: skip
    written(caller, layer(time_zone="America/New_York", **nights))

    assert "bob 03-08T01:00 03-08T12:00" in final(caller, "2026-03-07T00:00Z", "2026-03-10T00:00Z")


def test_case_8_months_are_clamped_from_the_anchor(caller: Caller) -> None:
    monthly = {"unit": "month", "time_zone": "UTC", "anchor": "2026-01-31T00:00"}
    written(caller, layer(**monthly, participants=[["ana"], ["bob"]]))

    assert final(caller, "2026-01-31T00:00Z", "2026-06-01T00:00Z") == [
        "ana 01-31T00:00 02-28T00:00", "bob 02-28T00:00 03-31T00:00", "ana 03-31T00:00 04-30T00:00",
        "bob 04-30T00:00 05-31T00:00", "ana 05-31T00:00 06-01T00:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "users"),
    [
        ("2026-03-16T07:59:59.999999Z", []),
        ("2026-03-16T08:00:00Z", ["ana"]),
        ("2026-03-23T07:59:59Z", ["ana"]),
        ("2026-03-23T08:00:00Z", ["bob"]),
    ],
)
def test_case_9_nobody_before_the_start_and_the_next_person_at_an_end(
    caller: Caller, at: str, users: list[str]
) -> None:
    written(caller)

    assert now(caller, at)["users"] == users


@pytest.mark.parametrize("anchor", ["2026-01-05T00:00", "2026-01-05T09:00"])
@pytest.mark.parametrize(
    ("mode", "days"),
    [
        ("calendar", "05ana 06bob 07cyd 08ana 09bob 12bob 13cyd"),
        ("active", "05ana 06bob 07cyd 08ana 09bob 12cyd 13ana"),
    ],
)
def test_case_10_turns_count_every_day_or_only_active_ones(
    caller: Caller, mode: str, days: str, anchor: str
) -> None:
    written(caller, layer(**DAILY | {"anchor": anchor}, turn_mode=mode))

    found = [one.split() for one in final(caller, "2026-01-05T00:00Z", "2026-01-14T00:00Z")]

    assert " ".join(f"{start[3:5]}{who}" for who, start, _ in found) == days
    assert {(start[6:], end[6:]) for _, start, end in found} == {("09:00", "17:00")}


def test_case_11_people_who_would_never_serve_are_named(caller: Caller) -> None:
    names = [f"p{n}" for n in range(14)]
    for name in names:
        AUser(username=name)
    fourteen = layer(**DAILY, participants=[[name] for name in names])
    written(caller, fourteen)

    said = caller.post("schedules/payments/preview/", document(fourteen)).json()["warnings"]

    assert ["Positions 5, 6, 12, 13 (counted from 0) would never serve" in one for one in said] == [True]  # fmt: skip
    assert caller.get("schedules/payments/quality/").json()["warnings"] == said


@pytest.mark.parametrize("mode", ["calendar", "active"])
def test_case_12_next_is_the_same_asked_in_a_gap_as_in_the_calendar(
    caller: Caller, mode: str
) -> None:
    written(caller, layer(**DAILY, turn_mode=mode, participants=[["ana"], ["bob"]]))

    asked = now(caller, "2026-01-06T20:52Z")

    assert asked["users"] == []
    assert asked["next"] == {"username": "ana", "from": "2026-01-07T09:00:00.000000Z"}
    assert final(caller, "2026-01-06T20:52Z", "2026-01-08T00:00Z") == ["ana 01-07T09:00 01-07T17:00"]  # fmt: skip


@pytest.mark.parametrize("midnight", ["24:00", "00:00"])
def test_case_14_a_weekend_window_over_the_change_has_59_hours(
    caller: Caller, midnight: str
) -> None:
    weekend = [
        {"weekdays": [4], "start": "20:00", "end": midnight},
        {"weekdays": [5, 6], "start": "00:00", "end": midnight},
        {"weekdays": [0], "start": "00:00", "end": "08:00"},
    ]
    zone = {"time_zone": "America/New_York", "anchor": "2026-03-02T00:00"}
    written(caller, layer(**zone, participants=[["ana"]], windows=weekend))

    assert final(caller, "2026-03-06T00:00Z", "2026-03-12T00:00Z") == ["ana 03-07T01:00 03-09T12:00"]  # fmt: skip


def test_case_15_a_new_participant_from_a_date_on_changes_nothing_before(caller: Caller) -> None:
    written(caller)
    before = whole(caller, "2026-03-16T00:00Z", "2026-04-06T07:00Z")
    four = [["ana"], ["bob"], ["cyd"], ["dan"]]
    change = document(layer(participants=four), effective="2026-04-06T07:00:00Z")

    seen = caller.post("schedules/payments/preview/", change).json()
    reply = caller.put("schedules/payments/", change)

    assert reply.status_code == 200, reply.content
    assert whole(caller, "2026-03-16T00:00Z", "2026-04-06T07:00Z") == before
    assert final(caller, "2026-04-06T07:00Z", "2026-04-20T07:00Z") == [
        "dan 04-06T07:00 04-13T07:00", "ana 04-13T07:00 04-20T07:00",
    ]  # fmt: skip
    assert seen["changes"][0] == {
        "start": "2026-04-06T07:00:00.000000Z", "end": "2026-04-13T07:00:00.000000Z",
        "seat": "primary", "before": ["ana"], "after": ["dan"],
    }  # fmt: skip
    assert seen["people"] == ["ana", "bob", "cyd", "dan"]


def test_case_15_who_is_on_call_while_somebody_joins_stays_on_call(
    caller: Caller, clock: Clock
) -> None:
    written(caller)
    at = f"{clock.now:%Y-%m-%dT%H:%MZ}"
    before = now(caller, at)["users"]

    joined = document(layer(participants=[["ana"], ["bob"], ["cyd"], ["dan"]]), effective="2026-12-07T08:00Z")  # fmt: skip
    assert caller.put("schedules/payments/", joined).status_code == 200

    assert before != []
    assert now(caller, at)["users"] == before


def test_case_16_an_unassigned_slot_is_a_gap_unless_another_layer_covers(caller: Caller) -> None:
    window = ("2026-03-16T09:00Z", "2026-04-13T09:00Z")
    every_other = layer(participants=[["ana"], [], ["bob"], []], time_zone="UTC", priority=2)
    written(caller, every_other)

    asked = {"from": window[0], "to": window[1]}
    found = caller.get("schedules/payments/gaps/", **asked).json()
    below = layer("Below", participants=[["eve"]], time_zone="UTC")
    change = document(every_other, below, effective="2026-03-16T09:00Z")
    assert caller.put("schedules/payments/", change).status_code == 200

    assert [gap["start"][5:16] for gap in found["gaps"]] == ["03-23T09:00", "04-06T09:00"]
    assert (found["hours"], found["coverage"]) == (336.0, 50.0)
    assert [one.split()[0] for one in final(caller, *window)] == ["ana", "eve", "bob", "eve"]
    assert gaps(caller, *window) == []


def test_case_17_a_shift_of_somebody_who_left_is_empty_and_no_gap(caller: Caller) -> None:
    written(caller)
    User.objects.filter(username="bob").update(is_active=False)

    asked = {"from": "2026-03-16T08:00Z", "to": "2026-04-06T07:00Z"}
    found = caller.get("schedules/payments/gaps/", **asked).json()

    assert found["gaps"] == []
    assert found["empty_shifts"] == [
        {
            "start": "2026-03-23T08:00:00.000000Z", "end": "2026-03-30T07:00:00.000000Z", "user": "bob",
            "seat": "primary", "layer": "First", "source": "rotation",
        }
    ]  # fmt: skip


def a_day(name: str, who: str, hours: str, **more: Any) -> dict[str, Any]:
    """A layer of one person who serves at these hours of every day, as in "10-15 21-24"."""
    spans = [one.split("-") for one in hours.split()]
    windows = [{"weekdays": list(range(7)), "start": f"{a}:00", "end": f"{b}:00"} for a, b in spans]
    turn = {"time_zone": "UTC", "anchor": "2026-06-01T00:00", "participants": [[who]]}
    return layer(name, **turn, windows=windows, **more)


def test_case_18_priorities_and_covers_settle_one_day(caller: Caller) -> None:
    low, high = {"priority": 1, "mode": "additive"}, {"priority": 2}
    written(
        caller,
        a_day("A", "ana", "10-15 16-19 21-22", **low),
        a_day("B", "bob", "11-13 22-24", **low),
        a_day("C", "cyd", "12-14", **high),
        a_day("D", "dan", "14-15 17-18 20-23", **high),
    )
    overridden(caller, "cover", "2026-06-03T22:00Z", "2026-06-03T23:00Z", user="eve")
    overridden(caller, "cover", "2026-06-03T22:00Z", "2026-06-03T22:30Z", user="ana")

    window = ("2026-06-03T00:00Z", "2026-06-04T00:00Z")

    assert short(final(caller, *window)) == (
        "ana 10:00-12:00, bob 11:00-12:00, cyd 12:00-14:00, dan 14:00-15:00, ana 16:00-17:00, "
        "dan 17:00-18:00, ana 18:00-19:00, dan 20:00-22:00, ana 22:00-22:30, eve 22:30-23:00, "
        "bob 23:00-00:00"
    )
    assert [one[6:11] + "-" + one[18:] for one in gaps(caller, *window)] == [
        "00:00-10:00", "15:00-16:00", "19:00-20:00"
    ]  # fmt: skip


def test_case_21_a_cover_crosses_a_handoff(caller: Caller) -> None:
    written(caller, a_day("A", "ana", "00-12"), a_day("B", "bob", "12-24"))
    overridden(caller, "cover", "2026-06-03T11:00Z", "2026-06-03T13:00Z", user="cyd")

    assert short(final(caller, "2026-06-03T00:00Z", "2026-06-04T00:00Z")) == (
        "ana 00:00-11:00, cyd 11:00-13:00, bob 13:00-00:00"
    )


def test_case_22_a_layer_that_is_covered_up_carves_no_hole(caller: Caller) -> None:
    window = ("2026-06-03T00:00Z", "2026-06-04T00:00Z")
    first, base = a_day("C", "cyd", "14-16", priority=2), a_day("A", "ana", "15-21")
    written(caller, first, a_day("B", "bob", "15-17", priority=2), base)

    with_b = short(final(caller, *window))
    change = document(first, base, effective="2026-06-01T00:00Z")
    assert caller.put("schedules/payments/", change).status_code == 200

    assert with_b == "cyd 14:00-16:00, bob 16:00-17:00, ana 17:00-21:00"
    assert short(final(caller, *window)) == "cyd 14:00-16:00, ana 16:00-21:00"


def test_case_23_what_is_not_asked_is_no_gap(caller: Caller) -> None:
    days = layer(**DAILY | {"anchor": "2026-01-05T00:00"}, participants=[["ana"]])
    written(caller, days, time_zone="UTC")
    asked = {"from": "2026-01-05T00:00Z", "to": "2026-01-12T00:00Z"}

    around_the_clock = caller.get("schedules/payments/gaps/", **asked).json()
    change = document(days, time_zone="UTC", expectation="business-hours")
    assert caller.put("schedules/payments/", change).status_code == 200
    business = caller.get("schedules/payments/gaps/", **asked).json()

    assert (len(around_the_clock["gaps"]), around_the_clock["hours"]) == (6, 128.0)
    assert around_the_clock["coverage"] == 23.8
    assert (business["gaps"], business["coverage"]) == ([], 100.0)


def test_case_23_a_schedule_without_layers_is_one_gap(caller: Caller) -> None:
    written(caller, layers=[])

    assert gaps(caller, "2026-01-05T00:00Z", "2026-01-12T00:00Z") == ["01-05T00:00 01-12T00:00"]


def now(caller: Caller, at: str) -> dict[str, Any]:
    """Who is on call at an instant."""
    found: dict[str, Any] = caller.get("oncall/", at=at, schedule="payments").json()["results"][0]
    return found
