"""Reminders of shifts, each once, with the guides' checklists (R139, R140, R141, R144); gaps once a day."""

from datetime import timedelta
from typing import Any

import pytest

from core.models import User
from notify.models import Delivery, KeptMail
from oncall import tasks
from oncall.actions.reminders import remind, tell_gaps
from oncall.engine import Engine
from oncall.models import Layer, Override, RotationSlot, RotationVersion, Schedule, ShiftNotice
from tests.conftest import Clock
from tests.core.api.callers import shelve_playbooks
from tests.factories import NINE, AnIncident, APolicy, ASchedule, AService, ATeam, AUser
from tests.pager import settle

pytestmark = pytest.mark.django_db
MONDAY = NINE + timedelta(days=7)  # when bob takes over from ana


@pytest.fixture
def schedule(clock: Clock) -> Schedule:
    """Ana serves from 23 November 09:00, Bob from 30 November, in turn; Mona manages."""
    team = ATeam(slug="web")
    AUser(username="mona", manages=team)
    people = [AUser(username=name) for name in ("ana", "bob")]
    made: Schedule = ASchedule(slug="shop", name="Shop", team=team, people=people)
    RotationVersion.objects.update(anchor_local="2026-11-23T09:00")
    shelve_playbooks()
    return made


def user(name: str) -> User:
    return User.objects.get(username=name)


def told(name: str) -> list[str]:
    rows = ShiftNotice.objects.filter(user__username=name).order_by("created_at", "pk")
    return list(rows.values_list("subject", flat=True))


def text(name: str) -> str:
    notice = ShiftNotice.objects.filter(user__username=name).latest("pk")
    return "\n".join(notice.paragraphs)


def live_through(clock: Clock, until: Any, **step: float) -> None:
    """Let the task run at every step until an instant."""
    while clock.now < until:
        remind(clock.now)
        clock.forward(**step)
    remind(clock.now)


BOB = [
    "You are on call for Shop from Mon 30 Nov 09:00",
    "Tomorrow you are on call for Shop, from Mon 30 Nov 09:00",
    "You are on call for Shop now, until Mon 07 Dec 09:00",
    "You are no longer on call for Shop",
]


def test_a_shift_is_reminded_of_four_times_each_once(schedule: Schedule, clock: Clock) -> None:
    live_through(clock, MONDAY + timedelta(days=7, hours=7), hours=5)

    assert told("bob") == BOB
    at = ShiftNotice.objects.filter(user__username="bob").values_list("created_at", flat=True)
    due = [MONDAY - timedelta(days=2), MONDAY - timedelta(days=1), MONDAY, MONDAY + timedelta(days=7)]  # fmt: skip
    for moment, wanted in zip(sorted(at), due, strict=True):
        assert timedelta() <= moment - wanted < timedelta(hours=5)


@pytest.mark.parametrize(
    ("due", "line"),
    [
        (MONDAY - timedelta(days=2), "Know who is behind you."),
        (MONDAY - timedelta(days=1), "Send yourself a test page, and hear it."),
        (MONDAY, "Look at the change calendar."),
        (MONDAY + timedelta(days=7), "Name the changes of the next 24 hours."),
    ],
)
def test_each_carries_its_checklist(schedule: Schedule, clock: Clock, due: Any, line: str) -> None:
    clock.now = due - timedelta(seconds=1)
    remind(clock.now)
    before = told("bob")
    remind(clock.forward(seconds=1))

    assert len(told("bob")) == len(before) + 1
    assert f"[ ] {line}" in text("bob")


def test_it_names_who_is_behind_and_what_is_open(schedule: Schedule, clock: Clock) -> None:
    version = RotationVersion.objects.create(
        layer=Layer.objects.create(schedule=schedule, name="Second"),
        anchor_local="2026-11-23T09:00", seat="secondary",
    )  # fmt: skip
    RotationSlot.objects.create(version=version, position=0, user=AUser(username="cyd"))
    APolicy(steps=[(300, [schedule])], default=True)
    incident = AnIncident(title="Checkout is failing", service=AService())
    AnIncident(title="Over", resolved=True)

    remind(MONDAY)

    assert "Behind you: cyd." in text("bob")
    assert f"INC-{incident.pk} Checkout is failing (detected)" in text("bob")
    assert "Over" not in text("bob")


def test_times_are_the_readers_own(schedule: Schedule) -> None:
    User.objects.filter(username="bob").update(time_zone="Asia/Tokyo")

    remind(MONDAY)

    assert told("bob") == ["You are on call for Shop now, until Mon 07 Dec 18:00"]
    assert "Mon 30 Nov 18:00 to Mon 07 Dec 18:00 (Asia/Tokyo)" in text("bob")


def test_what_was_missed_is_not_told_late(schedule: Schedule, clock: Clock) -> None:
    remind(MONDAY + timedelta(hours=7))

    assert told("bob") == []
    remind(MONDAY - timedelta(hours=20))
    assert told("bob") == BOB[1:2]


def test_a_working_week_is_one_shift(schedule: Schedule, clock: Clock) -> None:
    windows = [{"weekdays": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]
    RotationVersion.objects.update(windows=windows)

    live_through(clock, MONDAY + timedelta(days=7), hours=3)

    assert [one.split(",")[0] for one in told("bob")] == [
        BOB[0], "Tomorrow you are on call for Shop", "You are on call for Shop now", BOB[3],
    ]  # fmt: skip
    assert "until Fri 04 Dec 17:00" in told("bob")[2]


def test_after_somebodys_cover_only_the_start_is_told_again(
    schedule: Schedule, clock: Clock
) -> None:
    start = NINE + timedelta(days=3)
    Override.objects.create(
        schedule=schedule, user=AUser(username="cyd"), created_at=NINE,
        starts_at=start, ends_at=start + timedelta(hours=8),
    )  # fmt: skip

    live_through(clock, start + timedelta(hours=9), hours=1)

    assert told("ana") == [
        "You are on call for Shop now, until Thu 26 Nov 09:00",
        "You are no longer on call for Shop",
        "You are on call for Shop now, until Mon 30 Nov 09:00",
    ]
    assert [one[:30] for one in told("cyd")] == [
        "You are on call for Shop from ", "Tomorrow you are on call for S",
        "You are on call for Shop now, ", "You are no longer on call for ",
    ]  # fmt: skip


def test_days_and_nights_in_turn_are_announced_once(schedule: Schedule, clock: Clock) -> None:
    RotationVersion.objects.update(unit="hour", length=12)

    live_through(clock, NINE + timedelta(days=3), hours=2)

    assert not [one for one in told("ana") if "Tomorrow" in one or "from" in one]
    assert len(told("ana")) == 7  # four starts, three ends


def test_who_is_gone_is_told_nothing(schedule: Schedule) -> None:
    User.objects.filter(username="bob").update(is_active=False)

    assert remind(MONDAY) == 1  # ana, whose shift ends
    assert told("bob") == []


def test_nothing_before_the_schedule_was_there_is_told(schedule: Schedule) -> None:
    Schedule.objects.update(created_at=NINE + timedelta(minutes=1))

    assert remind(NINE + timedelta(minutes=5)) == 0


def test_the_mail_leaves_and_shows_the_list(schedule: Schedule, clock: Clock) -> None:
    clock.now = MONDAY
    tasks.shifts()
    tasks.shifts()
    engine = Engine()
    settle(engine)
    engine.close()

    assert Delivery.objects.filter(kind="shift", recipient__username="bob").count() == len(told("bob"))  # fmt: skip
    kept = KeptMail.objects.filter(subject=BOB[2])
    assert kept.count() == 1
    assert "[ ] Say in the on-call channel that you have the pager." in kept.get().text


def test_a_schedule_that_can_t_be_read_spoils_only_its_own(schedule: Schedule) -> None:
    broken = ASchedule(people=[AUser(username="dan")])
    RotationVersion.objects.filter(layer__schedule=broken).update(time_zone="Mars/Base")

    assert remind(MONDAY) == 2
    assert told("bob") == BOB[2:3]


def test_a_gap_within_the_week_is_told_to_managers_once_a_day(
    schedule: Schedule, clock: Clock
) -> None:
    RotationSlot.objects.filter(user=user("bob")).update(user=None)

    told_at = []
    clock.now = MONDAY - timedelta(days=7, hours=5)
    for _ in range(24 * 3):
        if tell_gaps(clock.now):
            told_at.append(f"{clock.now:%a %H}")
        clock.forward(hours=1)

    assert told_at == ["Mon 08", "Tue 08", "Wed 08"]
    assert set(told("mona")) == {"Nobody is on call for Shop within the week"}
    assert "Mon 30 Nov 09:00 to Wed 02 Dec" in text("mona")
    assert told("ana") == []


def test_without_a_gap_and_before_the_morning_nobody_is_told(schedule: Schedule) -> None:
    assert tell_gaps(NINE) == 0
    RotationSlot.objects.update(user=None)
    assert tell_gaps(NINE - timedelta(hours=1, seconds=1)) == 0
    assert tell_gaps(NINE - timedelta(hours=1)) == 1
