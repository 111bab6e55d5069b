"""Declaring: what a person may say of a new incident, and that nothing else can be written."""

from typing import Any

import pytest
from django.db.models import Model

from core.models import User
from incidents.models import Incident, TimelineEntry
from oncall.models import Escalation
from tests.core.api.callers import Caller, assert_problem
from tests.factories import AnIncident, APolicy, ASchedule, AService, AUser

pytestmark = pytest.mark.django_db


def test_a_person_declares_and_is_told_where_it_is(caller: Caller) -> None:
    AService(slug="shop")

    answer = caller.post(
        "incidents/",
        {"title": "  Checkout\n is down ", "service": "shop", "severity": 2, "description": "503"},
    )

    found = answer.json()
    assert answer.status_code == 201
    assert answer["Location"].endswith(f"/api/v1/incidents/{found['number']}/")
    assert (found["title"], found["description"]) == ("Checkout is down", "503")
    assert (found["state"], found["severity"]["rank"], found["service"]) == ("detected", 2, "shop")
    assert found["declared_at"] == "2026-11-23T09:00:00.000000Z"
    assert found["timeline"][0]["actor"] == {"kind": "person", "label": "Rita Rask"}
    assert found["public"] is None  # nobody was told yet
    assert caller.get(f"incidents/{found['number']}/").json() == {**found, "public": []}


def test_declaring_costs_six_statements_besides_the_caller_s_rights(
    caller: Caller, django_assert_num_queries: Any
) -> None:
    shop = AService(slug="shop")
    APolicy(steps=[(300, [ASchedule(people=[AUser()])]), (300, [AUser()])], default=True)
    body = {"title": "Down", "service": shop.slug, "severity": 1}
    caller.post("incidents/", body)  # statements that are compiled once per process

    # the caller; service and playbook, incident, line, milestones, plan, escalation; in one savepoint (B11)
    with django_assert_num_queries(1 + 6 + 2):
        number = caller.post("incidents/", body).json()["number"]

    assert Escalation.objects.get(incident=number).steps


def test_whoever_declares_may_say_that_they_have_it(caller: Caller) -> None:
    body = {"title": "Down", "service": AService().slug, "severity": 1, "page_nobody": True}

    found = caller.post("incidents/", body).json()

    assert (found["state"], found["acknowledged_by"]) == ("acknowledged", "rita")
    assert found["unpaged_reason"] == "Rita Rask has it"


GOOD = {"title": "Down", "service": "shop", "severity": 1}


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"title": None}, "/title", "required"),
        ({"title": " \t"}, "/title", "required"),
        ({"title": "x" * 1025}, "/title", "required"),
        ({"title": ["x"]}, "/title", "wrong_type"),
        ({"service": "nowhere"}, "/service", "unknown_service"),
        ({"service": 5}, "/service", "wrong_type"),
        ({"severity": 5}, "/severity", "out_of_range"),
        ({"severity": "1"}, "/severity", "wrong_type"),
        ({"severity": None}, "/severity", "required"),
        ({"description": "x" * 20_001}, "/description", "too_long"),
        ({"page_nobody": "yes"}, "/page_nobody", "wrong_type"),
    ],
)
def test_a_wrong_declaration_is_refused_with_a_pointer(
    caller: Caller, change: dict[str, Any], pointer: str, code: str
) -> None:
    AService(slug="shop")

    problem = assert_problem(caller.post("incidents/", {**GOOD, **change}), 422, code)

    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert not Incident.objects.exists()


def columns(*models: type[Model]) -> list[str]:
    return sorted({field.attname for model in models for field in model._meta.concrete_fields})


def test_no_column_can_be_written_by_its_name(caller: Caller) -> None:
    incident = AnIncident(service=AService(slug="shop"))
    before = Incident.objects.values().get()
    path = f"incidents/{incident.pk}/acknowledge/"

    for name in columns(Incident, User, TimelineEntry):
        assert_problem(caller.post(path, {name: 1}), 422, "unknown_field")
        if name not in ("title", "description"):
            problem = assert_problem(caller.post("incidents/", {**GOOD, name: 1}), 422)
            errors = [(error["pointer"], error["code"]) for error in problem["errors"]]
            assert errors == [(f"/{name}", "unknown_field")]

    assert Incident.objects.values().get() == before
