"""Who is on call now, by the one resolver (invariant 7)."""

from datetime import timedelta
from typing import Any

import pytest

from core.models import User
from incidents.models import Service
from oncall import rota
from oncall.actions.duty import Following, on_duty
from oncall.models import Override, Schedule
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import NINE, APolicy, ASchedule, AService, AUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(clock: Clock) -> Caller:
    return a_caller("Viewer", "read")


@pytest.fixture
def people() -> list[User]:
    return [AUser(username=name) for name in ("ana", "bob")]


@pytest.fixture
def schedule(people: list[User]) -> Schedule:
    AService(slug="shop")
    made: Schedule = ASchedule(slug="primary", people=people)
    APolicy(steps=[(300, [made]), (300, [people[1]])], default=True)
    return made


@pytest.mark.parametrize("path", ["oncall/now", "oncall/now/"])
def test_it_names_who_is_on_call_until_when_and_who_is_next(
    caller: Caller, schedule: Schedule, path: str
) -> None:
    found = caller.get(path, service="shop").json()

    assert found == {
        "schedule": "primary",
        "users": [{"username": "ana", "until": "2026-11-30T09:00:00.000000Z"}],
        "next": {"username": "bob", "from": "2026-11-30T09:00:00.000000Z"},
    }


def test_the_answer_moves_at_the_handoff(caller: Caller, schedule: Schedule, clock: Clock) -> None:
    clock.forward(days=7)

    found = caller.get("oncall/now", service="shop").json()

    assert (found["users"][0]["username"], found["next"]["username"]) == ("bob", "ana")


def test_an_override_decides(caller: Caller, schedule: Schedule, people: list[User]) -> None:
    Override.objects.create(
        schedule=schedule, user=people[1], starts_at=NINE - timedelta(hours=1),
        ends_at=NINE + timedelta(hours=2), created_at=NINE,
    )  # fmt: skip

    found = caller.get("oncall/now", service="shop").json()

    assert found["users"] == [{"username": "bob", "until": "2026-11-23T11:00:00.000000Z"}]
    assert found["next"] == {"username": "ana", "from": "2026-11-23T11:00:00.000000Z"}


def test_somebody_who_is_always_on_call_has_no_end_and_no_follower(caller: Caller) -> None:
    AService(slug="shop")
    APolicy(steps=[(300, [ASchedule(slug="solo", people=[AUser(username="ana")])])], default=True)

    found = caller.get("oncall/now", service="shop").json()

    assert found == {
        "schedule": "solo",
        "users": [{"username": "ana", "until": None}],
        "next": None,
    }


def test_who_serves_already_is_not_who_comes_next(
    schedule: Schedule, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = rota.Segment(
        NINE, NINE + timedelta(days=1), tuple(rota.Holder(user.pk, 1) for user in people)
    )
    monkeypatch.setattr(rota, "next_after", lambda *_: later)

    found = on_duty(Service.objects.get(slug="shop"), NINE)

    assert found is not None
    assert found.following == Following("bob", NINE)


def test_a_schedule_that_is_empty_has_nobody(caller: Caller) -> None:
    AService(slug="shop")
    APolicy(steps=[(300, [ASchedule(slug="empty", people=[])])], default=True)

    found = caller.get("oncall/now", service="shop").json()

    assert found == {"schedule": "empty", "users": [], "next": None}


def test_a_service_without_a_schedule_says_so(caller: Caller) -> None:
    AService(slug="shop")

    found = caller.get("oncall/now", service="shop").json()

    assert found == {"schedule": None, "users": [], "next": None}


@pytest.mark.parametrize("slug", ["nowhere", "\0", "a b", "x" * 5000, "../shop"])
def test_an_unknown_service_is_404(caller: Caller, slug: str) -> None:
    assert_problem(caller.get("oncall/now", service=slug), 404, "not_found")


@pytest.mark.parametrize("query", [{}, {"service": ""}])
def test_the_service_must_be_named(caller: Caller, query: dict[str, str]) -> None:
    problem = assert_problem(caller.get("oncall/now", **query), 422, "required")

    assert problem["errors"][0]["parameter"] == "service"


def test_an_unknown_parameter_is_refused(caller: Caller, schedule: Schedule) -> None:
    assert_problem(caller.get("oncall/now?service=shop&at=now"), 422, "unknown_filter")
    assert_problem(caller.get("oncall/now?service=shop&service=shop"), 422, "repeated_parameter")


@pytest.mark.parametrize("people", [[2], [30]])
def test_it_costs_the_same_however_many_take_turns(
    caller: Caller, people: Any, django_assert_num_queries: Any
) -> None:
    AService(slug="shop")
    everyone = AUser.create_batch(people[0])
    APolicy(steps=[(300, [ASchedule(people=everyone)])], default=True)

    # caller, service; bindings, steps, schedules, people; schedules, three for the plan; names
    with django_assert_num_queries(11):
        caller.get("oncall/now", service="shop")
