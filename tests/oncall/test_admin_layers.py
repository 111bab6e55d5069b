"""Layers in the admin: a guided form, its effect with the picture redrawn, and only then the save."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from core.actor import person
from core.errors import Invalid, NotAllowed, NotFound
from core.models import Team, User
from oncall import rota
from oncall.actions.schedules import add_layer, end_layer, write_layer
from oncall.actions.specs import LayerSpec
from oncall.models import (
    Holiday,
    HolidayCalendar,
    Layer,
    RotationVersion,
    Schedule,
    ShiftNotice,
    plan_of,
)
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, ASchedule, ATeam, AUser
from tests.oncall.desk import manager, page, someone, text, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
WEEK = timedelta(weeks=1)


@pytest.fixture
def team() -> Team:
    return ATeam(slug="own", name="Own")


@pytest.fixture
def mona(team: Team) -> User:
    return manager(team)[0]


@pytest.fixture
def browser(mona: User) -> Client:
    return scene.signed_in(mona)


@pytest.fixture
def people() -> list[User]:
    return [someone(name) for name in ("Anna", "Ben", "Cyd", "Dan")]


@pytest.fixture
def schedule(team: Team, people: list[User]) -> Schedule:
    """Anna, Ben and Cyd in turn, weekly; Anna has this week."""
    made: Schedule = ASchedule(team=team, people=[people[2], people[0], people[1]])
    return made


def form(*slots: str, **more: Any) -> dict[str, Any]:
    return {
        "name": "Primary", "seat": "primary", "priority": "1", "mode": "exclusive", "anchor": "2026-01-05T09:00",
        "time_zone": "UTC", "length": "1", "unit": "week", "turn_mode": "calendar", "holiday_effect": "none",
        "keep": "on", **{f"slot_{place}": name for place, name in enumerate(slots)}, **more,
    }  # fmt: skip


def sent(
    browser: Client,
    schedule: Schedule,
    typed: dict[str, Any],
    press: str = "check",
    where: str = "",
) -> Any:
    address = where or f"layers/{schedule.layers.earliest('pk').pk}/"
    return browser.post(page(schedule, address), typed | {press: "1"}, follow=True)


def on_call(schedule: Schedule, *weeks: int) -> list[str]:
    """Return who answers now and in later weeks."""
    plan, names = plan_of(schedule), {row.pk: row.first_name for row in User.objects.all()}
    return [
        " and ".join(names[pk] for pk in rota.on_call(plan, NINE + week * WEEK)) for week in weeks
    ]


# Looked at before it is saved


def test_a_layer_s_form_shows_how_it_turns_now(browser: Client, schedule: Schedule) -> None:
    layer = schedule.layers.get()

    html = text(browser.get(page(schedule, f"layers/{layer.pk}/")))

    assert [f'value="{name}"' in html for name in ("Cyd", "Anna", "Ben")] == [True] * 3  # fmt: skip
    assert 'value="2026-01-05T09:00"' in html
    assert '<option value="Dan">' in html  # suggested


def test_a_change_is_compared_over_26_weeks_and_drawn_before_it_is_saved(
    browser: Client, schedule: Schedule
) -> None:
    reply = sent(browser, schedule, form("Cyd", "Anna", "Ben", "Dan"))

    said = words(reply)
    assert "Before you save: what changes 26 weeks ahead compared Not saved" in said
    assert "Save and tell 4 people" in said
    assert "Mon 7 Dec 09:00 to Mon 14 Dec 09:00 Cyd Dan 7 days Cyd, Dan" in said
    assert "As it would be" in text(reply)
    assert RotationVersion.objects.count() == 1


def test_c15_whoever_has_the_turn_keeps_it_when_somebody_joins(
    browser: Client, schedule: Schedule
) -> None:
    before = on_call(schedule, 0)

    sent(browser, schedule, form("Cyd", "Anna", "Ben", "Dan"), "save")

    assert on_call(schedule, 0, 1, 2, 3, 4) == [*before, "Ben", "Dan", "Cyd", "Anna"]
    old, new = RotationVersion.objects.order_by("pk")
    assert (old.effective_to, new.effective_from) == (NINE, NINE)
    told = set(ShiftNotice.objects.values_list("user__first_name", flat=True))
    assert told == {"Anna", "Ben", "Cyd", "Dan"}


def test_without_that_wish_the_count_of_turns_decides(browser: Client, schedule: Schedule) -> None:
    sent(browser, schedule, form("Cyd", "Anna", "Ben", "Dan", keep=""), "save")

    assert on_call(schedule, 0) == ["Ben"]  # the 46th turn of four


def test_a_change_from_an_instant_on_leaves_what_comes_before(
    browser: Client, schedule: Schedule
) -> None:
    typed = form("Dan", effective="2026-12-07T09:00")

    sent(browser, schedule, typed, "save")

    assert on_call(schedule, 0, 1, 2, 3) == ["Anna", "Ben", "Dan", "Dan"]
    assert RotationVersion.objects.latest("pk").effective_from == datetime(2026, 12, 7, 9, tzinfo=UTC)  # fmt: skip


def test_what_is_strange_is_said_and_can_be_saved_all_the_same(
    browser: Client, schedule: Schedule
) -> None:
    hours = {"days_0": ["0", "1", "2", "3", "4"], "start_0": "09:00", "end_0": "17:00"}
    typed = form(*["Anna", "Ben"] * 7, unit="day", **hours)

    shown = sent(browser, schedule, typed)
    saved = sent(browser, schedule, typed, "save")

    assert "would never serve" in words(shown)
    assert saved.status_code == 200
    assert len(plan_of(schedule).rotations[-1].slots) == 14


def test_everything_that_a_layer_can_be_is_kept(
    browser: Client, schedule: Schedule, team: Team, people: list[User]
) -> None:
    calendar = HolidayCalendar.objects.create(name="Norway", team=team)
    Holiday.objects.create(calendar=calendar, date=datetime(2026, 12, 25, tzinfo=UTC).date())
    typed = form(
        "Anna, ben", "nobody", "Cyd", name="Nights", seat="secondary", priority="7", mode="additive", unit="day", length="2",
        turn_mode="active", time_zone="Asia/Kolkata", days_0=["4", "5"], start_0="22:00", end_0="06:30",
        calendar=str(calendar.pk), holiday_effect="off",
    )  # fmt: skip

    sent(browser, schedule, typed, "save", "layers/add/")
    again = browser.get(page(schedule, f"layers/{Layer.objects.latest('pk').pk}/"))

    row = RotationVersion.objects.latest("pk")
    anna, ben, cyd, _ = people
    slots = [(slot.position, slot.user) for slot in row.slots.order_by("position", "user")]
    assert slots == [(0, anna), (0, ben), (1, None), (2, cyd)]
    assert row.windows == [{"weekdays": [4, 5], "start": "22:00", "end": "06:30"}]
    assert (row.layer.name, row.seat, row.priority, row.mode) == ("Nights", "secondary", 7, "additive")  # fmt: skip
    assert (row.unit, row.length, row.turn_mode, row.time_zone) == ("day", 2, "active", "Asia/Kolkata")  # fmt: skip
    assert (row.holidays, row.holiday_effect, row.effective_from) == (calendar, "off", NINE)
    assert [f'value="{said}"' in text(again) for said in ("Anna, Ben", "nobody", "22:00", "06:30")] == [True] * 4  # fmt: skip


def test_a_backup_s_change_is_compared_on_its_own_seat(browser: Client, schedule: Schedule) -> None:
    said = words(sent(browser, schedule, form("Dan", name="Behind", seat="secondary"), where="layers/add/"))  # fmt: skip

    assert "Shifts that move 1 People told on save 1" in said
    assert "Nobody Dan" in said


def test_more_rows_are_given_without_losing_what_was_typed(
    browser: Client, schedule: Schedule
) -> None:
    reply = sent(browser, schedule, form("Anna", "Zoe", name="Half"), "more")

    html = text(reply)
    assert reply.status_code == 200
    assert ('value="Zoe"' in html, 'value="Half"' in html) == (True, True)
    assert "slot_7" in html
    assert "Nobody active is called" not in html


# Refused


@pytest.mark.parametrize(("changes", "said"), [
    ({"slot_0": "", "slot_1": ""}, "nobody would ever be on call"),
    ({"slot_0": "Zoe"}, "Nobody active is called “Zoe”."),
    ({"slot_0": "Anna, Zoe"}, "Nobody active is called “Zoe”."),
    ({"anchor": "yesterday"}, "is not a time such as"),
    ({"anchor": "2026-02-30T09:00"}, "is not a time such as"),
    ({"unit": "year"}, "not one of the available choices"),
    ({"length": "0"}, "greater than or equal to 1"),
    ({"length": "10001"}, "less than or equal to 10000"),
    ({"priority": "0"}, "greater than or equal to 1"),
    ({"time_zone": "Mars/Base"}, "is not a time zone"),
    ({"time_zone": "localtime"}, "is not a time zone"),
    ({"name": ""}, "This field is required"),
    ({"name": "x" * 81}, "at most 80 characters"),
    ({"days_0": ["1"], "start_0": "", "end_0": ""}, "Say from when to when."),
    ({"days_0": ["1"], "start_0": "25:00", "end_0": "26:00"}, "Enter a valid time."),
    ({"days_0": ["9"], "start_0": "09:00", "end_0": "10:00"}, "not one of the available choices"),
    ({"start_0": "09:00", "end_0": "10:00"}, "Tick the days"),
    ({"holiday_effect": "off"}, "Choose the calendar"),
    ({"effective": "2026-11-01T09:00"}, "shifts before now never change"),
    ({"effective": "never"}, "is not a time such as"),
])  # fmt: skip
@pytest.mark.parametrize("press", ["check", "save"])
def test_a_layer_that_can_t_work_is_refused_in_words(
    browser: Client, schedule: Schedule, changes: dict[str, Any], said: str, press: str
) -> None:
    reply = sent(browser, schedule, form("Anna", "Ben") | changes, press)

    assert reply.status_code == 422
    assert said in words(reply)
    assert RotationVersion.objects.count() == 1


def test_two_layers_of_one_name_are_refused(browser: Client, schedule: Schedule) -> None:
    reply = sent(browser, schedule, form("Dan"), "save", "layers/add/")

    assert "There is a layer Primary already" in words(reply)
    assert schedule.layers.count() == 1


def test_a_layer_is_called_anew(browser: Client, schedule: Schedule) -> None:
    sent(browser, schedule, form("Cyd", "Anna", "Ben", name="First"), "save")

    assert schedule.layers.get().name == "First"
    assert RotationVersion.objects.count() == 1  # it turns as it did


def test_a_layer_ends_after_its_effect_was_shown(
    browser: Client, schedule: Schedule, clock: Clock
) -> None:
    typed = form("Cyd", "Anna", "Ben", effective="2026-11-30T09:00")

    shown = sent(browser, schedule, typed, "end")
    assert RotationVersion.objects.get().effective_to is None
    sent(browser, schedule, typed | {"end": "1"}, "save")

    assert "End the layer and tell" in words(shown)
    assert "Gaps 0 → 1 more than before" in words(shown)
    assert on_call(schedule, 0, 1) == ["Anna", ""]
    clock.forward(weeks=2)
    assert "1 version that is over" in words(browser.get(page(schedule)))


def test_who_may_not_edit_the_schedule_has_no_such_page(schedule: Schedule) -> None:
    stranger = scene.signed_in(AUser(manages=ATeam()))

    asked = stranger.get(page(schedule, "layers/add/"))
    pressed = sent(stranger, schedule, form("Anna"), "save")

    assert (asked.status_code, pressed.status_code) == (403, 403)
    assert RotationVersion.objects.count() == 1


def test_a_layer_of_another_schedule_is_not_found_here(browser: Client, schedule: Schedule) -> None:
    foreign = ASchedule().layers.get()

    assert browser.get(page(schedule, f"layers/{foreign.pk}/")).status_code == 404
    assert browser.get("/admin/oncall/schedule/99999/plan/").status_code == 404


def test_the_actions_ask_for_the_right_and_refuse_what_is_not_there(
    schedule: Schedule, mona: User
) -> None:
    spec = LayerSpec("Extra", "2026-11-23T08:00", "UTC", ((mona.pk,),))
    empty = LayerSpec("Extra", "2026-11-23T08:00", "UTC", ())
    layer, by, stranger = schedule.layers.get().pk, person(mona), person(AUser())

    for refused in (
        lambda: add_layer(schedule.pk, spec, by=stranger, at=NINE),
        lambda: write_layer(layer, spec, by=stranger, at=NINE),
        lambda: end_layer(layer, by=stranger, at=NINE),
    ):
        with pytest.raises(NotAllowed):
            refused()
    for missing in (
        lambda: add_layer(9999, spec, by=by, at=NINE),
        lambda: end_layer(9999, by=by, at=NINE),
    ):
        with pytest.raises(NotFound):
            missing()
    with pytest.raises(Invalid, match="nobody would ever be on call"):
        add_layer(schedule.pk, empty, by=by, at=NINE)
    assert schedule.layers.count() == 1


# A new schedule


def new(**more: Any) -> dict[str, Any]:
    return form("Anna", "Ben") | {
        "title": "Night shop", "slug": "", "zone": "Europe/Berlin", "expectation": "24x7", **more,
    }  # fmt: skip


def test_a_schedule_is_made_with_its_first_layer_in_one_form(
    browser: Client, team: Team, people: list[User]
) -> None:
    typed = new(team=team.pk, anchor="2026-11-16T09:00")

    drawn = browser.post("/admin/oncall/schedule/add/", typed | {"check": "1"})
    assert not Schedule.objects.exists()
    made = browser.post("/admin/oncall/schedule/add/", typed | {"save": "1"}, follow=True)

    assert "Before you save: how it would turn Not saved" in words(drawn)
    assert "Who answers" in text(drawn)
    row = Schedule.objects.get()
    assert (row.name, row.slug, row.team, row.time_zone) == ("Night shop", "night-shop", team, "Europe/Berlin")  # fmt: skip
    assert row.layers.get().versions.get().time_zone == "Europe/Berlin"
    assert "Ben is on call now" in words(made)


@pytest.mark.parametrize(("changes", "said"), [
    ({"title": ""}, "This field is required"),
    ({"title": "???"}, "the name has no letters that an address takes"),
    ({"slug": "a b"}, "Enter a valid"),
    ({"zone": "Mars/Base"}, "is not a time zone"),
    ({"zone": ""}, "This field is required"),
    ({"expectation": "never"}, "not one of the available choices"),
    ({"slot_0": "", "slot_1": ""}, "nobody would ever be on call"),
    ({"slot_0": "Zoe"}, "Nobody active is called “Zoe”."),
])  # fmt: skip
def test_a_new_schedule_that_can_t_be_is_refused_in_words(
    browser: Client, team: Team, people: list[User], changes: dict[str, str], said: str
) -> None:
    typed = new(team=team.pk) | changes | {"save": "1"}

    reply = browser.post("/admin/oncall/schedule/add/", typed)

    assert reply.status_code == 422
    assert said in words(reply)
    assert not Schedule.objects.exists()


def test_a_taken_slug_and_a_foreign_team_are_refused(
    browser: Client, team: Team, people: list[User]
) -> None:
    ASchedule(slug="night-shop", team=team)

    taken = browser.post("/admin/oncall/schedule/add/", new(team=team.pk, save="1"))
    foreign = browser.post("/admin/oncall/schedule/add/", new(team=ATeam().pk, slug="x", save="1"))

    assert "There is a schedule night-shop already." in words(taken)
    assert "No team is called" in words(foreign)
    assert Schedule.objects.count() == 1
