"""REST: an update is proposed by one person and approved, declined or withdrawn; nothing is public before."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.actions import make_token
from core.actor import person
from incidents.models import Incident
from notify.models import Delivery
from statuspage.models import Component, Page, Proposal, PublicUpdate
from tests.factories import NINE, AService, AUser
from tests.statuspage.scenes import a_component, a_page, an_incident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LIST = "/api/v1/public-proposals/"
Call = Callable[..., Any]


@pytest.fixture
def payments() -> Component:
    """Give a component of a page that asks for a second person."""
    return a_component(a_page(needs_second=True), service=AService())


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared incident of the service behind it."""
    return an_incident(payments.bindings.get().service)


def calling(username: str, group: str = "Responder", scope: str = "write") -> Call:
    user = AUser(username=username, group=group)
    token = make_token(user, scope=scope, by=person(user), at=NINE)

    def call(method: str, path: str, body: object = None, **headers: str) -> Any:
        sent = {"authorization": f"Bearer {token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = json.dumps(body) if body is not None else ""
        return Client(headers=sent).generic(method, path, data, content_type="application/json")

    return call


@pytest.fixture
def ana() -> Call:
    """Give who writes."""
    return calling("ana")


@pytest.fixture
def bea() -> Call:
    """Give another responder."""
    return calling("bea")


def words(incident: Incident, **fields: object) -> dict[str, object]:
    told = {"incident": incident.pk, "name": "Cards", "status": "investigating"}
    return {**told, "body": "Some cards fail.", **fields}


def test_one_proposes_and_another_publishes_those_words(
    incident: Incident, payments: Component, ana: Call, bea: Call
) -> None:
    body = words(incident, components={payments.public_id: "partial_outage"})
    made = ana("POST", LIST, body)

    told = made.json()
    assert made.status_code == 201
    assert made["Location"].endswith(f"{LIST}{told['id']}/")
    assert (told["status"], told["act"], told["asked_by"]) == ("asked", "update", "ana")
    assert told["components"] == {payments.public_id: "partial_outage"}
    assert not PublicUpdate.objects.exists()

    answer = bea("POST", f"{LIST}{told['id']}/approve/")

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["answered_by"]) == ("approved", "bea")
    assert PublicUpdate.objects.get().body == "Some cards fail."
    assert bea("POST", f"{LIST}{told['id']}/approve/").status_code == 200
    assert PublicUpdate.objects.count() == 1


def test_who_may_approve_is_told_by_this_door_too(incident: Incident, ana: Call, bea: Call) -> None:
    ana("POST", LIST, words(incident))

    assert Delivery.objects.get(kind="approval_asked").recipient.username == "bea"


def test_publishing_where_a_second_person_is_asked_is_409_and_says_so(
    incident: Incident, ana: Call
) -> None:
    answer = ana("POST", "/api/v1/public-incidents/", words(incident))

    assert (answer.status_code, answer.json()["code"]) == (409, "second_needed")


@pytest.mark.parametrize(
    ("who", "verb", "body", "status", "code"),
    [
        ("ana", "approve", {}, 409, "not_possible"),
        ("ana", "decline", {"answer": "No."}, 409, "not_possible"),
        ("bea", "withdraw", {}, 409, "not_possible"),
        ("bea", "decline", {}, 422, "invalid"),
        ("bea", "decline", {"answer": "x" * 1001}, 422, "invalid"),
        ("bea", "approve", {"wrong": 1}, 422, "invalid"),
        ("bea", "publish", {}, 404, "not_found"),
    ],
)
def test_what_is_not_theirs_to_answer_is_refused_and_changes_nothing(
    incident: Incident,
    ana: Call,
    bea: Call,
    who: str,
    verb: str,
    body: object,
    status: int,
    code: str,
) -> None:
    made = ana("POST", LIST, words(incident)).json()

    answer = {"ana": ana, "bea": bea}[who]("POST", f"{LIST}{made['id']}/{verb}/", body)

    assert answer.status_code == status
    assert Proposal.objects.get().state == "asked"
    assert not PublicUpdate.objects.exists()


def test_it_is_declined_with_a_word_and_then_answered_for_good(
    incident: Incident, ana: Call, bea: Call
) -> None:
    made = ana("POST", LIST, words(incident)).json()

    told = bea("POST", f"{LIST}{made['id']}/decline/", {"answer": "Which cards?"}).json()

    assert (told["status"], told["answer"]) == ("declined", "Which cards?")
    late = bea("POST", f"{LIST}{made['id']}/approve/")
    assert (late.status_code, late.json()["code"]) == (412, "version_conflict")


def test_its_author_withdraws_it(incident: Incident, ana: Call) -> None:
    made = ana("POST", LIST, words(incident)).json()

    assert ana("POST", f"{LIST}{made['id']}/withdraw/").json()["status"] == "withdrawn"


def test_the_same_key_asks_once(incident: Incident, ana: Call) -> None:
    answers = [ana("POST", LIST, words(incident), idempotency_key="k") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert Proposal.objects.count() == 1


def test_a_page_that_asks_for_nobody_takes_none(incident: Incident, ana: Call) -> None:
    Page.objects.update(needs_second=False)

    answer = ana("POST", LIST, words(incident))

    assert (answer.status_code, answer.json()["code"]) == (409, "not_possible")


def test_it_is_listed_by_what_became_of_it(incident: Incident, ana: Call, bea: Call) -> None:
    first = ana("POST", LIST, words(incident, body="Old.")).json()
    ana("POST", LIST, words(incident, body="New."))

    def bodies(query: str) -> list[str]:
        return [row["body"] for row in bea("GET", f"{LIST}{query}").json()["results"]]

    assert bodies("") == ["New.", "Old."]
    assert bodies("?status=withdrawn") == ["Old."]
    assert bodies(f"?incident={incident.pk}&act=update&status=asked") == ["New."]
    assert bea("GET", f"{LIST}{first['id']}/").json()["status"] == "withdrawn"


@pytest.mark.parametrize(("group", "scope"), [("Viewer", "write"), ("Responder", "read")])
def test_who_may_only_read_reads(incident: Incident, ana: Call, group: str, scope: str) -> None:
    made = ana("POST", LIST, words(incident)).json()
    reader = calling("vic", group, scope)

    assert reader("GET", LIST).status_code == 200
    assert reader("POST", LIST, words(incident)).status_code == 403
    for verb in ("approve", "decline", "withdraw"):
        assert reader("POST", f"{LIST}{made['id']}/{verb}/", {"answer": "No."}).status_code == 403
