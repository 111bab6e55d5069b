"""A schedule that can't be read any more spoils only its own: every other goes on being kept and told of."""

from datetime import timedelta

import pytest

from core.models import User
from oncall import tasks
from oncall.actions.holidays import CalendarWish, create_calendar, refill
from oncall.actions.judging import tell_quality
from oncall.models import (
    CalendarFeed,
    Holiday,
    HolidayCalendar,
    RotationSlot,
    RotationVersion,
    Schedule,
    ShiftEvent,
    ShiftNotice,
)
from tests.conftest import Clock
from tests.core.admin_scene import signed_in
from tests.core.api.callers import shelve_playbooks
from tests.factories import IMPORT, ASchedule, ATeam, AUser
from tests.oncall.desk import words

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

    [said] = ShiftNotice.objects.filter(user__username="mona").values_list("subject", flat=True)
    assert said.startswith("Shop needs a look:")


def test_other_calendars_are_filled(healthy: Schedule, clock: Clock) -> None:
    for country in ("NO", "SE"):
        create_calendar(CalendarWish(country=country, team_id=healthy.team_id), by=IMPORT, at=clock.now)  # fmt: skip
    first, second = HolidayCalendar.objects.order_by("pk")
    RotationVersion.objects.filter(layer__schedule__slug="lost").update(holidays=first, holiday_effect="off")  # fmt: skip
    later = (clock.now + timedelta(days=60)).date()
    Holiday.objects.filter(date__gt=later).delete()

    refill(clock.now)

    assert not first.days.filter(date__gt=later).exists()
    assert second.days.filter(date__gt=later).exists()


@pytest.mark.parametrize(
    "path",
    ["", "oncall/schedule/", "shifts/", "load/?team=web", "oncall/schedule/{healthy}/plan/", "oncall/schedule/{lost}/change/"],
)  # fmt: skip
@pytest.mark.parametrize("broken", [{"time_zone": "Mars/Base"}, {"anchor_local": "garbage"}])
def test_it_takes_no_screen_away(healthy: Schedule, path: str, broken: dict[str, str]) -> None:
    lost = Schedule.objects.get(slug="lost")
    RotationVersion.objects.filter(layer__schedule=lost).update(time_zone="UTC")
    RotationVersion.objects.filter(layer__schedule=lost).update(**broken)
    reader = User.objects.get(username="mona")
    RotationSlot.objects.create(version=lost.layers.get().versions.get(), position=9, user=reader)
    place = path.format(healthy=healthy.pk, lost=lost.pk)

    answer = signed_in(reader).get(f"/admin/{place}")

    assert answer.status_code == 200
    if path in ("", "oncall/schedule/"):
        assert "bob" in words(answer)
    assert ("This schedule can't be read" in words(answer)) is ("{lost}" in path)
