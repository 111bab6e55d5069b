"""The plan of a new incident: its policy, fallback and steps, in one statement however many there are."""

from typing import Any

import pytest

from oncall.actions.escalate import policies_for, snapshot
from oncall.actions.plans import Plan, plans_for
from oncall.models import PolicyBinding
from tests.factories import AnIncident, APolicy, ASchedule, AService, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]


def test_a_plan_is_the_service_s_own_policy_else_the_default() -> None:
    ana, bob = AUser(username="ana"), AUser(username="bob")
    first, second = ASchedule(people=[ana]), ASchedule(people=[bob])
    default = APolicy(steps=[(300, [second, first]), (60, [bob, ana])], default=True, fallback=ana)
    bound = APolicy(steps=[(120, [first, bob])])
    shop = AService()
    PolicyBinding.objects.create(service=shop, policy=bound)
    one, other = AnIncident(service=shop), AnIncident()

    assert plans_for([other.pk, one.pk]) == [
        Plan(one.pk, bound.pk, None, snapshot(policies_for([one])[shop.pk])),
        Plan(
            other.pk,
            default.pk,
            ana.pk,
            [
                {
                    "wait_s": 300,
                    "schedules": [first.pk, second.pk],
                    "people": [],
                    "seat": "primary",
                },
                {"wait_s": 60, "schedules": [], "people": [ana.pk, bob.pk], "seat": "primary"},
            ],
        ),
    ]


def test_without_any_policy_there_is_still_a_plan() -> None:
    incident = AnIncident()

    assert plans_for([incident.pk]) == [Plan(incident.pk, None, None, [])]


def test_a_policy_without_steps_is_a_plan_without_steps() -> None:
    policy, incident = APolicy(steps=[], default=True), AnIncident()

    assert plans_for([incident.pk]) == [Plan(incident.pk, policy.pk, None, [])]


def test_whoever_is_not_to_be_paged_about_has_no_plan() -> None:
    APolicy(steps=[(300, [AUser()])], default=True)
    silent = AnIncident(unpaged_reason="not paged: severity 4")
    held = AnIncident(acknowledged=True)

    assert plans_for([silent.pk, held.pk]) == []


@pytest.mark.parametrize("rows", [1, 30])
def test_plans_are_one_statement(django_assert_num_queries: Any, rows: int) -> None:
    APolicy(steps=[(300, [AUser()])] * 3, default=True)
    ids = [AnIncident().pk for _ in range(rows)]

    with django_assert_num_queries(1):
        assert len(plans_for(ids)) == rows
