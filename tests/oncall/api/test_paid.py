"""`/api/v1/reports/oncall/paid/`: a manager marks a period as paid, and the report says what moved since (R132)."""

from decimal import Decimal
from typing import Any

import pytest

from core.models import Team, User
from oncall.models import PaidPeriod, PayRate
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_token, assert_problem, shelve_playbooks
from tests.factories import ATeam, AUser
from tests.oncall.pay_scene import OCTOBER, a_ledger, a_plan, served

pytestmark = pytest.mark.django_db
PAID = "reports/oncall/paid/"


@pytest.fixture
def team(clock: Clock) -> Team:
    """The Web team pays 80 EUR a day; Ana served a week in October; Mona manages it."""
    shelve_playbooks()
    made: Team = ATeam(slug="web")
    a_plan(made, {})
    served(a_ledger(made), AUser(username="ana"), "10-05 00:00", "10-12 00:00")
    AUser(username="mona", group="Responder", manages=made)
    return made


def by(name: str, scope: str = "write") -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user, scope))


def last_paid(caller: Caller) -> Any:
    return caller.get("reports/oncall/", **OCTOBER, team="web").json()["last_paid"]


def test_a_period_is_marked_and_what_moves_is_told(team: Team, clock: Clock) -> None:
    assert last_paid(by("mona")) is None

    marked = by("mona").post(PAID, {"team": "web", **OCTOBER})
    untouched = last_paid(by("mona"))
    PayRate.objects.update(amount=Decimal("92.5"))

    assert marked.status_code == 200
    assert marked.json() == {
        "team": "web", **OCTOBER, "at": f"{clock.now:%Y-%m-%dT%H:%M:%S.%fZ}", "by": "mona",
    }  # fmt: skip
    assert (untouched["moved"], untouched["more"]) == ([], {})
    assert last_paid(by("mona"))["moved"] == [
        {
            "user": "ana", "currency": "EUR", "what": "primary, per day, plan from 2026-01-01", "paid": "560.00",
            "now": "647.50", "more": "87.50", "minutes_off_paid": 0, "minutes_off_now": 0,
        }
    ]  # fmt: skip
    assert last_paid(by("ana"))["more"] == {"EUR": "87.50"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"team": "nobody"}, "/team"),
        ({"team": ""}, "/team"),
        ({"from": "2026-11-01"}, "/to"),
        ({"from": "2020-01-01"}, "/to"),
        ({"from": "1999-12-31", "to": "1999-12-31"}, "/to"),
        ({"to": "soon"}, "/to"),
        ({"to": None}, "/to"),
        ({"user": "ana"}, "/user"),
    ],
)
def test_what_is_no_period_of_a_team_is_refused_with_its_field(
    team: Team, change: dict[str, Any], pointer: str
) -> None:
    problem = assert_problem(by("mona").post(PAID, {"team": "web", **OCTOBER, **change}), 422)

    assert [one["pointer"] for one in problem["errors"]] == [pointer]


def test_who_may_not_or_too_early_is_refused(team: Team) -> None:
    wish = {"team": "web", **OCTOBER}

    assert_problem(by("ana").post(PAID, wish), 403, "not_allowed")
    assert_problem(by("mona", "read").post(PAID, wish), 403, "not_allowed")
    assert_problem(by("mona").post(PAID, {**wish, "to": "2026-11-30"}), 409, "not_possible")
    assert not PaidPeriod.objects.exists()
