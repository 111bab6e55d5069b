"""The verbs of an incident: one action each, strict bodies, done twice changes nothing."""

from typing import Any

import pytest
from django.db import OperationalError

from incidents.actions import perform
from incidents.models import Incident, RoleAssignment, TransitionLog
from incidents.playbook.lifecycle import State
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem
from tests.factories import AnIncident, AService, AUser

pytestmark = pytest.mark.django_db


def act(caller: Caller, incident: Incident, verb: str, **body: Any) -> Any:
    answer = caller.post(f"incidents/{incident.pk}/{verb}/", body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def notes(incident: Incident) -> list[str]:
    return list(incident.timeline.filter(kind="note").values_list("text", flat=True))


def test_the_same_verb_by_the_same_person_changes_nothing(caller: Caller, clock: Clock) -> None:
    incident = AnIncident()
    first = act(caller, incident, "acknowledge", note="Looking")

    clock.forward(minutes=1)
    again = act(caller, incident, "acknowledge", note="Looking")

    assert again == first
    assert TransitionLog.objects.count() == 1


def test_somebody_else_cannot_acknowledge_what_is_held(caller: Caller) -> None:
    incident = AnIncident()
    act(caller, incident, "acknowledge")

    problem = assert_problem(
        a_caller().post(f"incidents/{incident.pk}/acknowledge/"), 409, "illegal_transition"
    )

    assert "Rita Rask" in problem["detail"]
    assert "acknowledge" not in problem["allowed"]


def test_a_verb_past_acknowledge_declares_in_the_same_step(caller: Caller) -> None:
    incident = AnIncident()

    found = act(caller, incident, "mitigate")

    assert (found["state"], found["declared_at"] is None) == ("mitigating", False)
    assert {"declared", "mitigation_started"} <= set(found["milestones"])


@pytest.mark.parametrize("verb", ["acknowledge", "declare", "note", "take-over", "resolve"])
def test_a_note_given_with_a_verb_is_kept_as_a_note(caller: Caller, verb: str) -> None:
    incident = AnIncident(acknowledged=verb == "take-over")

    found = act(caller, incident, verb, note="  Tried a restart ")

    assert "Tried a restart" in [
        line["text"] for line in found["timeline"] if line["kind"] == "note"
    ]


@pytest.mark.parametrize("verb", ["declare", "take-over", "note"])
def test_a_reason_is_never_dropped(caller: Caller, verb: str) -> None:
    incident = AnIncident(acknowledged=True)

    act(caller, incident, verb, reason="Ana's phone is dead", note="Calling her")

    assert sorted(notes(incident)) == ["Ana's phone is dead", "Calling her"]


def test_a_note_is_kept_once_when_it_is_sent_again_and_twice_when_it_is_said_again(
    caller: Caller, clock: Clock
) -> None:
    incident = AnIncident()
    for minutes in (0, 1, 15):
        clock.forward(minutes=minutes)
        act(caller, incident, "note", note="Still down")

    act(a_caller(), incident, "note", note="Still down")

    assert len(notes(incident)) == 3


def test_a_repeat_asks_for_the_right_again(caller: Caller) -> None:
    incident = AnIncident()
    act(caller, incident, "note", note="Still down")
    act(caller, incident, "acknowledge")
    reader = Caller(caller.user, a_token(caller.user, "read"))

    for verb in ("note", "acknowledge"):
        answer = reader.post(f"incidents/{incident.pk}/{verb}/", {"note": "Still down"})

        assert_problem(answer, 403, "not_allowed")


def test_a_verb_that_is_refused_keeps_no_note(caller: Caller) -> None:
    incident = AnIncident(declared=True, resolved=True)

    answer = caller.post(f"incidents/{incident.pk}/acknowledge/", {"note": "Mine"})

    assert_problem(answer, 409, "illegal_transition")
    assert notes(incident) == []


def test_a_verb_whose_note_cannot_be_kept_is_not_done(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = AnIncident()

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(perform, "note", away)
    answer = caller.post(f"incidents/{incident.pk}/acknowledge/", {"note": "Mine"})

    assert_problem(answer, 503, "temporarily_unavailable")
    assert Incident.objects.get(pk=incident.pk).state == State.DETECTED


def test_a_guard_that_blocks_is_told_with_its_value(caller: Caller) -> None:
    service = AService(playbook_slug="imag")
    body = {"title": "Down", "service": service.slug, "severity": 1, "page_nobody": True}
    number = caller.post("incidents/", body).json()["number"]

    answer = caller.post(f"incidents/{number}/resolve/", {"note": "Done"})

    problem = assert_problem(answer, 409, "guard_unmet")
    assert {"name", "mode", "value", "required"} <= set(problem["guards"][0])
    assert "block" in [guard["mode"] for guard in problem["guards"]]
    assert Incident.objects.get(pk=number).state == State.ACKNOWLEDGED
    assert notes(Incident.objects.get(pk=number)) == []


def test_merging_moves_it_into_the_other(caller: Caller) -> None:
    one, other = AnIncident(), AnIncident()

    found = act(caller, one, "merge", into=other.pk)

    one = Incident.objects.get(pk=one.pk)
    assert (found["state"], one.merged_into_id) == ("merged", other.pk)


@pytest.mark.parametrize(
    ("into", "code"),
    [(None, "required"), ("self", "merge_self"), (10**6, "unknown_incident"), ("1", "wrong_type"),
     (0, "out_of_range"), (2**63, "out_of_range"), (True, "wrong_type")],
)  # fmt: skip
def test_a_merge_needs_another_incident(caller: Caller, into: Any, code: str) -> None:
    incident = AnIncident()
    target = incident.pk if into == "self" else into

    answer = caller.post(f"incidents/{incident.pk}/merge/", {"into": target})

    problem = assert_problem(answer, 422, code)
    assert problem["errors"][0]["pointer"] == "/into"


def test_a_merge_in_a_circle_is_refused(caller: Caller) -> None:
    one, other = AnIncident(), AnIncident()
    act(caller, one, "merge", into=other.pk)

    answer = caller.post(f"incidents/{other.pk}/merge/", {"into": one.pk})

    assert_problem(answer, 409, "merge_cycle")


def test_severity_changes_with_a_reason(caller: Caller) -> None:
    incident = AnIncident(rank=3)

    found = act(caller, incident, "change-severity", severity=1, reason="All shops")

    assert found["severity"]["rank"] == 1
    assert "Severity 3 → 1: All shops" in [line["text"] for line in found["timeline"]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/severity"), ({"severity": 5}, "/severity"), ({"severity": 1}, "/reason"),
     ({"severity": 1, "reason": " "}, "/reason")],
)  # fmt: skip
def test_severity_needs_a_rank_and_a_reason(caller: Caller, body: Any, pointer: str) -> None:
    incident = AnIncident(rank=3)

    problem = assert_problem(caller.post(f"incidents/{incident.pk}/change-severity/", body), 422)

    assert problem["errors"][0]["pointer"] == pointer


def test_roles_are_given_and_taken(caller: Caller) -> None:
    incident = AnIncident(declared=True)
    AUser(username="bob")

    given = act(caller, incident, "assign-role", role="commander", user="bob")
    taken = act(caller, incident, "take-command")

    assert (given["roles"], taken["roles"]) == ({"commander": "bob"}, {"commander": "rita"})
    assert RoleAssignment.objects.filter(to_at=None).count() == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/role"),
        ({"role": "commander"}, "/user"),
        ({"role": "commander", "user": "nobody"}, "/user"),
        ({"role": "commander", "user": "gone"}, "/user"),
        ({"role": "commander", "user": 5}, "/user"),
        ({"role": "king", "user": "rita"}, "/role"),
    ],
)
def test_a_role_needs_a_known_role_and_somebody_active(
    caller: Caller, body: dict[str, Any], pointer: str
) -> None:
    incident = AnIncident(declared=True)
    AUser(username="gone", is_active=False)

    problem = assert_problem(caller.post(f"incidents/{incident.pk}/assign-role/", body), 422)

    assert problem["errors"][0]["pointer"] == pointer


def test_taking_over_changes_the_holder(caller: Caller) -> None:
    incident = AnIncident(acknowledged=True, acknowledged_by=AUser())

    assert act(caller, incident, "take-over")["acknowledged_by"] == "rita"


@pytest.mark.parametrize("verb", ["take-over", "take-command", "declare"])
def test_what_is_not_possible_now_says_what_is(caller: Caller, verb: str) -> None:
    incident = AnIncident(resolved=verb == "declare")

    problem = assert_problem(caller.post(f"incidents/{incident.pk}/{verb}/"), 409, "not_possible")

    assert problem["allowed"] == caller.get(f"incidents/{incident.pk}/").json()["allowed"]


@pytest.mark.parametrize(
    "verb", ["explode", "mark_false_alarm", "Acknowledge", "acknowledge%00", "delete", "state"]
)
def test_an_unknown_verb_is_404(caller: Caller, verb: str) -> None:
    assert_problem(caller.post(f"incidents/{AnIncident().pk}/{verb}/"), 404, "not_found")


def test_a_note_needs_words(caller: Caller) -> None:
    incident = AnIncident()

    for body in ({}, {"note": " "}, {"note": None}, {"note": 5}, {"note": "x" * 20_001}):
        problem = assert_problem(caller.post(f"incidents/{incident.pk}/note/", body), 422)
        assert problem["errors"][0]["pointer"] == "/note"


def test_reopening_needs_a_reason(caller: Caller) -> None:
    incident = AnIncident(declared=True, resolved=True)

    short = caller.post(f"incidents/{incident.pk}/reopen/", {"reason": "again"})
    found = act(caller, incident, "reopen", reason="It fails again in Oslo")

    assert assert_problem(short, 422)["errors"][0]["pointer"] == "/reason"
    assert found["state"] == "investigating"


def test_a_post_without_a_body_is_an_empty_object(caller: Caller) -> None:
    incident = AnIncident()

    answer = caller.send("POST", f"incidents/{incident.pk}/acknowledge/", media_type="")

    assert answer.status_code == 200


def test_an_administrator_overrides_a_guard_only_with_a_token_for_it() -> None:
    user = AUser(group="Administrator")
    caller, bold = Caller(user, a_token(user, "write")), Caller(user, a_token(user, "admin"))
    service = AService(playbook_slug="imag")
    body = {"title": "Down", "service": service.slug, "severity": 1, "page_nobody": True}
    number = caller.post("incidents/", body).json()["number"]
    order = {"reason": "The whole team has checked it"}

    refused = caller.post(f"incidents/{number}/resolve/", order)
    done = bold.post(f"incidents/{number}/resolve/", order)

    assert_problem(refused, 409, "guard_unmet")
    assert done.json()["state"] == "resolved"
