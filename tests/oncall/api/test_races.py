"""Two people at the same moment at one schedule: one wins, the other is told, nothing is half done (case 25)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from core.models import User
from oncall.models import Override, RotationVersion, Schedule, Swap
from tests.core.api.callers import Caller, a_token
from tests.factories import ASchedule, ATeam, AUser
from tests.oncall.api.documents import document, layer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]
SPAN = {"start": "2026-11-30T09:00:00Z", "end": "2026-12-01T09:00:00Z"}
BACK = {"return_start": "2026-11-24T09:00:00Z", "return_end": "2026-11-25T09:00:00Z"}


@pytest.fixture
def schedule() -> Schedule:
    """Ana has this week, Bob the next one, Cyd the one after; Mona and Moss manage."""
    team = ATeam(slug="web")
    people = [AUser(username=name) for name in ("cyd", "ana", "bob")]  # it is the 47th turn
    for name in ("mona", "moss"):
        AUser(username=name, manages=team)
    made: Schedule = ASchedule(slug="payments", team=team, people=people)
    return made


def by(name: str) -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user))


def at_once(*deeds: Callable[[], Any]) -> list[int]:
    """Do these at the same moment, each on a connection of its own; return the status of each."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> int:
        start.wait(10)
        try:
            return int(deed().status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_case_25_of_two_who_accept_at_once_exactly_one_takes_it(schedule: Schedule) -> None:
    takers = [by("ana"), by("cyd")]
    for _ in range(5):
        swap = by("bob").post("schedules/payments/swaps/", SPAN).json()["id"]
        accept = f"schedules/payments/swaps/{swap}/accept/"

        found = at_once(*[partial(one.post, accept, {}) for one in takers])

        assert sorted(found) == [200, 409]
        [row] = Override.objects.filter(cancelled_at=None)
        assert row.user == Swap.objects.get(pk=swap).taker
        assert by("mona").post(accept.replace("accept", "revert"), {}).status_code == 200


def test_case_25_a_swap_of_two_legs_is_never_half_in_force(schedule: Schedule) -> None:
    wish = {**SPAN, **BACK, "taker": "ana"}
    swap = by("bob").post("schedules/payments/swaps/", wish).json()["id"]
    ana, mona = by("ana"), by("mona")

    one = f"schedules/payments/swaps/{swap}/"

    found = at_once(
        partial(ana.post, f"{one}accept/", {}),
        partial(ana.post, f"{one}accept/", {}),
        partial(mona.post, f"{one}withdraw/", {}),
    )

    state = Swap.objects.get().state
    assert found.count(200) == 1
    assert set(found) == {200, 409}
    assert Override.objects.count() == {"applied": 2, "withdrawn": 0}[state]


def test_two_managers_who_write_at_once_leave_one_version_in_force(schedule: Schedule) -> None:
    wishes = [document(layer(participants=[[who]])) for who in ("ana", "bob")]
    managers = [by("mona"), by("moss")]

    found = at_once(*[
        partial(one.put, "schedules/payments/", wish)
        for one, wish in zip(managers, wishes, strict=True)
    ])  # fmt: skip

    assert found == [200, 200]
    standing = RotationVersion.objects.valid().filter(effective_to=None)
    [version] = standing.filter(layer__name="First")
    assert version.slots.count() == 1


def test_people_who_close_a_circle_at_once_are_not_both_let_in(schedule: Schedule) -> None:
    circle = [{"user": "bob", "subject": "ana"}, {"user": "ana", "subject": "bob"}]
    managers = [by("mona"), by("moss")]

    found = at_once(*[
        partial(one.post, "schedules/payments/overrides/", {**SPAN, "kind": "substitute", **half})
        for one, half in zip(managers, circle, strict=True)
    ])  # fmt: skip

    assert sorted(found) == [201, 409]
    assert Override.objects.count() == 1
