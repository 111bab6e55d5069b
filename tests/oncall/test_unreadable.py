"""A schedule that can't be read any more spoils only its own: every other goes on being kept and told of."""

from datetime import timedelta

import pytest

from core.models import User
from oncall import rota, tasks
from oncall.actions.holidays import CalendarWish, create_calendar, refill
from oncall.actions.judging import tell_quality
from oncall.actions.rotation import resolve
from oncall.models import (
    CalendarFeed,
    Holiday,
    HolidayCalendar,
    RotationSlot,
    RotationVersion,
    Schedule,
    ShiftEvent,
    ShiftNotice,
    plan_of,
)
from tests.conftest import Clock
from tests.core.admin_scene import signed_in
from tests.core.api.callers import Caller, a_token, shelve_playbooks
from tests.factories import IMPORT, ASchedule, ATeam, AUser
from tests.oncall.desk import a_layer, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def healthy(clock: Clock) -> Schedule:
    """Return a schedule made after one whose zone is no place of the zone database any more."""
    team = ATeam(slug="web")
    AUser(username="mona", group="Responder", manages=team, email="mona@n.example")
    shelve_playbooks()
    broken = ASchedule(slug="lost", team=team, people=[AUser(username="ana")])
    RotationVersion.objects.filter(layer__schedule=broken).update(time_zone="Mars/Base")
    made: Schedule = ASchedule(slug="shop", team=team, people=[AUser(username="bob")])
    return made


def test_what_the_others_serve_is_written_down_and_told_to_calendars(
    healthy: Schedule, clock: Clock
) -> None:
    bob = User.objects.get(username="bob")
    CalendarFeed.objects.create(owner=bob, person=bob, digest="x", created_at=clock.now)

    tasks.schedules()

    healthy.refresh_from_db()
    assert healthy.served_to == clock.now
    assert ShiftEvent.objects.filter(schedule=healthy).exists()


def test_the_managers_of_the_others_hear_what_is_wrong(healthy: Schedule, clock: Clock) -> None:
    tell_quality(clock.now)

    told = ShiftNotice.objects.filter(user__username="mona")
    assert told.filter(subject__startswith="Shop needs a look:").exists()


def test_other_calendars_are_filled(healthy: Schedule, clock: Clock) -> None:
    for country in ("NO", "SE"):
        create_calendar(CalendarWish(country=country, team_id=healthy.team_id), by=IMPORT, at=clock.now)  # fmt: skip
    first, second = HolidayCalendar.objects.order_by("pk")
    RotationVersion.objects.filter(layer__schedule__slug="lost").update(holidays=first, holiday_effect="off")  # fmt: skip
    later = (clock.now + timedelta(days=60)).date()
    Holiday.objects.filter(date__gt=later).delete()

    refill(clock.now)

    assert first.days.filter(date__gt=later).exists()
    assert second.days.filter(date__gt=later).exists()


ZONE = {"schedule": "Mars/Base"}  # the schedule's own alone; its layer turns in UTC
BROKEN: list[dict[str, str]] = [{"time_zone": "Mars/Base"}, {"anchor_local": "garbage"}, ZONE]


def spoilt(broken: dict[str, str]) -> Schedule:
    """Return the schedule that can't be read, for this reason."""
    lost = Schedule.objects.get(slug="lost")
    turns = RotationVersion.objects.filter(layer__schedule=lost)
    turns.update(time_zone="UTC")
    if broken == ZONE:
        Schedule.objects.filter(pk=lost.pk).update(time_zone="Mars/Base")
    else:
        turns.update(**broken)
    return Schedule.objects.get(pk=lost.pk)


def by_mona() -> Caller:
    mona = User.objects.get(username="mona")
    return Caller(mona, a_token(mona))


@pytest.mark.parametrize(
    "path",
    ["", "oncall/schedule/", "shifts/", "load/?team=web", "oncall/schedule/{healthy}/plan/", "oncall/schedule/{lost}/change/"],
)  # fmt: skip
@pytest.mark.parametrize("broken", BROKEN)
def test_it_takes_no_screen_away(healthy: Schedule, path: str, broken: dict[str, str]) -> None:
    lost = spoilt(broken)
    reader = User.objects.get(username="mona")
    RotationSlot.objects.create(version=lost.layers.get().versions.get(), position=9, user=reader)
    place = path.format(healthy=healthy.pk, lost=lost.pk)

    answer = signed_in(reader).get(f"/admin/{place}")

    assert answer.status_code == 200
    if path in ("", "oncall/schedule/"):
        assert "bob" in words(answer)
    assert ("Not all of this schedule can be read" in words(answer)) is ("{lost}" in path)


def test_its_managers_hear_of_it(healthy: Schedule, clock: Clock) -> None:
    tell_quality(clock.now)

    notice = ShiftNotice.objects.get(subject__startswith="Lost needs a look:")
    assert "Primary can't be read, and nobody serves by it: write it anew." in notice.paragraphs


def test_a_layer_that_can_be_read_goes_on_beside_one_that_can_t(
    healthy: Schedule, clock: Clock
) -> None:
    lost, zoe = Schedule.objects.get(slug="lost"), AUser(username="zoe")
    a_layer(lost, [zoe], "Second")

    assert resolve([lost.pk], clock.now)[lost.pk].users == (zoe.pk,)
    plan = plan_of(lost)
    assert plan.unread == (lost.layers.get(name="Primary").pk,)
    assert rota.on_call(plan, clock.now) == (zoe.pk,)


@pytest.mark.parametrize("broken", BROKEN)
def test_it_is_written_anew_over_the_api_and_nobody_served_meanwhile(
    healthy: Schedule, clock: Clock, broken: dict[str, str]
) -> None:
    lost, caller = spoilt(broken), by_mona()
    ana = User.objects.get(username="ana")
    layer = {"name": "Primary", "rotation": {"anchor": "2026-11-02T09:00", "participants": [["ana"]]}}  # fmt: skip
    document = {"name": "Lost", "time_zone": "Europe/Oslo", "layers": [layer]}
    clock.forward(hours=2)

    assert caller.get("schedules/lost/").status_code == 200
    previewed = caller.post("schedules/lost/preview/", document)
    written = caller.put("schedules/lost/", document)

    assert (previewed.status_code, written.status_code) == (200, 200), written.content
    lost.refresh_from_db()
    plan = plan_of(lost)
    assert (lost.time_zone, plan.unread) == ("Europe/Oslo", ())
    assert rota.on_call(plan, clock.now) == (ana.pk,)
    before = rota.on_call(plan, clock.now - timedelta(hours=1))
    assert before == ((ana.pk,) if broken == ZONE else ())


@pytest.mark.parametrize("broken", BROKEN)
def test_its_layer_is_written_anew_in_the_form(
    healthy: Schedule, clock: Clock, broken: dict[str, str]
) -> None:
    lost = spoilt(broken)
    browser = signed_in(User.objects.get(username="mona"))
    address = f"/admin/oncall/schedule/{lost.pk}/layers/{lost.layers.get().pk}/"
    clock.forward(hours=2)
    typed = {
        "name": "Primary", "slot_0": "ana", "anchor": "2026-11-02T09:00", "length": "1", "unit": "week",
        "turn_mode": "calendar", "time_zone": "Europe/Oslo", "priority": "1", "seat": "primary",
        "mode": "exclusive", "holiday_effect": "none",
    }  # fmt: skip

    shown = browser.get(address)
    looked = browser.post(address, typed | {"check": "1"})
    saved = browser.post(address, typed | {"save": "1"})

    assert (shown.status_code, looked.status_code) == (200, 200)
    assert saved.status_code == 302, words(saved)
    assert rota.on_call(plan_of(lost), clock.now) == (User.objects.get(username="ana").pk,)
