"""Pay plans: set by a team's managers, read by Responders, hidden from Viewers (R132, R134)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.models import Team
from oncall.models import PayPlan, PayRate, pay_plans
from tests.core import admin_scene as scene
from tests.factories import ATeam, AUser
from tests.oncall.desk import manager, page, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
ADD = "/admin/oncall/payplan/add/"


def typed(team: Team, *rates: dict[str, str], **fields: str) -> dict[str, str]:
    """Return what a browser sends for a plan with these rates."""
    found = {
        "team": str(team.pk), "starts_on": "2026-11-01", "currency": "EUR", "time_off": "1", "least_minutes": "30",
        "bonus_1": "150", "bonus_2": "75", "rates-TOTAL_FORMS": str(len(rates)), "rates-INITIAL_FORMS": "0", **fields,
    }  # fmt: skip
    usual = {"seat": "primary", "per": "week", "hour_class": "", "gives": "money", "amount": "500"}
    for place, rate in enumerate(rates):
        found |= {f"rates-{place}-{name}": value for name, value in {**usual, **rate}.items()}
    return found


def test_a_manager_sets_what_primary_and_secondary_get() -> None:
    team = ATeam(slug="web")
    _, browser = manager(team)

    answer = browser.post(
        ADD,
        typed(team, {}, {"seat": "secondary", "amount": "200"}, {"gives": "time_off", "amount": "8"}),
    )  # fmt: skip

    assert answer.status_code == 302, words(answer)
    [plan] = pay_plans()[team.pk]
    assert (plan.starts_on, plan.currency, plan.time_off, plan.least_minutes) == (date(2026, 11, 1), "EUR", 1, 30)  # fmt: skip
    assert plan.bonuses == {1: Decimal(150), 2: Decimal(75)}
    assert [(one.seat, one.per, one.hour_class, one.gives, one.amount) for one in plan.rates] == [
        ("primary", "week", None, "money", 500), ("secondary", "week", None, "money", 200),
        ("primary", "week", None, "time_off", 8),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "rates", "said"),
    [
        ({"currency": "eur"}, [], "Write three capital letters, as in EUR."),
        ({"time_off": "-1"}, [], "greater than or equal to 0"),
        ({"bonus_1": "NaN"}, [], "Enter a number."),
        ({"least_minutes": "241"}, [], "less than or equal to 240"),
        ({}, [{"amount": "-5"}], "greater than or equal to 0"),
        ({}, [{"amount": "5"}, {"amount": "6"}], "Please correct the duplicate data"),
        ({"starts_on": "2026-10-01"}, [], "The team has a plan from that day already"),
    ],
)
def test_what_can_be_no_plan_is_refused_at_its_field(
    fields: dict[str, str], rates: list[dict[str, str]], said: str
) -> None:
    team = ATeam(slug="web")
    PayPlan.objects.create(team=team, starts_on=date(2026, 10, 1), currency="EUR")
    _, browser = manager(team)

    answer = browser.post(ADD, typed(team, *rates, **fields))

    assert answer.status_code == 200
    assert said in words(answer)
    assert PayPlan.objects.count() == 1


def test_nobody_gives_a_plan_to_a_team_that_is_not_theirs() -> None:
    team, other = ATeam(slug="web"), ATeam(slug="other")
    _, browser = manager(team)

    answer = browser.post(ADD, typed(other))

    assert answer.status_code == 200
    assert not PayPlan.objects.exists()


def test_the_list_says_until_when_each_holds() -> None:
    team = ATeam(slug="web")
    first = PayPlan.objects.create(team=team, starts_on=date(2026, 1, 1), currency="EUR")
    PayRate.objects.create(plan=first, amount=80)
    PayPlan.objects.create(team=team, starts_on=date(2026, 11, 1), currency="EUR")
    PayPlan.objects.create(team=ATeam(slug="other"), starts_on=date(2026, 3, 1), currency="NOK")

    said = words(scene.signed_in(AUser()).get("/admin/oncall/payplan/"))

    assert "1 Jan 2026 31 Oct 2026 Primary, per day: 80 EUR" in said
    assert said.count("further notice") == 2
    assert "none: time on call is unpaid" in said


@pytest.mark.parametrize(("group", "status"), [("Viewer", 403), ("Responder", 200)])
def test_a_viewer_sees_no_rate(group: str, status: int) -> None:
    plan = PayPlan.objects.create(team=ATeam(), starts_on=date(2026, 1, 1), currency="EUR")
    browser = scene.signed_in(AUser(group=group))

    answers: list[Any] = [browser.get("/admin/oncall/payplan/"), browser.get(page(plan))]

    assert [answer.status_code for answer in answers] == [status, status]
