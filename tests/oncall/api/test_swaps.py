"""Swaps, absences and taking the pager over HTTP (the on-call area's case 25, R137, R138)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group

from core.models import User
from notify.models import Delivery
from oncall.models import (
    Layer,
    Override,
    RotationSlot,
    RotationVersion,
    Schedule,
    ShiftEvent,
    ShiftNotice,
    Swap,
)
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem
from tests.factories import NINE, ASchedule, ATeam, AUser

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = "2026-11-30T09:00:00.000000Z", "2026-12-01T09:00:00.000000Z"


@pytest.fixture
def schedule(clock: Clock) -> Schedule:
    """Ana has this week, Bob the week from 30 November, Cyd the one after; Mona manages."""
    team = ATeam(slug="web")
    people = [
        AUser(username=name, group="Responder", email=f"{name}@n.example")
        for name in ("ana", "bob", "cyd")
    ]
    made: Schedule = ASchedule(slug="shop", team=team, people=people)
    AUser(username="mona", group="Responder", manages=team, email="mona@n.example")
    turn = made.layers.get().versions.get()
    turn.anchor_local = "2026-11-02T09:00"
    turn.save()
    return made


def by(name: str) -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user))


def asked(who: str = "bob", **more: Any) -> int:
    wish = {"taker": "ana", "start": MONDAY, "end": TUESDAY, **more}
    reply = by(who).post("schedules/shop/swaps/", wish)
    assert reply.status_code == 201, reply.content
    return int(reply.json()["id"])


def verb(who: str, swap: int, word: str, **more: Any) -> Any:
    return by(who).post(f"schedules/shop/swaps/{swap}/{word}/", more)


def final(start: str = MONDAY, end: str = "2026-12-07T09:00:00Z") -> list[str]:
    found = by("ana").get("schedules/shop/final/", **{"from": start, "to": end}).json()
    return [f"{one['user']} {one['start'][5:13]} {one['source']}" for one in found["segments"]]


def test_a_swap_is_offered_accepted_and_in_force(schedule: Schedule) -> None:
    swap = asked()

    accepted = verb("ana", swap, "accept")

    assert (accepted.status_code, accepted.json()["state"]) == (200, "applied")
    assert final() == ["ana 11-30T09 swap", "bob 12-01T09 rotation"]
    told = ShiftNotice.objects.values_list("user__username", "subject")
    assert set(told) == {
        ("ana", "bob asks you to take a shift of Shop"), ("bob", "The swap of Shop is in force"),
    }  # fmt: skip
    assert Delivery.objects.filter(kind="shift").count() == 2


def test_case_25_both_legs_apply_together_and_are_undone_together(schedule: Schedule) -> None:
    back = {"return_start": "2026-11-24T09:00:00Z", "return_end": "2026-11-25T09:00:00Z"}
    before = final("2026-11-23T10:00:00Z")
    swap = asked(**back)

    verb("ana", swap, "accept")
    swapped = final("2026-11-23T10:00:00Z")
    undone = verb("mona", swap, "revert")

    assert swapped == [
        "ana 11-23T10 rotation", "bob 11-24T09 swap", "ana 11-25T09 rotation", "ana 11-30T09 swap",
        "bob 12-01T09 rotation",
    ]  # fmt: skip
    assert undone.json()["state"] == "reverted"
    assert final("2026-11-23T10:00:00Z") == before


def test_undoing_a_swap_ends_the_one_that_passed_its_shift_on_and_tells_who_had_it(
    schedule: Schedule,
) -> None:
    first = asked()
    verb("ana", first, "accept")
    second = asked("ana", taker="cyd")
    verb("cyd", second, "accept")
    assert final()[0] == "cyd 11-30T09 swap"

    assert verb("bob", first, "revert").json()["state"] == "reverted"

    assert final() == ["bob 11-30T09 rotation"]
    assert Swap.objects.get(pk=second).state == "stale"
    gone = ShiftNotice.objects.filter(subject="The swap of Shop no longer fits")
    assert {row.user.username for row in gone} == {"ana", "cyd"}


def test_case_25_of_two_who_accept_an_open_swap_one_wins(schedule: Schedule) -> None:
    swap = asked(taker=None)

    first, second = verb("ana", swap, "accept"), verb("cyd", swap, "accept")

    assert first.json()["taker"] == "ana"
    assert_problem(second, 409, "not_possible")
    assert Override.objects.count() == 1


STRANGER = "rob is in no rotation of Shop and not in the team"


def assert_no_taker(reply: Any) -> None:
    problem = assert_problem(reply, 422)
    assert [one["pointer"] for one in problem["errors"]] == ["/taker"]
    assert STRANGER in problem["detail"]


def test_only_the_people_of_the_schedule_and_of_its_team_take_an_open_swap(
    schedule: Schedule,
) -> None:
    AUser(username="rob", group="Responder", member_of=ATeam())
    AUser(username="ted", group="Responder", member_of=schedule.team)
    swap = asked(taker=None)

    assert_no_taker(verb("rob", swap, "accept"))
    assert_no_taker(verb("mona", swap, "accept", taker="rob"))
    assert_no_taker(verb("bob", swap, "offer", taker="rob"))
    wish = {"taker": "rob", "start": MONDAY, "end": TUESDAY}
    assert_no_taker(by("bob").post("schedules/shop/swaps/", wish))
    assert not Override.objects.exists()

    assert verb("ted", swap, "accept").json()["taker"] == "ted"


def test_whose_turns_have_ended_takes_no_swap(schedule: Schedule) -> None:
    rob = AUser(username="rob", group="Responder")
    layer = Layer.objects.create(schedule=schedule, name="Backup")
    turn = RotationVersion.objects.create(
        layer=layer, anchor_local="2026-11-02T09:00", seat="secondary", effective_to=NINE
    )
    RotationSlot.objects.create(version=turn, position=0, user=rob)
    swap = asked(taker=None)

    assert_no_taker(verb("rob", swap, "accept"))
    turn.effective_to = NINE + timedelta(days=9)
    turn.save()
    assert verb("rob", swap, "accept").status_code == 200


def test_who_left_the_schedule_s_team_meanwhile_is_not_approved(schedule: Schedule) -> None:
    Schedule.objects.update(swap_needs_approval=True)
    rob = AUser(username="rob", group="Responder", member_of=schedule.team)
    swap = asked(taker=None)
    verb("rob", swap, "accept")
    rob.memberships.all().delete()

    assert_no_taker(verb("mona", swap, "approve"))
    assert not Override.objects.exists()


def test_where_the_schedule_asks_a_manager_approves_and_nobody_their_own(
    schedule: Schedule,
) -> None:
    Schedule.objects.update(swap_needs_approval=True)
    swap = asked()

    assert verb("ana", swap, "accept").json()["state"] == "accepted"
    assert final()[0] == "bob 11-30T09 rotation"
    assert_problem(verb("ana", swap, "approve"), 403, "not_allowed")
    assert verb("mona", swap, "approve").json()["state"] == "applied"
    assert final()[0] == "ana 11-30T09 swap"
    assert ShiftNotice.objects.filter(user__username="mona", subject__contains="approval").exists()


def test_case_25_an_edit_that_moves_the_shift_makes_the_swap_stale_and_says_so(
    schedule: Schedule,
) -> None:
    swap = asked()
    verb("ana", swap, "accept")
    layer = {
        "name": "Primary", "rotation": {"anchor": "2026-11-02T09:00", "participants": [["ana"], ["bob"], ["cyd"], ["mona"]]},
    }  # fmt: skip
    document = {"name": "Shop", "layers": [layer]}

    assert by("mona").put("schedules/shop/", document).status_code == 200

    assert Swap.objects.get().state == "stale"
    assert "swap" not in " ".join(final())
    told = ShiftNotice.objects.filter(subject__contains="no longer fits")
    assert set(told.values_list("user__username", flat=True)) == {"ana", "bob"}


@pytest.mark.parametrize(
    ("who", "change", "status"),
    [
        ("bob", {"start": TUESDAY, "end": MONDAY}, 422),
        ("bob", {"start": "2026-11-23T10:00:00Z"}, 422),
        ("bob", {"taker": "bob"}, 422),
        ("bob", {"taker": "nobody"}, 422),
        ("bob", {"taker": None, "return_start": MONDAY, "return_end": TUESDAY}, 422),
        ("bob", {"return_start": MONDAY}, 422),
        ("bob", {"return_start": MONDAY, "return_end": TUESDAY}, 422),
        ("ana", {"owner": "bob", "taker": "cyd"}, 403),
        ("bob", {"start": "2026-11-01T09:00:00Z", "end": "2026-11-02T09:00:00Z"}, 422),
        ("bob", {"end": "2199-12-31T09:00:00Z"}, 422),
        ("bob", {"end": "9999-12-31T09:00:00Z"}, 422),
        ("bob", {"return_start": MONDAY, "return_end": "9999-12-31T09:00:00Z"}, 422),
    ],
)
def test_a_swap_that_can_t_be_is_refused(
    schedule: Schedule, who: str, change: dict[str, Any], status: int
) -> None:
    wish = {"taker": "ana", "start": MONDAY, "end": TUESDAY}

    assert_problem(by(who).post("schedules/shop/swaps/", wish | change), status)
    assert not Swap.objects.exists()


def test_managers_ask_and_accept_on_behalf(schedule: Schedule) -> None:
    swap = asked("mona", owner="bob", taker=None)

    offered = verb("mona", swap, "offer", taker="cyd")
    assert_problem(verb("ana", swap, "accept"), 403, "not_allowed")
    accepted = verb("mona", swap, "accept")

    assert offered.json()["state"] == "offered"
    assert (accepted.json()["state"], accepted.json()["taker"]) == ("applied", "cyd")


def test_who_is_away_can_t_take_a_shift(schedule: Schedule) -> None:
    away = by("ana").post("unavailability/", {"kind": "vacation", "start": MONDAY, "end": TUESDAY})
    wish = {"taker": "ana", "start": MONDAY, "end": TUESDAY}

    assert away.status_code == 201
    problem = assert_problem(by("bob").post("schedules/shop/swaps/", wish), 422)
    assert "ana is away" in problem["detail"]


def test_declined_and_withdrawn_swaps_change_nothing(schedule: Schedule) -> None:
    before = final()

    assert verb("ana", asked(), "decline").json()["state"] == "declined"
    assert verb("bob", asked(), "withdraw").json()["state"] == "withdrawn"
    assert_problem(verb("cyd", asked(), "decline"), 403)
    assert final() == before


def test_an_absence_marks_or_skips_and_taking_it_back_restores(schedule: Schedule) -> None:
    before = final()
    span = {"start": "2026-11-30T09:00:00Z", "end": "2026-12-02T09:00:00Z"}

    flagged = by("bob").post("unavailability/", {**span, "mode": "flag"}).json()
    assert final() == before
    touched = by("bob").get(f"unavailability/{flagged['id']}/").json()["shifts"]
    skipped = by("bob").post("unavailability/", {**span, "mode": "skip"}).json()

    assert [(one["schedule"], one["start"]) for one in touched] == [("shop", MONDAY)]
    assert final() == ["cyd 11-30T09 unavailability", "bob 12-02T09 rotation"]
    assert by("bob").delete(f"unavailability/{skipped['id']}/").status_code == 204
    assert final() == before
    assert_problem(by("ana").delete(f"unavailability/{flagged['id']}/"), 403)


def test_whoever_gets_or_loses_a_turn_by_an_absence_is_told_and_calendars_follow(
    schedule: Schedule,
) -> None:
    by("cyd").post("calendar-feeds/", {"schedule": "shop"})
    span = {"user": "bob", "start": MONDAY, "end": "2026-12-02T09:00:00Z"}
    notices = ShiftNotice.objects.filter(occasion__startswith="moved:")

    by("bob").post("unavailability/", {**span, "mode": "flag"})
    assert not notices.exists()
    away = a_caller("Administrator").post("unavailability/", {**span, "mode": "skip"}).json()["id"]

    told = {row.user.username: row.paragraphs[0] for row in notices}
    assert told.keys() == {"bob", "cyd"}
    assert told["cyd"].endswith("you are on call, before it was bob.")
    assert told["bob"].endswith("you are not on call any more, now it is cyd.")
    events = ShiftEvent.objects.filter(cancelled_at=None, starts_at=MONDAY)
    assert [row.user.username for row in events] == ["cyd"]
    assert by("bob").delete(f"unavailability/{away}/").status_code == 204
    assert notices.filter(user__username="cyd").count() == 2
    assert [row.user.username for row in events.all()] == ["bob"]


def test_whoever_is_moved_in_the_second_seat_is_told(schedule: Schedule) -> None:
    turn = {"anchor": "2026-11-02T09:00", "participants": [["ana"], ["bob"], ["cyd"]]}
    backup = {
        "name": "Backup",
        "seat": "secondary",
        "rotation": {**turn, "participants": [["cyd"]]},
    }
    document = {"name": "Shop", "layers": [{"name": "Primary", "rotation": turn}, backup]}

    assert by("mona").put("schedules/shop/", document).status_code == 200

    [row] = ShiftNotice.objects.filter(occasion__startswith="moved:")
    assert row.user.username == "cyd"
    assert row.paragraphs[0].endswith("you are the backup, before it was nobody.")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": MONDAY}, "end"),
        ({"kind": "mood"}, "kind"),
        ({"mode": "maybe"}, "mode"),
        ({"user": "x"}, "user"),
        ({"end": "2029-01-01T00:00:00Z"}, "end"),
        ({"end": "9999-12-31T00:00:00Z"}, "end"),
        ({"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}, "end"),
        ({"end": "soon"}, "end"),
    ],
)
def test_an_absence_that_can_t_be_is_refused_with_its_field(
    schedule: Schedule, change: dict[str, Any], field: str
) -> None:
    wish = {"start": MONDAY, "end": TUESDAY}

    problem = assert_problem(by("bob").post("unavailability/", wish | change), 422)

    assert [one["pointer"] for one in problem["errors"]] == [f"/{field}"]


def test_one_s_own_override_is_not_ended_by_a_token_that_only_reads(schedule: Schedule) -> None:
    cyd = User.objects.get(username="cyd")
    taken = by("cyd").post("schedules/shop/take/", {"end": MONDAY}).json()["id"]
    reader = Caller(cyd, a_token(cyd, "read"))

    assert_problem(reader.delete(f"schedules/shop/overrides/{taken}/"), 403)
    cyd.groups.set(Group.objects.filter(name="Viewer"))
    assert_problem(by("cyd").delete(f"schedules/shop/overrides/{taken}/"), 403)

    assert Override.objects.get().cancelled_at is None


def test_anybody_who_may_respond_takes_the_pager_and_gives_it_back(
    schedule: Schedule, clock: Clock
) -> None:
    clock.forward(minutes=5)
    taken = by("cyd").post("schedules/shop/take/", {"end": "2026-11-23T18:00:00Z"})

    now = by("ana").get("oncall/", schedule="shop").json()["results"][0]
    assert (taken.status_code, now["users"]) == (200, ["cyd"])
    assert_problem(by("cyd").post("schedules/shop/take/", {}), 409)
    clock.forward(minutes=5)
    assert by("cyd").delete(f"schedules/shop/overrides/{taken.json()['id']}/").status_code == 204
    assert by("ana").get("oncall/", schedule="shop").json()["results"][0]["users"] == ["ana"]
    begun = f"{clock.now - timedelta(minutes=5):%Y-%m-%dT%H:%MZ}"
    served = (
        by("ana").get("schedules/shop/final/", **{"from": begun, "to": MONDAY}).json()["segments"]
    )
    assert [one["user"] for one in served] == ["cyd", "ana"]
    assert served[0]["source"] == "take_pager"
    assert ShiftNotice.objects.filter(user__username="ana").exists()


@pytest.mark.parametrize("may_no_longer", ["a token that only reads", "the right was taken"])
def test_who_took_the_pager_gives_it_back_with_the_right_to_take_it(
    schedule: Schedule, may_no_longer: str
) -> None:
    taken = by("cyd").post("schedules/shop/take/", {"end": "2026-11-23T18:00:00Z"}).json()["id"]
    cyd = User.objects.get(username="cyd")
    token = a_token(cyd, "read") if may_no_longer.startswith("a token") else a_token(cyd)
    if may_no_longer == "the right was taken":
        cyd.groups.set(Group.objects.filter(name="Viewer"))

    assert_problem(
        Caller(cyd, token).delete(f"schedules/shop/overrides/{taken}/"), 403, "not_allowed"
    )
    assert Override.objects.get().cancelled_at is None
