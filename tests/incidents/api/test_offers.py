"""A role held out to somebody through the API: offered, accepted, declined, taken back."""

from typing import Any

import pytest

from incidents.models import Incident, RoleAssignment, RoleOffer
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import AnIncident, AUser

pytestmark = pytest.mark.django_db


def act(caller: Caller, incident: Incident, verb: str, **body: Any) -> dict[str, Any]:
    answer = caller.post(f"incidents/{incident.pk}/{verb}/", body)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_an_offered_role_changes_hands_when_it_is_accepted(caller: Caller) -> None:
    incident, bob = AnIncident(declared=True), a_caller(username="bob")

    offered = act(caller, incident, "offer-role", role="scribe", user="bob", note="I have to drive")
    taken = act(bob, incident, "accept-role", role="scribe")

    [offer] = offered["offers"]
    assert {name: offer[name] for name in ("role", "user", "offered_by", "note")} == {
        "role": "scribe",
        "user": "bob",
        "offered_by": "rita",
        "note": "I have to drive",
    }
    assert offered["roles"] == {}
    assert (taken["roles"], taken["offers"]) == ({"scribe": "bob"}, [])


def test_a_declined_role_stays_where_it_was(caller: Caller) -> None:
    incident, bob = AnIncident(declared=True), a_caller(username="bob")
    act(caller, incident, "assign-role", role="scribe", user="rita")
    act(caller, incident, "offer-role", role="scribe", user="bob")

    found = act(bob, incident, "decline-role", role="scribe", note="I am on the train")

    assert (found["roles"], found["offers"]) == ({"scribe": "rita"}, [])
    assert "I am on the train" in [line["text"] for line in found["timeline"]]
    assert RoleOffer.objects.get().state == "declined"


def test_whoever_offered_takes_it_back(caller: Caller) -> None:
    incident = AnIncident(declared=True)
    act(caller, incident, "offer-role", role="scribe", user=AUser().username)

    act(caller, incident, "decline-role", role="scribe")

    assert RoleOffer.objects.get().state == "withdrawn"


def test_an_offer_is_its_addressee_s_to_accept(caller: Caller) -> None:
    incident = AnIncident(declared=True)
    act(caller, incident, "offer-role", role="scribe", user=AUser().username)

    answer = a_caller().post(f"incidents/{incident.pk}/accept-role/", {"role": "scribe"})

    assert_problem(answer, 403, "not_allowed")
    assert not RoleAssignment.objects.exists()


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("offer-role", {"role": "scribe"}, 422, "required"),
        ("offer-role", {"role": "scribe", "user": "nobody"}, 422, "unknown_user"),
        ("offer-role", {"role": "scribe", "user": "rita"}, 422, "invalid"),  # to oneself
        ("offer-role", {"role": "cook", "user": "bob"}, 422, "invalid"),
        ("offer-role", {"role": "scribe", "user": "vera"}, 422, "invalid"),  # may only look
        ("accept-role", {"role": "scribe", "user": "bob"}, 422, "unknown_field"),
        ("accept-role", {}, 422, "required"),
        ("accept-role", {"role": "scribe"}, 409, "not_possible"),
        ("decline-role", {"role": "scribe"}, 409, "not_possible"),
    ],
)
def test_a_wrong_offer_or_answer_is_refused(
    caller: Caller, verb: str, body: dict[str, Any], status: int, code: str
) -> None:
    incident = AnIncident(declared=True)
    AUser(username="bob")
    AUser(username="vera", group="Viewer")

    problem = assert_problem(caller.post(f"incidents/{incident.pk}/{verb}/", body), status)

    assert code in {problem["code"], *(one["code"] for one in problem.get("errors", []))}
    assert not RoleOffer.objects.exists()


def test_an_offer_that_was_taken_back_cannot_be_accepted(caller: Caller) -> None:
    incident, bob = AnIncident(declared=True), a_caller(username="bob")
    act(caller, incident, "offer-role", role="scribe", user="bob")
    act(caller, incident, "decline-role", role="scribe")

    answer = bob.post(f"incidents/{incident.pk}/accept-role/", {"role": "scribe"})

    assert_problem(answer, 409, "not_possible")


def test_what_was_accepted_cannot_be_declined(caller: Caller) -> None:
    incident, bob = AnIncident(declared=True), a_caller(username="bob")
    act(caller, incident, "offer-role", role="scribe", user="bob")
    act(bob, incident, "accept-role", role="scribe")

    answer = bob.post(f"incidents/{incident.pk}/decline-role/", {"role": "scribe"})

    assert_problem(answer, 409, "not_possible")
    assert RoleAssignment.objects.filter(to_at=None, user=bob.user).exists()


def test_in_triage_there_are_no_roles_to_offer(caller: Caller) -> None:
    incident, bob = AnIncident(), AUser()

    answer = caller.post(
        f"incidents/{incident.pk}/offer-role/", {"role": "scribe", "user": bob.username}
    )

    assert "declare" in str(assert_problem(answer, 409, "not_possible")["detail"])
