"""Holiday calendars: filled three years ahead, own days kept, those whose shifts move are told, the past stays."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from core.models import Team, User
from oncall import rota, tasks
from oncall.actions.ledger import freeze_all
from oncall.models import (
    Holiday,
    HolidayCalendar,
    RotationVersion,
    Schedule,
    ServedShift,
    ShiftNotice,
    plan_of,
)
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.core.api.callers import Caller, a_token, assert_problem, shelve_playbooks
from tests.factories import NINE, ASchedule, ATeam, AUser
from tests.oncall.desk import page, press, text, words

pytestmark = pytest.mark.django_db
CHRISTMAS = date(2026, 12, 25)
NOON = timedelta(hours=12)


@pytest.fixture
def team(clock: Clock) -> Team:
    """Mona manages the team; Olga another one."""
    made: Team = ATeam(slug="web", name="Web")
    AUser(username="mona", first_name="Mona", manages=made)
    AUser(username="olga", manages=ATeam(slug="other"))
    shelve_playbooks()
    return made


def by(name: str) -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user))


def browser(name: str) -> Client:
    return scene.signed_in(User.objects.get(username=name))


def made(**wish: Any) -> Any:
    """Make a calendar as Mona and return it as the API tells it."""
    answer = by("mona").post("holiday-calendars/", {"country": "NO"} | wish)
    assert answer.status_code == 201, answer.content
    return answer.json()


def days(number: int) -> dict[str, str]:
    viewer = AUser(group="Viewer")
    token = a_token(viewer, "read", expires_at=NINE.replace(year=2030))
    found = Caller(viewer, token).get(f"holiday-calendars/{number}/").json()["days"]
    return {one["date"]: one["name"] for one in found}


def a_schedule(team: Team, calendar: int, effect: str = "off") -> Schedule:
    """Ana serves always, and rests on the days of the calendar."""
    row: Schedule = ASchedule(slug="shop", name="Shop", team=team, people=[AUser(username="ana")])
    RotationVersion.objects.update(holidays_id=calendar, holiday_effect=effect)
    return row


def on_call(schedule: Schedule, day: date) -> list[str]:
    noon = datetime.combine(day, datetime.min.time(), tzinfo=UTC) + NOON
    return [User.objects.get(pk=pk).username for pk in rota.on_call(plan_of(schedule), noon)]


def told(name: str = "ana") -> list[str]:
    rows = ShiftNotice.objects.filter(user__username=name, occasion__startswith="moved")
    return [" ".join(row.paragraphs) for row in rows.order_by("pk")]


# Made and filled


def test_a_country_s_days_are_there_from_this_year_to_three_years_ahead(team: Team) -> None:
    answer = by("mona").post("holiday-calendars/", {"country": "no"})

    found = answer.json()
    assert (found["name"], found["country"], found["subdivision"]) == ("Norway", "NO", None)
    assert (found["team"], found["filled_to"], found["schedules"]) == ("web", 2029, [])
    assert {one["date"][:4] for one in found["days"]} == {"2026", "2027", "2028", "2029"}
    assert {"date": "2028-05-17", "name": "Constitution Day", "public": True} in found["days"]
    assert answer["Location"].endswith(f"/api/v1/holiday-calendars/{found['id']}/")
    assert answer["ETag"]


@pytest.mark.parametrize(("part", "code"), [("BY", "BY"), ("by", "BY"), ("Bayern", "BY")])
def test_a_part_of_a_country_has_its_own_days(team: Team, part: str, code: str) -> None:
    found = made(country="DE", subdivision=part)

    assert (found["name"], found["subdivision"]) == ("Germany, BY", code)
    assert days(found["id"])["2027-01-06"] == "Epiphany"


def test_a_calendar_may_have_days_of_its_own_only(team: Team) -> None:
    found = made(country=None, name="Company days")

    assert (found["country"], found["filled_to"], found["days"]) == (None, None, [])
    assert tasks.holidays() is None
    assert days(found["id"]) == {}


@pytest.mark.parametrize(
    ("wish", "pointer", "said"),
    [
        ({"country": "ZZ"}, "/country", "two letters"),
        ({"country": "Norway"}, "/country", "at most 2"),
        ({"country": "EE", "subdivision": "BY"}, "/subdivision", "Leave it empty"),
        ({"country": "DE", "subdivision": "XX"}, "/subdivision", "BB, BE, BW"),
        ({"name": "Own", "subdivision": "BY"}, "/subdivision", "Name the country"),
        ({}, "/name", "Name the calendar"),
        ({"country": "NO", "name": "Taken"}, "/name", "already"),
        ({"country": "NO", "team": "none"}, "/team", "no team none"),
        ({"country": "NO", "days": []}, "/days", "no such field"),
    ],
)
def test_what_can_be_no_calendar_is_refused_in_words(
    team: Team, wish: dict[str, Any], pointer: str, said: str
) -> None:
    HolidayCalendar.objects.create(name="Taken", team=team)

    problem = assert_problem(by("mona").post("holiday-calendars/", wish), 422)

    assert [one["pointer"] for one in problem["errors"]] == [pointer]
    assert said in problem["detail"]
    assert HolidayCalendar.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("olga", 403), ("rob", 403), ("mona", 201)])
def test_only_managers_of_its_team_change_a_calendar(team: Team, who: str, status: int) -> None:
    AUser(username="rob", member_of=team)
    number = made()["id"]
    wish = {"date": "2026-12-24", "name": "Closed"}

    assert by(who).post(f"holiday-calendars/{number}/days/", wish).status_code == status
    if status == 403:
        refused = [
            by(who).delete(f"holiday-calendars/{number}/days/2026-12-25/"),
            by(who).delete(f"holiday-calendars/{number}/"),
            by(who).post("holiday-calendars/", {"country": "SE", "team": "web"}),
        ]
        assert [answer.status_code for answer in refused] == [403] * 3
        assert "2026-12-25" in days(number)


# Days added and taken out


def test_a_day_of_one_s_own_lets_layers_rest_and_who_is_moved_is_told(team: Team) -> None:
    number = made()["id"]
    schedule = a_schedule(team, number)
    eve = date(2026, 12, 24)
    assert (on_call(schedule, eve), on_call(schedule, CHRISTMAS)) == (["ana"], [])

    answer = by("mona").post(f"holiday-calendars/{number}/days/", {"date": "2026-12-24", "name": "Closed"})  # fmt: skip

    assert answer.json() == {"date": "2026-12-24", "name": "Closed", "public": False}
    assert answer["Location"].endswith(f"/holiday-calendars/{number}/days/2026-12-24/")
    assert on_call(schedule, eve) == []
    [word] = told()
    assert "Thu 24 Dec 00:00 to Fri 25 Dec 00:00 (UTC): you are not on call any more" in word
    assert "Changed by Mona." in word


def test_a_public_day_that_is_taken_out_stays_out_and_can_be_put_back(
    team: Team, clock: Clock
) -> None:
    number = made()["id"]
    schedule = a_schedule(team, number)
    path = f"holiday-calendars/{number}/days/2026-12-25/"

    taken = [by("mona").delete(path).status_code for _ in range(2)]
    tasks.holidays()

    assert taken == [204, 204]
    assert on_call(schedule, CHRISTMAS) == ["ana"]
    assert "you are on call, before it was nobody" in told()[0]
    assert_problem(by("mona").get(path), 404)
    back = by("mona").post(f"holiday-calendars/{number}/days/", {"date": "2026-12-25"})
    assert back.json() == {"date": "2026-12-25", "name": "Christmas Day", "public": True}
    assert on_call(schedule, CHRISTMAS) == []


def test_what_was_served_stays_when_a_day_that_runs_becomes_a_holiday(
    team: Team, clock: Clock
) -> None:
    number = made()["id"]
    schedule = a_schedule(team, number)
    before = freeze_all(clock.now)

    by("mona").post(f"holiday-calendars/{number}/days/", {"date": "2026-11-23"})
    clock.forward(days=2)
    freeze_all(clock.now)

    assert before == 1
    served = ServedShift.objects.filter(schedule=schedule, ends_at__gt=NINE - timedelta(days=1))
    spans = list(served.order_by("starts_at").values_list("starts_at", "ends_at"))
    assert spans[-2][1] == NINE
    assert spans[-1] == (datetime(2026, 11, 24, tzinfo=UTC), clock.now)


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"date": "2026-11-21"}, 422),
        ({"date": "2026-12-25"}, 409),
        ({"date": "2200-01-01"}, 422),
        ({"date": "20261224"}, 422),
        ({"date": "2026-13-01"}, 422),
        ({"date": ""}, 422),
        ({}, 422),
        ({"date": "2026-12-24", "name": "x" * 121}, 422),
    ],
)
def test_a_day_that_can_t_be_added_is_refused(
    team: Team, wish: dict[str, Any], status: int
) -> None:
    number = made()["id"]
    before = days(number)

    assert_problem(by("mona").post(f"holiday-calendars/{number}/days/", wish), status)

    assert days(number) == before


def test_a_day_that_is_over_or_is_none_is_not_taken_out(team: Team) -> None:
    number = made()["id"]

    past = by("mona").delete(f"holiday-calendars/{number}/days/2026-05-17/")
    none = by("mona").delete(f"holiday-calendars/{number}/days/2026-12-24/")
    odd = by("mona").delete(f"holiday-calendars/{number}/days/tomorrow/")

    assert_problem(past, 409, "not_possible")
    assert_problem(none, 404)
    assert_problem(odd, 404)
    assert "2026-05-17" in days(number)


# Filled again


def test_three_years_are_always_there_and_twice_changes_nothing(team: Team, clock: Clock) -> None:
    number = made()["id"]
    by("mona").post(f"holiday-calendars/{number}/days/", {"date": "2027-12-24", "name": "Closed"})
    by("mona").delete(f"holiday-calendars/{number}/days/2027-05-17/")
    before = days(number)

    clock.now = datetime(2027, 1, 2, 3, tzinfo=UTC)
    tasks.holidays()
    once = days(number)
    tasks.holidays(anything="a newer version may pass")

    assert HolidayCalendar.objects.get().filled_to == 2030
    assert set(once.keys() - before.keys()) == {day for day in once if day[:4] == "2030"}
    assert before.keys() <= once.keys()
    assert once["2030-05-17"] == "Constitution Day"
    assert (once["2027-12-24"], "2027-05-17" in once) == ("Closed", False)
    assert days(number) == once


def test_a_correction_ahead_moves_shifts_and_is_told_the_past_is_not_touched(team: Team) -> None:
    number = made()["id"]
    schedule = a_schedule(team, number)
    calendar = HolidayCalendar.objects.get()
    Holiday.objects.filter(date__in=[CHRISTMAS, date(2026, 5, 17)]).delete()
    for day in (date(2026, 11, 2), date(2026, 12, 1)):
        Holiday.objects.create(calendar=calendar, date=day, name="No more", is_public=True)
    Holiday.objects.filter(date=date(2026, 12, 26)).update(name="Misspelt")

    tasks.holidays()

    found = days(number)
    assert (on_call(schedule, date(2026, 12, 1)), on_call(schedule, CHRISTMAS)) == (["ana"], [])
    assert found["2026-12-26"] == "Second Day of Christmas"
    assert ("2026-11-02" in found, "2026-05-17" in found) == (True, False)
    [word] = told()
    assert "Tue 01 Dec" in word
    assert "Fri 25 Dec" in word
    assert "Changed by Watchbill." in word
    tasks.holidays()
    assert len(told()) == 1


def test_a_country_that_is_not_known_any_more_spoils_only_its_own(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    gone = HolidayCalendar.objects.create(name="Atlantis", team=team, country="QQ")
    number = made()["id"]
    Holiday.objects.filter(date=CHRISTMAS).delete()

    tasks.holidays()

    assert "2026-12-25" in days(number)
    assert f"calendar {gone.pk}" in caplog.text


# Followed


def test_a_calendar_that_a_layer_follows_or_followed_stays_and_the_schedules_are_named(
    team: Team, clock: Clock
) -> None:
    number, other = made()["id"], made(country="SE")["id"]
    a_schedule(team, number)
    path = f"holiday-calendars/{number}/"

    problem = assert_problem(by("mona").delete(path), 409, "not_possible")
    listed = {one["name"]: one["schedules"] for one in by("ana").get("holiday-calendars/").json()["results"]}  # fmt: skip
    RotationVersion.objects.update(effective_to=clock.now)

    assert "Shop" in problem["detail"]
    assert listed == {"Norway": ["shop"], "Sweden": []}
    assert by("ana").get(path).json()["schedules"] == []
    assert_problem(by("mona").delete(path), 409, "not_possible")
    assert by("mona").delete(f"holiday-calendars/{other}/").status_code == 204
    assert_problem(by("mona").delete(f"holiday-calendars/{other}/"), 404)


def test_a_document_names_the_calendar_that_was_made(team: Team) -> None:
    made()
    AUser(username="ana")
    turn = {
        "anchor": "2026-11-23T09:00", "participants": [["ana"]], "holidays": "Norway", "holiday_effect": "off",
    }  # fmt: skip
    wish = {"slug": "shop", "name": "Shop", "layers": [{"name": "First", "rotation": turn}]}

    answer = by("mona").post("schedules/", wish)

    assert answer.status_code == 201, answer.content
    assert on_call(Schedule.objects.get(), CHRISTMAS) == []


# In the admin


def test_the_list_says_what_comes_first_and_then_what_there_is(team: Team) -> None:
    mona, path = browser("mona"), "/admin/oncall/holidaycalendar/"
    assert "Begin with your country" in words(mona.get(path))

    number = made()["id"]
    a_schedule(team, number)

    assert "Norway Norway Web Fri 25 Dec 2026, Christmas Day Shop" in words(mona.get(path))


@pytest.mark.parametrize("typed", ["Norway", "no", " norway "])
def test_a_country_may_be_typed_or_chosen_by_name(team: Team, typed: str) -> None:
    mona, path = browser("mona"), "/admin/oncall/holidaycalendar/add/"
    assert '<option value="Norway">' in text(mona.get(path))

    reply = mona.post(path, {"country": typed, "team": team.pk}, follow=True)

    said = words(reply)
    assert f"{Holiday.objects.count()} public holidays are filled in to the end of 2029" in said
    assert "No layer follows it yet" in said


def test_a_country_that_is_unknown_is_said_at_its_field(team: Team) -> None:
    mona, path = browser("mona"), "/admin/oncall/holidaycalendar/add/"

    reply = mona.post(path, {"country": "Atlantis", "team": team.pk})

    assert reply.status_code == 422
    assert "The holidays of Atlantis are not known" in words(reply)
    assert not HolidayCalendar.objects.exists()


def test_its_screen_shows_days_by_year_and_marks_one_s_own(team: Team, clock: Clock) -> None:
    calendar = HolidayCalendar.objects.get(pk=made()["id"])
    schedule = a_schedule(team, calendar.pk)
    mona = browser("mona")

    added = press(mona, calendar, "add_day", day="2026-12-24", name="Closed")
    asked = press(mona, calendar, "take-2026-12-25")
    clock.forward(minutes=1)
    taken = press(mona, calendar, "take-2026-12-25", confirmed="1")

    assert "Thu 24 Dec Closed own day next Take out Thu 24 Dec 2026" in words(added)
    assert "Shop may change for Fri 25 Dec" in words(asked)
    assert "Fri 25 Dec Christmas Day taken out Put back Fri 25 Dec 2026" in words(taken)
    assert "Sun 17 May Constitution Day Sun 24 May" in words(taken)  # over: no button
    assert [on_call(schedule, date(2026, 12, day)) for day in (24, 25)] == [[], ["ana"]]
    clock.forward(minutes=1)
    press(mona, calendar, "back-2026-12-25", confirmed="1")
    assert on_call(schedule, CHRISTMAS) == []
    assert len(told()) == 3


def test_who_does_not_manage_the_team_sees_no_buttons_and_presses_none(team: Team) -> None:
    calendar = HolidayCalendar.objects.get(pk=made()["id"])
    olga = browser("olga")

    assert "Take out" not in words(olga.get(page(calendar)))
    assert press(olga, calendar, "take-2026-12-25", confirmed="1").status_code == 403
    assert "2026-12-25" in days(calendar.pk)


def test_the_form_of_a_layer_leads_to_the_calendars(team: Team) -> None:
    schedule = ASchedule(team=team, people=[AUser()])

    html = text(browser("mona").get(page(schedule, "layers/add/")))

    assert 'href="/admin/oncall/holidaycalendar/"' in html
