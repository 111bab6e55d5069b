"""Admin screens of schedules, covers and policies."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.actor import person
from core.errors import Invalid, NotAllowed, NotFound, NotPossible
from core.models import Team, User
from oncall import rota
from oncall.actions.overrides import add_override, cancel_override
from oncall.actions.schedules import write_layer
from oncall.actions.specs import LayerSpec
from oncall.actions.wish import Wish
from oncall.models import (
    EscalationPolicy,
    PolicyBinding,
    PolicyStep,
    Schedule,
    plan_of,
)
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import APolicy, ASchedule, AService, ATeam, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def team() -> Team:
    return ATeam(slug="own", name="Own")


@pytest.fixture
def mona(team: Team) -> User:
    return AUser(username="mona", manages=team)


@pytest.fixture
def browser(mona: User) -> Client:
    return scene.signed_in(mona)


@pytest.fixture
def ada() -> User:
    return AUser(username="ada", group="Administrator")


def text(reply: Any) -> str:
    return reply.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def press(browser: Client, row: Any, button: str, **typed: Any) -> Any:
    return browser.post(f"{page_of(row)[:-7]}press/{button}/", typed, follow=True)


def page_of(row: Any) -> str:
    return f"/admin/oncall/{type(row).__name__.lower()}/{row.pk}/change/"


def test_nobody_covers_for_themselves_or_after_leaving(
    mona: User, team: Team, clock: Clock
) -> None:
    schedule, gone = ASchedule(team=team), AUser(is_active=False)
    span = {"starts_at": clock.now, "ends_at": clock.now.replace(hour=20)}
    told = {"by": person(mona), "at": clock.now}

    with pytest.raises(Invalid, match="Nobody covers for themselves"):
        add_override(schedule, Wish("substitute", user=mona, subject=mona, **span), **told)
    with pytest.raises(Invalid, match="would not be paged"):
        add_override(schedule, Wish("cover", user=gone, **span), **told)
    with pytest.raises(NotAllowed):
        add_override(ASchedule(), Wish("cover", user=mona, **span), **told)


def test_ending_a_cover_keeps_what_it_was_so_far(
    browser: Client, mona: User, team: Team, clock: Clock
) -> None:
    base, cover_by = AUser(), AUser()
    schedule = ASchedule(team=team, people=[base])
    wish = Wish("cover", clock.now, clock.now.replace(hour=20), user=cover_by)
    cover = add_override(schedule, wish, by=person(mona), at=clock.now)
    began, middle = clock.now, clock.forward(hours=2)

    assert "as if there were no cover" in text(press(browser, cover, "cancel"))
    press(browser, cover, "cancel", confirmed="1")

    plan = plan_of(Schedule.objects.get())
    assert rota.on_call(plan, began) == (cover_by.pk,)
    assert rota.on_call(plan, middle) == (base.pk,)
    assert cancel_override(cover.pk, by=person(mona), at=clock.forward(hours=1)).cancelled_at
    served = Wish("cover", clock.now, clock.now + timedelta(hours=1), user=cover_by)
    over = add_override(schedule, served, by=person(mona), at=clock.now)
    with pytest.raises(NotPossible, match="is over"):
        cancel_override(over.pk, by=person(mona), at=clock.forward(hours=1))
    with pytest.raises(NotFound):
        cancel_override(99, by=person(mona), at=clock.now)


def test_a_cover_to_come_never_begins_once_it_is_cancelled(
    mona: User, team: Team, clock: Clock
) -> None:
    schedule = ASchedule(team=team)
    starts = clock.now.replace(hour=18)
    wish = Wish("cover", starts, starts.replace(hour=20), user=AUser())
    cover = add_override(schedule, wish, by=person(mona), at=clock.now)

    for _ in range(2):
        cancel_override(cover.pk, by=person(mona), at=clock.now)

    assert rota.on_call(plan_of(Schedule.objects.get()), starts) == ()


# Policies


def steps_form(policy: EscalationPolicy, *steps: dict[str, Any]) -> dict[str, Any]:
    initial = sum("id" in step for step in steps)
    form: dict[str, Any] = {
        "name": policy.name, "slug": policy.slug, "team": policy.team_id, "fallback": "",
        "steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": str(initial),
    }  # fmt: skip
    for place, step in enumerate(steps):
        form |= {
            f"steps-{place}-{name}": value for name, value in ({"policy": policy.pk} | step).items()
        }
    return form


def test_a_policy_s_steps_are_schedules_and_people_with_a_wait(browser: Client, team: Team) -> None:
    policy, schedule, anna = APolicy(team=team), ASchedule(team=team), AUser()

    reply = browser.post(
        page_of(policy),
        steps_form(
            policy, {"position": 1, "wait_s": 120, "schedules": [schedule.pk]}, {"position": 2, "wait_s": 60, "people": [anna.pk]}
        ),
    )  # fmt: skip

    assert reply.status_code == 302
    first, second = PolicyStep.objects.order_by("position")
    assert (first.wait_s, first.schedules.get()) == (120, schedule)
    assert (second.wait_s, second.people.get()) == (60, anna)


def test_two_steps_change_places_in_one_save(browser: Client, team: Team) -> None:
    policy = APolicy(team=team, steps=[(60, []), (120, []), (180, [])])
    first, second, third = policy.steps.all()

    reply = browser.post(
        page_of(policy),
        steps_form(
            policy, {"id": first.pk, "position": 2, "wait_s": 60}, {"id": second.pk, "position": 1, "wait_s": 120},
            {"id": third.pk, "position": 3, "wait_s": 180},
        ),
    )  # fmt: skip

    assert reply.status_code == 302
    assert list(policy.steps.values_list("position", "wait_s")) == [(1, 120), (2, 60), (3, 180)]


def test_a_removed_step_leaves_the_others_where_they_were(browser: Client, team: Team) -> None:
    policy = APolicy(team=team, steps=[(60, []), (120, [])])
    first, second = policy.steps.all()

    browser.post(
        page_of(policy),
        steps_form(
            policy, {"id": first.pk, "position": 1, "wait_s": 60, "DELETE": "on"},
            {"id": second.pk, "position": 2, "wait_s": 120},
        ),
    )  # fmt: skip

    assert list(policy.steps.values_list("position", "wait_s")) == [(2, 120)]


def test_two_steps_of_one_place_are_refused(browser: Client, team: Team) -> None:
    policy = APolicy(team=team, steps=[(60, [])])
    first = policy.steps.get()

    reply = browser.post(
        page_of(policy),
        steps_form(
            policy, {"id": first.pk, "position": 1, "wait_s": 60}, {"position": 1, "wait_s": 90}
        ),
    )

    assert reply.status_code == 200
    assert policy.steps.count() == 1


def test_a_wait_of_no_time_or_over_a_day_is_refused(browser: Client, team: Team) -> None:
    policy = APolicy(team=team)

    for wait in (5, 86_401):
        reply = browser.post(page_of(policy), steps_form(policy, {"position": 1, "wait_s": wait}))
        assert reply.status_code == 200

    assert not PolicyStep.objects.exists()


def test_c85_a_policy_in_use_and_the_default_stay(ada: User, team: Team) -> None:
    policy = APolicy(team=team, default=True)
    browser = scene.signed_in(ada)

    for row in (policy, PolicyBinding.objects.get()):
        reply = browser.post(f"{page_of(row)[:-7]}delete/", {"post": "yes"})
        assert reply.status_code == 200

    assert PolicyBinding.objects.get().policy == policy


@pytest.mark.parametrize(("default", "with_service", "said"), [
    (True, True, "leave the service empty"), (False, False, "Choose a service"),
])  # fmt: skip
def test_a_binding_that_means_nothing_is_refused_in_words(
    ada: User, default: bool, with_service: bool, said: str
) -> None:
    form = {"policy": APolicy().pk, "service": AService().pk if with_service else ""} | (
        {"is_default": "on"} if default else {}
    )

    reply = scene.signed_in(ada).post("/admin/oncall/policybinding/add/", form)

    assert said in text(reply)
    assert not PolicyBinding.objects.exists()


def test_the_default_gets_another_policy(ada: User) -> None:
    APolicy(default=True)
    other = APolicy()

    scene.signed_in(ada).post(page_of(PolicyBinding.objects.get()), {"policy": other.pk})

    assert (PolicyBinding.objects.get().policy, PolicyBinding.objects.get().is_default) == (
        other,
        True,
    )


def test_a_page_s_screen_shows_its_messages(ada: User, team: Team) -> None:
    scene.fill(team)
    browser = scene.signed_in(ada)
    page = scene.Page.objects.get()

    html = text(browser.get(page_of(page)))
    run = text(browser.get(page_of(page.escalation)))

    assert re.search(r"Messages.*email.*pending", html, re.DOTALL)
    assert "on call" in run


def test_a_replaced_rotation_needs_the_right(clock: Clock) -> None:
    schedule = ASchedule(people=[AUser()])

    spec = LayerSpec("Primary", "2026-11-23T08:00", "UTC", ((AUser().pk,),))

    with pytest.raises(NotAllowed):
        write_layer(schedule.layers.get().pk, spec, by=person(AUser()), at=clock.now)
