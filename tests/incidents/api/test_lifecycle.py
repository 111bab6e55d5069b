"""Two tables through the API: every state by every verb, every right by every scope by every verb."""

from typing import Any

import pytest

from incidents.actions.perform import OTHERS
from incidents.models import Incident, RoleOffer, TimelineEntry
from incidents.playbook.lifecycle import ENDED, VERBS, WORKED, State
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import NINE, AnIncident, AService, AUser

pytestmark = pytest.mark.django_db

LIVE = ("detected", "acknowledged", "investigating", "identified", "mitigating", "monitoring")
# design.md 5, "Transitions", written down again so that neither can change alone.
TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "acknowledge": (("detected",), "acknowledged"),
    "investigate": (("detected", "acknowledged", "identified", "mitigating", "monitoring"), "investigating"),
    "identify": (("detected", "acknowledged", "investigating"), "identified"),
    "mitigate": (("detected", "acknowledged", "investigating", "identified", "monitoring"), "mitigating"),
    "monitor": (("acknowledged", "investigating", "identified", "mitigating"), "monitoring"),
    "resolve": (LIVE, "resolved"),
    "start-review": (("resolved",), "in_review"),
    "close": (("resolved", "in_review"), "closed"),
    "reopen": (("resolved", "in_review", "closed"), "investigating"),
    "mark-false-alarm": (LIVE, "false_alarm"),
    "merge": (LIVE, "merged"),
    "cancel": (LIVE, "cancelled"),
}  # fmt: skip
OTHER_VERBS = tuple(name.replace("_", "-") for name in OTHERS)
BODIES: dict[str, dict[str, Any]] = {
    "reopen": {"reason": "It fails again in Oslo"},
    "change-severity": {"severity": 1, "reason": "It spreads"},
    "note": {"note": "Looking"},
}


def an_incident_in(state: State) -> Incident:
    merged = {"merged_into": AnIncident()} if state == State.MERGED else {}
    incident: Incident = AnIncident(
        state=state,
        declared=True,
        acknowledged_at=NINE if state in WORKED else None,
        ended_at=NINE if state in ENDED else None,
        **merged,
    )
    return incident


def body_for(verb: str, caller: Caller, incident: Incident) -> dict[str, Any]:
    """Return what the verb needs; a role to be answered for is offered to the caller first."""
    if verb == "merge":
        return {"into": AnIncident().pk}
    if verb == "assign-role":
        return {"role": "commander", "user": caller.user.username}
    if verb == "offer-role":
        return {"role": "commander", "user": AUser().username}
    if verb in ("accept-role", "decline-role"):
        RoleOffer.objects.create(
            incident=incident, role="scribe", user=caller.user, offered_by=AUser(), offered_at=NINE
        )
        return {"role": "scribe"}
    return BODIES.get(verb, {})


def test_no_verb_is_forgotten() -> None:
    assert {verb.replace("-", "_") for verb in TABLE} == set(VERBS)


@pytest.mark.parametrize("state", State)
def test_every_state_by_every_verb(caller: Caller, state: State) -> None:
    possible = [name.replace("-", "_") for name, (sources, _) in TABLE.items() if state in sources]

    for verb, (_, target) in TABLE.items():
        incident = an_incident_in(state)
        body = body_for(verb, caller, incident)
        answer = caller.post(f"incidents/{incident.pk}/{verb}/", body)
        now = Incident.objects.get(pk=incident.pk)

        if verb.replace("-", "_") in possible:
            assert answer.status_code == 200, (verb, answer.content)
            assert answer.json()["state"] == now.state == target
        else:
            problem = assert_problem(answer, 409, "illegal_transition")
            assert problem["allowed"] == possible
            assert now.state == state
            assert not incident.transitions.exists()


@pytest.mark.parametrize("verb", [*TABLE, *OTHER_VERBS])
def test_the_same_verb_again_by_the_same_person_is_200_and_writes_nothing(
    caller: Caller, verb: str
) -> None:
    sources = TABLE.get(verb, (("acknowledged",), ""))[0]
    incident = an_incident_in(State(sources[0]))
    body = body_for(verb, caller, incident)
    path = f"incidents/{incident.pk}/{verb}/"
    first = caller.post(path, body)
    lines = TimelineEntry.objects.count()

    again = caller.post(path, body)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert TimelineEntry.objects.count() == lines


@pytest.mark.parametrize("scope", ["read", "write", "admin"])
@pytest.mark.parametrize("group", ["Viewer", "Responder", "Administrator"])
def test_every_right_by_every_scope_by_every_verb(group: str, scope: str) -> None:
    caller = a_caller(group, scope)
    may_write = group != "Viewer" and scope != "read"

    for verb in [*TABLE, *OTHER_VERBS]:
        sources = TABLE.get(verb, (("acknowledged",), ""))[0]
        incident = an_incident_in(State(sources[0]))
        before = Incident.objects.filter(pk=incident.pk).values().get()

        body = body_for(verb, caller, incident)
        answer = caller.post(f"incidents/{incident.pk}/{verb}/", body)

        if may_write:
            assert answer.status_code == 200, (verb, answer.content)
        else:
            assert_problem(answer, 403, "not_allowed")
            assert Incident.objects.filter(pk=incident.pk).values().get() == before
            assert not incident.timeline.exists()


@pytest.mark.parametrize("scope", ["read", "write", "admin"])
@pytest.mark.parametrize("group", ["Viewer", "Responder", "Administrator"])
def test_who_may_declare(group: str, scope: str) -> None:
    body = {"title": "Down", "service": AService().slug, "severity": 4}

    answer = a_caller(group, scope).post("incidents/", body)

    if group != "Viewer" and scope != "read":
        assert answer.status_code == 201
    else:
        assert_problem(answer, 403, "not_allowed")
        assert not Incident.objects.exists()
