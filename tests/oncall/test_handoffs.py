"""Handoffs: opened at a shift's end, accepted by who comes, chased when late; they never decide who is paged (R144)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.models import User
from oncall import tasks
from oncall.actions.handoffs import keep, waiting_for
from oncall.actions.ledger import freeze_all
from oncall.models import (
    Handoff,
    Layer,
    Override,
    RotationSlot,
    RotationVersion,
    Schedule,
    ShiftNotice,
)
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem, shelve_playbooks
from tests.factories import NINE, AnIncident, APolicy, ASchedule, AService, ATeam, AUser

pytestmark = pytest.mark.django_db
MONDAY = NINE + timedelta(days=7)  # when bob takes over from ana
NOTES = "Refunds are slow; the migration goes on tonight."


@pytest.fixture
def schedule(clock: Clock) -> Schedule:
    """Ana serves from 23 November 09:00, Bob from 30 November, Cyd from 7 December; Mona manages."""
    team = ATeam(slug="web")
    AUser(username="mona", manages=team)
    people = [AUser(username=name) for name in ("ana", "bob", "cyd")]
    made: Schedule = ASchedule(slug="shop", name="Shop", team=team, people=people)
    RotationVersion.objects.update(anchor_local="2026-11-23T09:00")
    clock.forward(hours=1)
    shelve_playbooks()
    return made


def by(name: str) -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user))


def at_monday(clock: Clock, **later: float) -> None:
    clock.now = MONDAY
    keep(clock.forward(**later))


def told(name: str) -> list[str]:
    rows = ShiftNotice.objects.filter(user__username=name, occasion__startswith="handoff")
    return list(rows.order_by("pk").values_list("subject", flat=True))


def on_call() -> list[str]:
    found: list[str] = by("ana").get("oncall/", schedule="shop").json()["results"][0]["users"]
    return found


def test_it_is_opened_once_when_the_shift_ends_with_what_is_open(
    schedule: Schedule, clock: Clock
) -> None:
    APolicy(steps=[(300, [schedule])], default=True)
    ana = User.objects.get(username="ana")
    incident = AnIncident(
        title="Checkout is failing", service=AService(), acknowledged=True, acknowledged_by=ana
    )
    AnIncident(title="Over", resolved=True)
    keep(MONDAY - timedelta(seconds=1))
    assert not Handoff.objects.exists()

    at_monday(clock, seconds=0)
    keep(clock.forward(minutes=5))

    found = by("bob").get("handoffs/", state="open", schedule="shop").json()["results"]
    [row] = found
    assert (row["from"], row["to"], row["seat"], row["state"]) == ("ana", "bob", "primary", "open")
    assert (row["end"], row["notes"]) == ("2026-11-30T09:00:00.000000Z", "")
    assert row["incidents"] == [
        {"number": incident.pk, "title": "Checkout is failing", "severity": 2, "state": "acknowledged", "holder": "ana"}
    ]  # fmt: skip
    assert told("bob") == ["ana hands Shop over to you"]
    assert told("ana") == []


def test_notes_written_during_the_shift_go_with_it(schedule: Schedule, clock: Clock) -> None:
    made = by("ana").post("handoffs/", {"schedule": "shop", "notes": "Refunds are slow."})
    number = made.json()["id"]
    changed = by("ana").patch(f"handoffs/{number}/", {"notes": NOTES})

    at_monday(clock)

    assert (made.status_code, made.json()["state"], made.json()["to"]) == (201, "draft", None)
    assert made["Location"].endswith(f"/api/v1/handoffs/{number}/")
    assert changed.json()["notes"] == NOTES
    [row] = by("bob").get("handoffs/").json()["results"]
    assert (row["id"], row["state"], row["notes"], row["to"]) == (number, "open", NOTES, "bob")
    assert NOTES in ShiftNotice.objects.get(user__username="bob").paragraphs


def test_a_draft_follows_a_shift_that_ends_at_another_time(
    schedule: Schedule, clock: Clock
) -> None:
    by("ana").post("handoffs/", {"schedule": "shop", "notes": NOTES})
    freeze_all(clock.now)
    Override.objects.create(
        schedule=schedule, user=User.objects.get(username="cyd"), created_at=clock.now,
        starts_at=NINE + timedelta(days=5), ends_at=MONDAY,
    )  # fmt: skip

    keep(NINE + timedelta(days=5, minutes=1))

    row = Handoff.objects.get()
    assert (row.notes, row.to_user.username, row.ends_at) == (NOTES, "cyd", NINE + timedelta(days=5))  # fmt: skip


def test_who_comes_accepts_and_who_went_hears_of_it(schedule: Schedule, clock: Clock) -> None:
    at_monday(clock)
    number = Handoff.objects.get().pk
    assert [row.pk for row in waiting_for(User.objects.get(username="bob"))] == [number]

    first = by("bob").post(f"handoffs/{number}/accept/")
    clock.forward(minutes=10)
    again = by("bob").post(f"handoffs/{number}/accept/")

    assert (first.status_code, first.json()["accepted_by"]) == (200, "bob")
    assert again.json() == first.json()
    assert told("ana") == ["bob took over Shop"]
    assert waiting_for(User.objects.get(username="bob")) == []
    keep(clock.forward(hours=2))
    assert told("mona") == []
    assert_problem(by("ana").patch(f"handoffs/{number}/", {"notes": "late"}), 409, "not_possible")


def test_unaccepted_for_half_an_hour_it_is_chased_once(schedule: Schedule, clock: Clock) -> None:
    at_monday(clock)

    keep(clock.forward(minutes=29))
    assert told("mona") == []
    for _ in range(3):
        keep(clock.forward(minutes=1))

    late = "The handoff of Shop is not accepted"
    assert (told("mona"), told("bob")) == ([late], ["ana hands Shop over to you", late])
    assert by("ana").get("handoffs/").json()["results"][0]["chased"] is True


def test_it_is_not_late_before_the_incoming_shift_begins(schedule: Schedule, clock: Clock) -> None:
    windows = [{"weekdays": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]
    RotationVersion.objects.update(windows=windows)
    friday = NINE + timedelta(days=4, hours=8)

    keep(friday)
    keep(friday + timedelta(hours=5))
    assert Handoff.objects.get().to_starts_at == MONDAY
    assert told("mona") == []
    keep(MONDAY + timedelta(minutes=30))
    assert told("mona") == ["The handoff of Shop is not accepted"]


@pytest.mark.parametrize("answer", ["accepted", "open", "drafted"])
def test_it_never_changes_who_is_paged(schedule: Schedule, clock: Clock, answer: str) -> None:
    if answer == "drafted":
        by("ana").post("handoffs/", {"schedule": "shop", "notes": NOTES})
    assert on_call() == ["ana"]

    at_monday(clock)
    if answer == "accepted":
        by("bob").post(f"handoffs/{Handoff.objects.get().pk}/accept/")
    keep(clock.forward(hours=1))

    assert on_call() == ["bob"]
    assert schedule.overrides.count() == 0


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 403), ("cyd", 403), ("mona", 200), ("dan", 200), ("bob", 200)]
)
def test_who_takes_over_or_manages_accepts(
    schedule: Schedule, clock: Clock, who: str, status: int
) -> None:
    layer = Layer.objects.create(schedule=schedule, name="Second")
    version = RotationVersion.objects.create(
        layer=layer, anchor_local="2026-11-23T09:00", seat="secondary"
    )
    RotationSlot.objects.create(version=version, position=0, user=AUser(username="dan"))
    at_monday(clock)

    answer = by(who).post(f"handoffs/{Handoff.objects.get().pk}/accept/")

    assert answer.status_code == status, answer.content


def test_who_is_not_on_call_begins_none(schedule: Schedule, clock: Clock) -> None:
    wish = {"schedule": "shop", "notes": NOTES}

    assert_problem(by("bob").post("handoffs/", wish), 409, "not_possible")
    assert_problem(by("bob").post("handoffs/", wish | {"from": "ana"}), 403, "not_allowed")
    assert by("mona").post("handoffs/", wish | {"from": "ana"}).status_code == 201
    assert_problem(by("ana").post("handoffs/", wish), 409, "not_possible")
    assert_problem(by("bob").patch(f"handoffs/{Handoff.objects.get().pk}/", {"notes": "x"}), 403)
    assert_problem(by("bob").post(f"handoffs/{Handoff.objects.get().pk}/accept/"), 403)
    assert_problem(a_caller("Viewer", "admin").post("handoffs/", wish), 403, "not_allowed")


def test_a_draft_can_t_be_accepted_before_its_shift_has_ended(schedule: Schedule) -> None:
    number = by("ana").post("handoffs/", {"schedule": "shop", "notes": NOTES}).json()["id"]

    assert_problem(by("mona").post(f"handoffs/{number}/accept/"), 409, "not_possible")


@pytest.mark.parametrize(
    "change",
    [
        {"schedule": "none"},
        {"schedule": None},
        {"schedule": "a\0b"},
        {"notes": None},
        {"notes": "x" * 20_001},
        {"seat": "shadow"},
        {"from": "nobody"},
        {"to": "bob"},
    ],
)
def test_a_handoff_that_can_t_be_is_refused(schedule: Schedule, change: dict[str, Any]) -> None:
    wish = {"schedule": "shop", "notes": NOTES}

    answer = by("ana").post("handoffs/", wish | change)

    assert answer.status_code in (400, 422)
    assert not Handoff.objects.exists()


def test_with_nobody_after_there_is_nothing_to_hand_over(schedule: Schedule, clock: Clock) -> None:
    RotationSlot.objects.exclude(position=0).update(user=None)

    at_monday(clock)

    assert not Handoff.objects.exists()


def test_two_who_leave_together_hand_over_to_two(schedule: Schedule, clock: Clock) -> None:
    version = schedule.layers.get().versions.get()
    RotationSlot.objects.create(version=version, position=0, user=AUser(username="eve"))
    RotationSlot.objects.create(version=version, position=1, user=AUser(username="fay"))

    at_monday(clock)

    pairs = Handoff.objects.values_list("from_user__username", "to_user__username")
    assert {one for one, _ in pairs} == {"ana", "eve"}
    assert {two for _, two in pairs} == {"bob", "fay"}


def test_what_ended_before_the_schedule_was_there_is_nobodys(
    schedule: Schedule, clock: Clock
) -> None:
    Schedule.objects.update(created_at=MONDAY)

    at_monday(clock, minutes=1)

    assert not Handoff.objects.exists()


def test_after_a_long_stop_old_ends_are_left_alone(schedule: Schedule, clock: Clock) -> None:
    at_monday(clock, hours=25)

    assert not Handoff.objects.exists()


def test_the_task_does_it_twice_as_once(schedule: Schedule, clock: Clock) -> None:
    clock.now = MONDAY + timedelta(minutes=1)

    tasks.shifts()
    tasks.shifts()

    assert Handoff.objects.count() == 1
    assert told("bob") == ["ana hands Shop over to you"]


def test_the_admin_shows_writes_and_accepts(schedule: Schedule, clock: Clock) -> None:
    at_monday(clock)
    row = Handoff.objects.get()
    path = f"/admin/oncall/handoff/{row.pk}/"
    ana, bob = Client(), Client()
    ana.force_login(row.from_user)
    bob.force_login(row.to_user)

    assert "handoff waits to be accepted" in ana.get("/admin/oncall/handoff/").content.decode()
    wrote = ana.post(f"{path}press/notes/", {"notes": NOTES})
    refused = ana.post(f"{path}press/accept/")
    took = bob.post(f"{path}press/accept/", {"confirmed": "1"})

    row = Handoff.objects.get()
    assert (wrote.status_code, refused.status_code, took.status_code) == (302, 403, 302)
    assert (row.notes, row.accepted_by) == (NOTES, row.to_user)
    assert NOTES in bob.get(f"{path}change/").content.decode()


def test_now_shows_who_has_to_accept(schedule: Schedule, clock: Clock) -> None:
    at_monday(clock)
    bob = Client()
    bob.force_login(User.objects.get(username="bob"))

    assert "Accept the handoff of Shop" in bob.get("/admin/").content.decode()
