"""Readiness: who is on call within two weeks has two proven channels, or is told before the shift."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.models import User
from oncall import tasks
from oncall.actions.readiness import tell_unready
from oncall.models import ContactMethod, Responder, Schedule, ShiftNotice
from tests.conftest import Clock
from tests.core.api.callers import a_caller, shelve_playbooks
from tests.factories import NINE, ASchedule, ATeam, AUser

pytestmark = pytest.mark.django_db
LATELY = NINE - timedelta(days=29)


@pytest.fixture
def schedule(clock: Clock) -> Schedule:
    """Ana serves from 23 November, Bob from 30 November, Cyd from 7 December; Mona manages."""
    team = ATeam(slug="web")
    AUser(username="mona", manages=team)
    people = [AUser(username=name) for name in ("ana", "bob", "cyd")]
    made: Schedule = ASchedule(slug="shop", name="Shop", team=team, people=people)
    turn = made.layers.get().versions.get()
    turn.anchor_local = "2026-11-02T09:00"
    turn.save()
    for user in people:
        contact(user, "email")
        contact(user, "webhook")
    shelve_playbooks()
    return made


def contact(user: User, channel: str, **fields: Any) -> ContactMethod:
    responder = Responder.objects.get_or_create(user=user)[0]
    return ContactMethod.objects.create(
        **{
            "responder": responder, "channel": channel, "address": f"{channel}{ContactMethod.objects.count()}",
            "verified_at": NINE - timedelta(days=300), "last_ok_at": LATELY, **fields,
        }
    )  # fmt: skip


def of(name: str, channel: str) -> Any:
    return ContactMethod.objects.filter(responder__user__username=name, channel=channel)


def told() -> list[tuple[str, str]]:
    return sorted(
        ShiftNotice.objects.filter(occasion__startswith="unready").values_list(
            "user__username", "subject"
        )
    )


def shown() -> dict[str, list[str]]:
    found = a_caller("Viewer", "read").get("schedules/shop/quality/").json()
    return {one["user"]: one["missing"] for one in found["readiness"]}


def test_two_proven_channels_are_enough_and_nobody_is_told(schedule: Schedule) -> None:
    assert tell_unready(NINE) == 0
    assert shown() == {"ana": [], "bob": []}


@pytest.mark.parametrize(
    ("channel", "change", "said"),
    [
        ("webhook", {"verified_at": None}, "Pages go to one channel, email"),
        ("webhook", {"disabled_at": NINE}, "Pages go to one channel, email"),
        ("webhook", {"last_ok_at": None}, "Nothing has arrived by webhook"),
        ("email", {"last_ok_at": NINE - timedelta(days=31)}, "Nothing has arrived by email"),
        ("webhook", {"channel": "email"}, "Pages go to one channel, email"),
    ],
)
def test_who_lacks_one_is_told_and_so_are_the_managers(
    schedule: Schedule, channel: str, change: dict[str, Any], said: str
) -> None:
    of("bob", channel).update(**change)

    assert tell_unready(NINE) == 2
    assert told() == [
        ("bob", "Be reachable for Shop"), ("mona", "bob may not be reached on call for Shop"),
    ]  # fmt: skip
    assert said in " ".join(shown()["bob"])
    assert said in " ".join(ShiftNotice.objects.get(user__username="bob").paragraphs)


def test_a_third_channel_that_is_stale_harms_nobody(schedule: Schedule) -> None:
    contact(User.objects.get(username="bob"), "console", last_ok_at=None)

    assert tell_unready(NINE) == 0


@pytest.mark.parametrize("change", [{"is_active": False}, {"user__is_active": False}])
def test_who_can_t_be_paged_at_all_is_not_ready(schedule: Schedule, change: dict[str, Any]) -> None:
    bob = Responder.objects.filter(user__username="bob")
    if "is_active" in change:
        bob.update(is_active=False)
    else:
        User.objects.filter(username="bob").update(is_active=False)

    tell_unready(NINE)

    assert ("mona", "bob may not be reached on call for Shop") in told()
    assert "switched off" in shown()["bob"][0]


def test_it_is_told_once_per_shift_and_before_it(schedule: Schedule, clock: Clock) -> None:
    of("cyd", "webhook").delete()
    ContactMethod.objects.update(last_ok_at=NINE + timedelta(weeks=8))  # the others stay proven

    tell_unready(clock.now)
    assert told() == []  # the shift begins in exactly 14 days
    for _ in range(20):
        tell_unready(clock.forward(hours=16))

    assert [name for name, _ in told()] == ["cyd", "mona"]
    assert ShiftNotice.objects.order_by("created_at")[0].created_at < NINE + timedelta(days=1)
    tell_unready(clock.forward(days=14))  # three weeks later it is their turn again
    assert [name for name, _ in told()] == ["cyd", "cyd", "mona", "mona"]


def test_who_serves_for_ever_is_told_once_a_month(schedule: Schedule, clock: Clock) -> None:
    version = schedule.layers.get().versions.get()
    version.slots.exclude(position=0).delete()
    of("ana", "webhook").delete()

    for _ in range(10):
        tell_unready(clock.forward(hours=12))

    assert [name for name, _ in told()] == ["ana", "mona"]


def test_the_task_does_it_and_doing_it_twice_changes_nothing(schedule: Schedule) -> None:
    of("bob", "webhook").delete()

    tasks.shifts()
    tasks.shifts(anything="a newer version may pass")

    assert len(told()) == 2


def test_a_manager_who_is_on_call_hears_it_once(schedule: Schedule) -> None:
    mona = User.objects.get(username="mona")
    schedule.layers.get().versions.get().slots.filter(user__username="bob").update(user=mona)

    tell_unready(NINE)

    assert told() == [("mona", "Be reachable for Shop")]


def test_it_is_seen_on_the_persons_contacts(schedule: Schedule) -> None:
    of("bob", "webhook").delete()
    bob = User.objects.get(username="bob")
    client = Client()
    client.force_login(bob)

    page = client.get(f"/admin/oncall/responder/{bob.responder.pk}/change/").content.decode()

    assert "Ready for the next shifts" in page
    assert "Pages go to one channel, email; 2 are needed" in page


def test_my_shifts_say_what_is_told_before_the_shift(schedule: Schedule) -> None:
    browser = Client()
    browser.force_login(User.objects.get(username="ana"))

    ready = browser.get("/admin/shifts/").content.decode()
    of("ana", "webhook").delete()
    lacking = browser.get("/admin/shifts/").content.decode()

    assert "A message arrived Sun 25 Oct, 2 channels." in ready
    assert "Pages go to one channel, email; 2 are needed, in case one fails." in lacking
    assert "A message arrived" not in lacking
