"""A schedule's quality: what a year ahead lacks, how evenly it is borne, who should cover (R131, R135, R138)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.models import User
from oncall.actions.judging import tell_quality
from oncall.actions.rules import rules_of
from oncall.models import (
    ContactMethod,
    Layer,
    Override,
    Page,
    Responder,
    RotationSlot,
    RotationVersion,
    Schedule,
    ShiftNotice,
    Unavailability,
)
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, assert_problem, shelve_playbooks
from tests.factories import (
    NINE,
    AnIncident,
    APolicy,
    AResponder,
    ASchedule,
    AService,
    ATeam,
    AUser,
)
from tests.query_budget import assert_flat

pytestmark = pytest.mark.django_db
LETTERS = ("ana", "bob", "cyd", "dan", "eve", "fay", "gil", "hal")


@pytest.fixture(autouse=True)
def _ready(clock: Clock) -> None:
    shelve_playbooks()


def people(count: int, **fields: Any) -> list[User]:
    return [AResponder(user=AUser(username=name, **fields)).user for name in LETTERS[:count]]


def a_schedule(count: int = 6, **fields: Any) -> Schedule:
    """One weekly layer of that many people; mona manages it."""
    team = ATeam(slug="web")
    AUser(username="mona", manages=team)
    made: Schedule = ASchedule(slug="shop", name="Shop", team=team, people=people(count), **fields)
    return made


def can_be_reached(user: User) -> None:
    """Give somebody two channels that worked yesterday."""
    responder = Responder.objects.get_or_create(user=user)[0]
    for channel in ("email", "webhook"):
        ContactMethod.objects.update_or_create(
            responder=responder, channel=channel,
            defaults={"address": f"{channel}:{user.pk}", "verified_at": NINE, "last_ok_at": NINE},
        )  # fmt: skip


def a_layer(schedule: Schedule, users: list[User], **fields: Any) -> RotationVersion:
    version = RotationVersion.objects.create(
        **{
            "layer": Layer.objects.create(schedule=schedule, name="Second"),
            "anchor_local": "2026-01-05T09:00",
            "seat": "secondary",
            **fields,
        }
    )
    for place, user in enumerate(users):
        RotationSlot.objects.create(version=version, position=place, user=user)
    return version


def seen(**query: str) -> dict[str, Any]:
    answer = a_caller("Viewer", "read").get("schedules/shop/quality/", **query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def codes(level: str = "wrong") -> set[str]:
    return {one["code"] for one in seen()["findings"] if one["level"] == level}


def test_eight_people_in_turn_with_a_secondary_leave_nothing_to_mend() -> None:
    a_layer(a_schedule(8), AUser.create_batch(8))
    for user in User.objects.filter(is_active=True):
        can_be_reached(user)

    found = seen()

    assert found["findings"] == []
    assert (found["gaps"], found["single_points"], found["empty_shifts"]) == ([], [], [])
    assert [(ring["seat"], ring["people"]) for ring in found["rotations"]] == [
        ("primary", 8), ("secondary", 8),
    ]  # fmt: skip


def test_gaps_are_told_apart_from_shifts_of_people_who_are_gone() -> None:
    a_schedule(4)
    User.objects.filter(username="ana").update(is_active=False)
    RotationSlot.objects.filter(user__username="bob").update(user=None)

    found = seen()

    assert {one["user"] for one in found["empty_shifts"]} == {"ana"}
    assert all(one["end"] > one["start"] for one in found["gaps"])
    assert (len(found["gaps"]), found["gap_hours"]) == (13, 13 * 168.0)
    said = {one["code"]: one["said"] for one in found["findings"]}
    assert said["gap"].startswith(
        "13 gaps, 2184.0 h, within a year; the first Mon 14 Dec 2026 09:00"
    )
    assert "ana can't be paged any more and has 13 shifts" in said["empty_shift"]


def test_what_is_not_asked_is_neither_gap_nor_alone() -> None:
    schedule = a_schedule(6, expectation="business-hours")
    windows = [{"weekdays": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]
    RotationVersion.objects.update(windows=windows)

    found = seen()

    assert found["gaps"] == []
    [alone] = found["single_points"]
    assert (alone["kind"], alone["hours"]) == ("no_secondary", 261 * 8.0)
    assert schedule.expectation == "business-hours"


def test_one_person_in_every_slot_is_a_single_point_of_failure() -> None:
    schedule = a_schedule(1)
    RotationSlot.objects.create(
        version=schedule.layers.get().versions.get(), position=1, user=User.objects.get(username="ana")
    )  # fmt: skip

    found = seen()

    kinds = {(one["kind"], one["user"]) for one in found["single_points"]}
    assert kinds == {("one_person", "ana"), ("no_secondary", None)}
    assert {"one_person", "too_few"} <= codes()


def test_a_secondary_takes_the_single_point_away_where_it_serves() -> None:
    schedule = a_schedule(6)
    windows = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "12:00"}]
    a_layer(schedule, [AUser(), AUser()], windows=windows)

    [alone] = seen()["single_points"]

    assert (alone["kind"], alone["hours"]) == ("no_secondary", 365 * 12.0)


@pytest.mark.parametrize(
    ("count", "wrong", "advice"),
    [(1, {"too_few"}, set()), (2, set(), {"size"}), (5, set(), {"size"}), (6, set(), set())],
)
def test_the_size_of_a_rotation_is_judged(count: int, wrong: set[str], advice: set[str]) -> None:
    a_schedule(count)

    assert codes() & {"too_few", "too_many"} == wrong
    assert codes("advice") & {"size"} == advice


def test_more_than_twelve_are_too_many() -> None:
    team = ATeam(slug="web")
    ASchedule(slug="shop", team=team, people=AUser.create_batch(13))

    assert "too_many" in codes()


def test_the_playbook_of_the_services_makes_the_rule() -> None:
    schedule = a_schedule(4)
    assert rules_of(schedule).playbooks == ()
    assert codes("advice") >= {"no_secondary", "too_often"}

    APolicy(steps=[(300, [schedule])], default=True)
    AService(playbook_slug="imag")

    rules = rules_of(schedule)
    assert (rules.playbooks, rules.people_min, rules.rotations_a_month, rules.has_secondary) == (
        ("Incident command (IMAG)",), 2, 1, True,
    )  # fmt: skip
    assert codes() >= {"no_secondary", "too_often"}


def test_nobody_has_more_than_one_rotation_a_month() -> None:
    a_schedule(2)

    often = seen()["too_often"]

    assert {one["user"] for one in often} == {"ana", "bob"}
    december = [one for one in often if one["month"] == "2026-12" and one["user"] == "ana"]
    assert december[0]["rotations"] == 2
    assert 7 * 24 < december[0]["hours"] <= 21 * 24


def test_short_turns_are_no_rotation_each() -> None:
    a_schedule(6)
    RotationVersion.objects.update(unit="day")

    assert seen()["too_often"] == []


def test_a_plan_that_ends_within_six_weeks_is_not_published() -> None:
    a_schedule(6)
    end = NINE + timedelta(weeks=6, hours=-1)
    RotationVersion.objects.update(effective_to=end)

    found = seen()

    assert found["published_to"] == f"{end:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert "not_published" in codes()
    RotationVersion.objects.update(effective_to=end + timedelta(hours=2))
    assert "not_published" not in codes()


def test_people_who_would_never_serve_are_warned_about() -> None:
    team = ATeam(slug="web")
    ASchedule(slug="shop", team=team, people=AUser.create_batch(14))
    windows = [{"weekdays": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]
    RotationVersion.objects.update(unit="day", windows=windows)

    assert "never serve" in seen()["warnings"][0]
    assert "warning" in codes()


def test_hours_are_counted_by_class_in_each_persons_zone() -> None:
    a_schedule(2)
    User.objects.filter(username="bob").update(time_zone="Asia/Tokyo")

    planned = {one["user"]: one["hours"] for one in seen()["planned"]["people"]}

    assert set(planned) == {"ana", "bob"}
    # a week from Monday 09:00 to Monday 09:00 has 40 h of business, 48 of weekend, 45 of night
    assert planned["ana"] == {"business": 520.0, "evening": 455.0, "night": 585.0, "weekend": 624.0}
    assert planned["bob"] == planned["ana"]


def test_pages_by_the_schedule_are_counted_and_those_after_hours_apart() -> None:
    schedule = a_schedule(4)
    APolicy(steps=[(300, [schedule])], default=True)
    ana, bob = (User.objects.get(username=name) for name in ("ana", "bob"))
    incident = AnIncident(service=AService())
    steps = [{"wait_s": 300, "schedules": [schedule.pk], "people": []}, {"wait_s": 300, "schedules": [], "people": [ana.pk]}]  # fmt: skip
    run = incident.escalations.create(
        generation=1, steps=steps, started_at=NINE, next_due_at=NINE, state="waiting"
    )
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    for number, (user, hour, step, more) in enumerate([
        (ana, 10, 0, {}), (ana, 3, 0, {}), (bob, 23, 0, {}), (ana, 11, 1, {}),
        (bob, 11, 0, {"is_fallback": True}), (bob, 11, 0, {"unsent_reason": "no address"}),
    ]):  # fmt: skip
        Page.objects.create(
            escalation=run, generation=1, cycle=number, step=step, user=user,
            created_at=monday + timedelta(hours=hour), why="on call", **more,
        )  # fmt: skip

    served = {one["user"]: one for one in seen()["served"]["people"]}

    assert (served["ana"]["pages"], served["ana"]["pages_after_hours"]) == (2, 1)
    assert (served["bob"]["pages"], served["bob"]["pages_after_hours"]) == (1, 1)
    assert served["cyd"]["pages"] == 0


def test_evenness_falls_when_one_bears_nearly_all() -> None:
    a_schedule(5)
    even = seen()["planned"]
    ana = User.objects.get(username="ana")
    RotationSlot.objects.exclude(position=4).update(user=ana)

    uneven = seen()["planned"]

    assert (even["evenness"], even["max_to_min"]) == (pytest.approx(1, abs=0.01), pytest.approx(1.2, abs=0.2))  # fmt: skip
    assert uneven["evenness"] < 0.75
    assert uneven["max_to_min"] == pytest.approx(4, abs=0.5)
    assert "uneven" in codes("advice")


def test_who_should_cover_is_free_reachable_and_lightly_burdened() -> None:
    schedule = a_schedule(4)
    team = schedule.team
    AResponder(user=AUser(username="zoe", member_of=team))
    AUser(username="deaf", member_of=team)
    AResponder(user=AUser(username="gone", member_of=team, is_active=False))
    away = AResponder(user=AUser(username="away", member_of=team)).user
    span = NINE + timedelta(days=1), NINE + timedelta(days=2)
    Unavailability.objects.create(
        user=away, starts_at=span[0], ends_at=span[0] + timedelta(hours=1), created_at=NINE
    )
    now = seen()["planned"]["people"]

    cover = seen(cover_from="2026-11-24T09:00Z", cover_to="2026-11-25T09:00Z")["cover"]

    order = [one["user"] for one in cover["people"]]
    on_call = a_caller("Viewer", "read").get("oncall/", at="2026-11-24T10:00Z").json()
    assert order[0] == "zoe"
    assert cover["people"][0]["hours_from_own_shift"] is None
    assert set(order) == {"ana", "bob", "cyd", "dan", "zoe"} - set(on_call["results"][0]["users"])
    assert len(now) == 4


def test_a_cover_of_the_first_gap_is_looked_for_unless_told() -> None:
    a_schedule(4)
    start = NINE + timedelta(days=3)
    Override.objects.create(
        schedule=Schedule.objects.get(), kind="remove", created_at=NINE, starts_at=start, ends_at=start + timedelta(hours=2),
        subject=User.objects.get(username=a_caller("Viewer", "read").get("oncall/").json()["results"][0]["users"][0]),
    )  # fmt: skip

    cover = seen()["cover"]

    assert (cover["start"], cover["end"]) == ("2026-11-26T09:00:00.000000Z", "2026-11-26T11:00:00.000000Z")  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        {"cover_from": "2026-11-24T09:00Z"},
        {"cover_from": "2026-11-24T09:00Z", "cover_to": "2026-11-24T09:00Z"},
        {"cover_from": "2026-11-24T09:00Z", "cover_to": "2029-11-24T09:00Z"},
        {"cover_from": "soon", "cover_to": "later"},
    ],
)
def test_a_span_that_can_t_be_is_refused(query: dict[str, str]) -> None:
    a_schedule(2)

    assert_problem(a_caller("Viewer", "read").get("schedules/shop/quality/", **query), 422)


def test_managers_hear_once_a_week_and_only_when_something_is_wrong(clock: Clock) -> None:
    a_layer(a_schedule(8), AUser.create_batch(8))
    assert tell_quality(clock.now) == 0

    RotationSlot.objects.filter(version__layer__name="Primary", position=2).update(user=None)

    assert [tell_quality(clock.now), tell_quality(clock.now)] == [1, 0]
    assert tell_quality(clock.forward(days=6)) == 0
    assert tell_quality(clock.forward(days=1)) == 1
    notice = ShiftNotice.objects.first()
    assert notice is not None
    assert (notice.user.username, "gaps" in notice.subject) == ("mona", True)
    assert set(ShiftNotice.objects.values_list("user__username", flat=True)) == {"mona"}


def test_without_a_manager_administrators_hear() -> None:
    ASchedule(slug="shop", people=people(1))
    admin = AUser(group="Administrator")

    tell_quality(NINE)

    assert list(ShiftNotice.objects.values_list("user", flat=True)) == [admin.pk]


def test_nobody_hears_of_it_before_eight_in_the_morning_of_the_schedule() -> None:
    ASchedule(slug="shop", people=people(1), time_zone="Europe/Berlin")
    AUser(group="Administrator")
    eight = NINE.replace(hour=7)  # Monday, 08:00 in Berlin

    assert [tell_quality(eight - timedelta(minutes=1)), tell_quality(eight)] == [0, 1]


def test_it_reads_as_much_for_many_people_as_for_few() -> None:
    schedule = a_schedule(2)
    version = schedule.layers.get().versions.get()
    caller: Caller = a_caller("Viewer", "read")

    def more(count: int) -> None:
        start = version.slots.count()
        for place in range(start, start + count):
            user = AResponder(user=AUser(member_of=schedule.team)).user
            RotationSlot.objects.create(version=version, position=place, user=user)

    assert_flat(lambda: caller.get("schedules/shop/quality/"), more, most=40)
