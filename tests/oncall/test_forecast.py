"""Who would be woken by a declaration: the same people whom the engine then wakes, and no row written."""

from datetime import timedelta

import pytest

from core.actor import person
from core.models import User
from incidents import actions
from incidents.models import Service
from oncall.actions import advance
from oncall.actions.forecast import forecast
from oncall.api.waits import waits_of
from oncall.models import Escalation, Page
from tests.conftest import Clock
from tests.factories import NINE, AnIncident, APolicy, AResponder, ASchedule, AService, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]


def reachable(name: str) -> User:
    user: User = AResponder(user=AUser(first_name=name)).user
    return user


def foretold(service: Service, by: User, rank: int = 1) -> set[str]:
    return {woken.name for woken in forecast(service, rank, by, NINE).paged}


def paged(service: Service, by: User, clock: Clock) -> set[str]:
    """Declare for real, let the engine take its first step, and return whom it paged."""
    made = actions.declare(title="Down", service=service, rank=1, by=person(by), at=clock.now)
    advance(clock.now)
    pages = Page.objects.filter(escalation__incident=made, unsent_reason="").select_related("user")
    return {page.user.display_name for page in pages}


def test_it_foretells_whom_the_engine_pages(clock: Clock) -> None:
    service, ines = AService(), AUser()
    APolicy(
        default=True, steps=[(300, [ASchedule(people=[reachable("Jonas")]), reachable("Mara")])]
    )

    told = foretold(service, ines)

    assert not Page.objects.exists()
    assert not Escalation.objects.exists()
    assert told == {"Jonas", "Mara"} == paged(service, ines, clock)


def test_a_step_that_reaches_nobody_is_passed_over(clock: Clock) -> None:
    service, ines = AService(), AUser()
    silent = AUser(first_name="Silent")
    APolicy(default=True, steps=[(300, [silent]), (300, [reachable("Mara")])])

    assert foretold(service, ines) == {"Mara"} == paged(service, ines, clock)


def test_whoever_declares_counts_as_told(clock: Clock) -> None:
    service, ines = AService(), reachable("Ines")
    APolicy(default=True, steps=[(300, [ines]), (600, [reachable("Mara")])])

    answer = forecast(service, 1, ines, NINE)

    assert answer.paged == ()
    assert [(later.after, later.names) for later in answer.later] == [
        (timedelta(minutes=5), ("Mara",))
    ]
    assert paged(service, ines, clock) == set()


def test_nobody_reachable_falls_back_and_says_so(clock: Clock) -> None:
    service, ines = AService(), AUser()
    ada = AResponder(user=AUser(first_name="Ada", group="Administrator")).user
    APolicy(default=True, steps=[(300, [AUser(first_name="Silent")])])

    answer = forecast(service, 1, ines, NINE)

    assert "the fallback is told" in answer.note
    assert {one.name for one in answer.paged} == {ada.first_name} == paged(service, ines, clock)


def test_without_a_policy_it_says_so() -> None:
    assert "No escalation policy" in forecast(AService(), 1, AUser(), NINE).note


def test_rank_four_wakes_nobody() -> None:
    answer = forecast(AService(), 4, AUser(), NINE)

    assert (answer.now, answer.note) == ((), "This severity pages nobody.")


def test_later_steps_come_after_the_waits_before_them() -> None:
    service = AService()
    APolicy(
        default=True,
        steps=[(300, [reachable("A")]), (600, [reachable("B")]), (60, [AUser()]), (60, [reachable("C")])],
    )  # fmt: skip

    later = forecast(service, 1, AUser(), NINE).later

    assert [(one.after.total_seconds(), one.names) for one in later] == [
        (300, ("B",)),
        (900, ("C",)),
    ]


def test_a_wait_says_when_and_who_snoozed() -> None:
    leila = AUser(first_name="Leila")
    alone, snoozed, over = AnIncident(), AnIncident(), AnIncident(resolved=True)
    Escalation.objects.create(
        incident=alone, generation=1, steps=[], started_at=NINE, next_due_at=NINE
    )
    Escalation.objects.create(
        incident=snoozed,
        generation=1,
        steps=[],
        started_at=NINE,
        next_due_at=NINE,
        snoozed_by=leila,
    )

    found = waits_of([alone.pk, snoozed.pk, over.pk])

    assert {pk: wait.snoozed_by for pk, wait in found.items()} == {
        alone.pk: "",
        snoozed.pk: "Leila",
    }
