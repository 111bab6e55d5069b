"""Covers, swaps and filled gaps in the admin: shown before they are saved, saved by their actions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from core.models import Team, User
from oncall import rota
from oncall.actions.quality import quality
from oncall.models import Override, Schedule, ShiftNotice, Swap, Unavailability, plan_of
from tests.core import admin_scene as scene
from tests.factories import NINE, ASchedule, ATeam, AUser
from tests.oncall.desk import a_layer, manager, page, someone, text, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
DAY = timedelta(days=1)


@pytest.fixture
def team() -> Team:
    return ATeam(slug="own", name="Own")


@pytest.fixture
def anna() -> User:
    return someone("Anna")


@pytest.fixture
def ben() -> User:
    return someone("Ben")


@pytest.fixture
def schedule(team: Team, anna: User, ben: User) -> Schedule:
    """Anna has this week, Ben the next; Berlin."""
    made: Schedule = ASchedule(team=team, people=[anna, ben], time_zone="Europe/Berlin")
    return made


@pytest.fixture
def browser(team: Team) -> Client:
    return manager(team)[1]


def sent(browser: Client, schedule: Schedule, kind: str, press: str = "check", **typed: Any) -> Any:
    form = {"kind": kind, press: "1", **typed}
    return browser.post(page(schedule, "plan/"), form, follow=True)


EVENING = {"starts": "2026-11-24T20:00", "ends": "2026-11-25T08:00"}


def test_what_a_cover_changes_is_shown_before_anything_is_saved(
    browser: Client, schedule: Schedule, anna: User, ben: User
) -> None:
    reply = sent(browser, schedule, "cover", subject=anna.pk, user=ben.pk, **EVENING)

    said = words(reply)
    assert reply.status_code == 200
    assert "Before you save: what changes 26 weeks ahead compared Not saved" in said
    assert "Shifts that move 1 People told on save 2" in said
    assert "Tue 24 Nov 20:00 to Wed 25 Nov 08:00 Anna Ben 12 h night Anna, Ben" in said
    assert "Save and tell 2 people" in said
    assert "Ben covers Anna" in text(reply)  # the picture is redrawn
    assert not Override.objects.exists()
    assert not ShiftNotice.objects.exists()


def test_a_confirmed_cover_is_saved_in_the_schedule_s_own_time_and_told(
    browser: Client, schedule: Schedule, anna: User, ben: User
) -> None:
    reply = sent(browser, schedule, "cover", "save", subject=anna.pk, user=ben.pk, **EVENING)

    row = Override.objects.get()
    assert reply.redirect_chain[-1][0] == page(schedule)
    assert (row.kind, row.subject, row.user) == ("substitute", anna, ben)
    assert row.starts_at == datetime(2026, 11, 24, 19, tzinfo=UTC)
    plan = plan_of(schedule)
    assert rota.on_call(plan, datetime(2026, 11, 24, 23, tzinfo=UTC)) == (ben.pk,)
    assert set(ShiftNotice.objects.values_list("user", flat=True)) == {anna.pk, ben.pk}


@pytest.mark.parametrize(("kind", "typed", "stored"), [
    ("cover", {"user": "ben"}, ("cover", None, "ben")),
    ("gap", {"user": "ben"}, ("cover", None, "ben")),
    ("add", {"user": "ben"}, ("add", None, "ben")),
    ("remove", {"subject": "anna"}, ("remove", "anna", None)),
])  # fmt: skip
def test_every_kind_is_saved_as_it_is_called(
    browser: Client, schedule: Schedule, kind: str, typed: dict[str, str],
    stored: tuple[str, str | None, str | None],
) -> None:  # fmt: skip
    people = {row.username: row for row in User.objects.all()}

    reply = sent(
        browser, schedule, kind, "save", **EVENING, **{name: people[who].pk for name, who in typed.items()}
    )  # fmt: skip

    row = Override.objects.get()
    assert reply.status_code == 200
    names = [one.username if one else None for one in (row.subject, row.user)]
    assert (row.kind, *names) == stored


def test_taking_somebody_out_warns_of_the_gap(
    browser: Client, schedule: Schedule, anna: User
) -> None:
    said = words(sent(browser, schedule, "remove", subject=anna.pk, **EVENING))

    assert "Gaps 0 → 1 more than before" in said
    assert "Anna Nobody 12 h night" in said


def test_a_clash_that_was_there_before_is_not_this_change_s_doing(
    browser: Client, schedule: Schedule, anna: User, ben: User
) -> None:
    week = timedelta(days=7)
    Unavailability.objects.create(
        user=ben, created_at=NINE, starts_at=NINE + week + DAY, ends_at=NINE + week + 2 * DAY
    )

    said = words(sent(browser, schedule, "cover", subject=anna.pk, user=ben.pk, **EVENING))

    assert "Clashes with time off 0" in said


def test_one_cover_from_outside_makes_the_turns_no_less_even(
    browser: Client, schedule: Schedule, anna: User
) -> None:
    carl = someone("Carl")

    said = words(sent(browser, schedule, "cover", subject=anna.pk, user=carl.pk, **EVENING))

    assert "Hours, most to least 1.0 → 1.0" in said


def test_a_clash_with_time_off_is_named(
    browser: Client, schedule: Schedule, anna: User, ben: User
) -> None:
    Unavailability.objects.create(
        user=ben, created_at=NINE, starts_at=NINE + DAY, ends_at=NINE + 2 * DAY
    )

    said = words(sent(browser, schedule, "cover", subject=anna.pk, user=ben.pk, **EVENING))

    assert "Clashes with time off 1" in said
    assert "Ben is away: Tue 24 Nov 20:00 to Wed 25 Nov 08:00" in said
    assert "Ben is away." in said


def test_whoever_is_told_on_saving_is_named_before_it_in_whatever_seat(
    browser: Client, schedule: Schedule
) -> None:
    cyd = someone("Cyd")
    a_layer(schedule, [cyd], "Backup", seat="secondary")

    said = words(sent(browser, schedule, "remove", subject=cyd.pk, **EVENING))
    sent(browser, schedule, "remove", "save", subject=cyd.pk, **EVENING)

    assert "Shifts that move 1 People told on save 1" in said
    assert "Cyd Nobody 12 h night, backup Cyd" in said
    assert ShiftNotice.objects.get().user == cyd


def test_the_best_candidates_have_the_lightest_burden_and_are_one_press_away(
    browser: Client, team: Team, anna: User, ben: User
) -> None:
    cyd, away, lost = someone("Cyd"), someone("Dan"), AUser(first_name="Lost")
    schedule = ASchedule(team=team, people=[away, ben, ben, cyd, anna, lost])
    Unavailability.objects.create(
        user=away, created_at=NINE, starts_at=NINE + DAY, ends_at=NINE + 2 * DAY
    )
    now = f"?kind=cover&at=2026-11-24T12:00Z&who={anna.pk}"

    said = words(browser.get(page(schedule, f"plan/{now}")))
    picked = sent(browser, schedule, "cover", subject=anna.pk, pick=cyd.pk, **EVENING)

    free = said[said.index("the lightest burden first:") :]
    assert free.index("Cyd") < free.index("Ben")
    assert "Dan is away" in free
    assert "Lost can't be reached" in free
    assert "Cyd" in words(picked)[words(picked).index("After saving") :]


def test_the_form_names_whom_the_quality_report_names_and_in_its_order(
    browser: Client, team: Team, anna: User, ben: User
) -> None:
    """By hours of the first seat alone Ben would come first; he is the backup all along."""
    cyd, _ = someone("Cyd"), someone("Ted", member_of=team)
    schedule = ASchedule(team=team, people=[anna, cyd, anna, cyd, ben])
    a_layer(schedule, [ben], "Backup", seat="secondary", windows=[{"weekdays": [5, 6], "start": "00:00", "end": "24:00"}])  # fmt: skip
    span = NINE + DAY, NINE + 2 * DAY
    now = f"?kind=cover&at=2026-11-23T12:00Z&who={cyd.pk}"

    form = words(browser.get(page(schedule, f"plan/{now}")))
    judged = quality(schedule, at=NINE, cover=span).candidates

    named = [User.objects.get(pk=one.user).first_name for one in judged]
    assert named == ["Ted", "Anna", "Ben"]
    assert named == sorted(named, key=form[form.index("the lightest burden first:") :].index)


@pytest.mark.parametrize(("query", "starts", "ends"), [
    ("kind=cover&at=2026-11-23T09:00:00Z&who={anna}", "2026-11-23T10:00", "2026-11-30T09:00"),
    ("kind=cover&at=2026-11-25T09:00:00Z", "2026-11-23T10:00", "2026-11-30T09:00"),
    ("kind=swap&who={ben}", "2026-11-30T09:00", "2026-12-07T09:00"),
    ("kind=gap", "2026-12-08T09:00", "2026-12-08T21:00"),
    ("kind=gap&at=2026-12-08T10:00Z", "2026-12-08T09:00", "2026-12-08T21:00"),
    ("kind=cover&at=soon&who=x", None, None),
    ("kind=nothing&at=9999-12-31T23:59Z&who=99999999999999999999", None, None),
])  # fmt: skip
def test_a_click_fills_in_the_whole_shift_or_gap(
    browser: Client, schedule: Schedule, anna: User, ben: User, query: str,
    starts: str | None, ends: str | None,
) -> None:  # fmt: skip
    Override.objects.create(
        schedule=schedule, kind="remove", subject=anna, created_at=NINE,
        starts_at=datetime(2026, 12, 8, 8, tzinfo=UTC), ends_at=datetime(2026, 12, 8, 20, tzinfo=UTC),
    )  # fmt: skip

    reply = browser.get(page(schedule, f"plan/?{query.format(anna=anna.pk, ben=ben.pk)}"))

    form = reply.context_data["form"]
    assert reply.status_code == 200
    assert (form["starts"].value(), form["ends"].value()) == (starts, ends)


@pytest.mark.parametrize(("typed", "said"), [
    ({"starts": "2026-11-25T08:00", "ends": "2026-11-24T20:00"}, "must end after it starts"),
    ({"starts": "2026-11-25T08:00", "ends": "2026-11-25T08:00"}, "must end after it starts"),
    ({"starts": "2026-11-20T08:00", "ends": "2026-11-21T08:00"}, "is over already"),
    ({"starts": "2026-11-25T08:00", "ends": "2028-11-25T08:00"}, "lasts a year at most"),
    ({"starts": "soon"}, "is not a time such as"),
    ({"starts": ""}, "This field is required"),
    ({"user": ""}, "This field is required"),
    ({"user": "99999999"}, "Nobody active is called “99999999”."),
    ({"user": "Benn"}, "Nobody active is called “Benn”. Nearest: Ben"),
    ({"user": "\0"}, "Write a name, a username or an e-mail address."),
    ({"subject": "ben"}, "Nobody covers for themselves"),
])  # fmt: skip
@pytest.mark.parametrize("press", ["check", "save"])
def test_what_can_t_be_is_refused_in_words_and_kept(
    browser: Client, schedule: Schedule, ben: User, typed: dict[str, str], said: str, press: str
) -> None:
    form = EVENING | {"user": str(ben.pk), "reason": "dentist"} | typed
    if form.get("subject") == "ben":
        form["subject"] = str(ben.pk)

    reply = sent(browser, schedule, "cover", press, **form)

    assert reply.status_code == 422
    assert said in words(reply)
    assert 'value="dentist"' in text(reply)
    assert not Override.objects.exists()


def test_people_who_would_stand_in_for_each_other_in_a_circle_are_refused(
    browser: Client, schedule: Schedule, anna: User, ben: User
) -> None:
    sent(browser, schedule, "cover", "save", subject=anna.pk, user=ben.pk, **EVENING)

    reply = sent(browser, schedule, "cover", subject=ben.pk, user=anna.pk, **EVENING)

    assert reply.status_code == 409
    assert "in a circle" in words(reply)


def test_other_days_are_looked_at_without_losing_what_was_typed(
    browser: Client, schedule: Schedule, ben: User
) -> None:
    form = {"kind": "cover", "show": "from=2027-01-04&span=week", "user": ben.pk, "starts": ""}

    reply = browser.post(page(schedule, "plan/"), form)

    assert reply.status_code == 200
    assert "4 Jan" in words(reply)
    assert "This field is required" not in text(reply)
    assert 'value="Ben"' in text(reply)


# Swaps


def test_a_swap_with_a_shift_in_return_is_shown_whole_and_then_asked_for(
    schedule: Schedule, anna: User, ben: User
) -> None:
    browser = scene.signed_in(anna)
    form = EVENING | {"subject": anna.pk, "user": ben.pk,
                      "back_starts": "2026-12-01T20:00", "back_ends": "2026-12-02T08:00"}  # fmt: skip

    shown = words(sent(browser, schedule, "swap", **form))
    asked = sent(browser, schedule, "swap", "save", **form)

    assert "Shifts that move 2 People told on save 1" in shown
    assert "Tue 1 Dec 20:00 to Wed 2 Dec 08:00 Ben Anna" in shown
    assert "Ask Ben" in shown
    assert "Ben is asked. Nothing changes until somebody accepts." in words(asked)
    swap = Swap.objects.get()
    assert (swap.owner, swap.taker, swap.state, swap.legs.count()) == (anna, ben, "offered", 2)
    assert not Override.objects.exists()
    assert "Anna asks Ben to serve" in words(asked)


def test_a_swap_without_a_taker_is_open_to_the_team(schedule: Schedule, anna: User) -> None:
    browser = scene.signed_in(anna)

    shown = words(sent(browser, schedule, "swap", subject=anna.pk, **EVENING))
    sent(browser, schedule, "swap", "save", subject=anna.pk, **EVENING)

    assert "Nothing moves until somebody accepts." in shown
    assert "Ask everybody" in shown
    assert Swap.objects.get().state == "open"


def test_whoever_manages_nothing_gives_away_only_their_own_and_only_by_a_swap(
    schedule: Schedule, anna: User, ben: User
) -> None:
    browser = scene.signed_in(anna)

    covered = sent(browser, schedule, "cover", "save", subject=ben.pk, user=anna.pk, **EVENING)
    others = sent(browser, schedule, "swap", "save", subject=ben.pk, user=anna.pk, **EVENING)
    viewer = scene.signed_in(AUser(group="Viewer")).get(page(schedule, "plan/"))

    assert (covered.status_code, others.status_code, viewer.status_code) == (422, 422, 403)
    assert not Swap.objects.exists()
    assert not Override.objects.exists()


def test_half_a_return_and_a_shift_that_is_not_the_owner_s_are_refused(
    browser: Client, schedule: Schedule, anna: User, ben: User
) -> None:
    half = sent(browser, schedule, "swap", subject=anna.pk, user=ben.pk, back_starts="2026-12-01T20:00", **EVENING)  # fmt: skip
    foreign = sent(browser, schedule, "swap", subject=ben.pk, user=anna.pk, **EVENING)

    assert "has both a start and an end" in words(half)
    assert "Ben is not on call all that time" in words(foreign)
    assert {half.status_code, foreign.status_code} == {422}


def test_a_cover_of_the_list_leads_to_the_form_of_its_schedule(
    browser: Client, schedule: Schedule
) -> None:
    foreign = ASchedule(name="Foreign")

    html = text(browser.get("/admin/oncall/override/add/"))

    assert page(schedule, "plan/?kind=cover") in html
    assert foreign.name not in html
