"""PATCH of an incident: wording and severity through actions, and nothing else by its name."""

from typing import Any

import pytest

from incidents.models import Incident
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import AnIncident

pytestmark = pytest.mark.django_db


def texts(incident: Incident) -> list[str]:
    return list(incident.timeline.order_by("pk").values_list("text", flat=True))


def test_wording_is_changed_and_told_on_the_timeline(caller: Caller) -> None:
    incident = AnIncident(title="Checkout is failing")

    found = caller.patch(
        f"incidents/{incident.pk}/", {"title": " Cards\n fail ", "description": "In Oslo"}
    ).json()

    assert (found["title"], found["description"]) == ("Cards fail", "In Oslo")
    assert texts(incident) == ["Title changed from “Checkout is failing”"]
    assert found["timeline"][0]["actor"]["label"] == "Rita Rask"


def test_what_is_absent_stays(caller: Caller) -> None:
    incident = AnIncident(title="Cards fail", description="In Oslo", rank=3)

    caller.patch(f"incidents/{incident.pk}/", {"description": ""})

    found = Incident.objects.get()
    assert (found.title, found.description, found.rank) == ("Cards fail", "", 3)


def test_severity_changes_with_its_reason(caller: Caller) -> None:
    incident = AnIncident(rank=3)

    found = caller.patch(f"incidents/{incident.pk}/", {"severity": 1, "reason": "All shops"})

    assert found.json()["severity"]["rank"] == 1
    assert texts(incident)[0] == "Severity 3 → 1: All shops"


def test_the_same_again_changes_nothing(caller: Caller) -> None:
    incident = AnIncident(title="Cards fail", rank=2)
    body = {"title": "Cards fail", "severity": 2, "reason": "So"}

    answers = [caller.patch(f"incidents/{incident.pk}/", body) for _ in range(2)]

    assert answers[0].content == answers[1].content
    assert texts(incident) == []


def test_a_change_that_is_refused_in_part_is_not_done_at_all(caller: Caller) -> None:
    incident = AnIncident(resolved=True, title="Cards fail")

    answer = caller.patch(
        f"incidents/{incident.pk}/", {"title": "Other", "severity": 1, "reason": "Worse"}
    )

    problem = assert_problem(answer, 409, "not_possible")
    assert "reopen" in problem["allowed"]
    assert Incident.objects.get().title == "Cards fail"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"state": "closed"}, "/state", "read_only_field"),
        ({"number": 7}, "/number", "read_only_field"),
        ({"acknowledged_by": "rita"}, "/acknowledged_by", "read_only_field"),
        ({"declared_at": None}, "/declared_at", "read_only_field"),
        ({"timeline": []}, "/timeline", "read_only_field"),
        ({"service": "other"}, "/service", "read_only_field"),
        ({"id": 7}, "/id", "unknown_field"),
        ({"created_by": 1}, "/created_by", "unknown_field"),
        ({"is_private": True}, "/is_private", "unknown_field"),
        ({"is_superuser": True}, "/is_superuser", "unknown_field"),
        ({"title": None}, "/title", "required"),
        ({"title": " "}, "/title", "required"),
        ({"title": "x" * 1025}, "/title", "too_long"),
        ({"title": 5}, "/title", "wrong_type"),
        ({"description": None}, "/description", "required"),
        ({"description": "x" * 20_001}, "/description", "too_long"),
        ({"severity": 1}, "/reason", "required"),
        ({"severity": 0, "reason": "x"}, "/severity", "out_of_range"),
        ({"severity": "1", "reason": "x"}, "/severity", "wrong_type"),
    ],
)
def test_what_can_t_be_written_is_refused_with_a_pointer(
    caller: Caller, body: dict[str, Any], pointer: str, code: str
) -> None:
    incident = AnIncident()
    before = Incident.objects.values().get()

    problem = assert_problem(caller.patch(f"incidents/{incident.pk}/", body), 422, code)

    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert Incident.objects.values().get() == before


@pytest.mark.parametrize(("group", "scope"), [("Viewer", "write"), ("Responder", "read")])
def test_whoever_may_only_look_changes_nothing(group: str, scope: str) -> None:
    incident = AnIncident(title="Cards fail")

    answer = a_caller(group, scope).patch(f"incidents/{incident.pk}/", {"title": "Other"})

    assert_problem(answer, 403, "not_allowed")
    assert Incident.objects.get().title == "Cards fail"


def test_a_change_of_nothing_is_fine(caller: Caller) -> None:
    incident = AnIncident()

    assert caller.patch(f"incidents/{incident.pk}/", {}).status_code == 200


def test_an_incident_that_is_not_there_is_404(caller: Caller) -> None:
    assert_problem(caller.patch("incidents/77/", {"title": "x"}), 404, "not_found")
