"""REST: what the public was told, and the door to tell it more."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.actions import make_token
from core.actor import person
from incidents.models import Incident
from statuspage.models import Component, Page, PublicIncident, PublicUpdate
from tests.factories import NINE, AnIncident, AService, AUser
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LIST = "/api/v1/public-incidents/"
Call = Callable[..., Any]


@pytest.fixture
def payments() -> Component:
    """Give a component that stands for a service."""
    return a_component(a_page(), service=AService())


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared incident of that service."""
    return an_incident(payments.bindings.get().service)


def calling(group: str = "Responder", scope: str = "write") -> Call:
    user = AUser(group=group)
    token = make_token(user, scope=scope, by=person(user), at=NINE)

    def call(method: str, path: str, body: object = None, **headers: str) -> Any:
        told = {
            "authorization": f"Bearer {token}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        data = json.dumps(body) if body is not None else ""
        return Client(headers=told).generic(method, path, data, content_type="application/json")

    return call


def asked(incident: Incident, **fields: object) -> dict[str, object]:
    return {
        "incident": incident.pk,
        "name": "Card payments failing",
        "status": "investigating",
        "body": "Some card payments fail.",
        **fields,
    }


def test_a_post_publishes_at_once(incident: Incident, payments: Component) -> None:
    body = asked(
        incident,
        components={payments.public_id: "partial_outage"},
        next_update_by="2026-11-23T09:30:00Z",
    )

    answer = calling()("POST", LIST, body)

    told = answer.json()
    assert answer.status_code == 201
    assert answer["Location"].endswith(f"{LIST}{told['id']}/")
    assert (told["status"], told["impact"], told["incident"]) == (
        "investigating",
        "major",
        incident.pk,
    )
    assert told["next_update_by"] == "2026-11-23T09:30:00.000000Z"
    assert told["updates"][0]["components"][0]["new_status"] == "partial_outage"
    assert b"Some card payments fail." in Client().get("/").content


def test_a_second_post_is_the_next_update_and_keeps_what_it_does_not_name(
    incident: Incident,
) -> None:
    call = calling()
    call("POST", LIST, asked(incident, advice="Pay by gift card."))

    told = call(
        "POST", LIST, {"incident": incident.pk, "status": "identified", "body": "We know."}
    ).json()

    assert (told["name"], told["advice"]) == ("Card payments failing", "Pay by gift card.")
    assert [row["number"] for row in told["updates"]] == [1, 2]


def test_the_same_key_publishes_once(incident: Incident) -> None:
    call = calling()
    first = call("POST", LIST, asked(incident), idempotency_key="k1")
    again = call("POST", LIST, asked(incident), idempotency_key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert PublicUpdate.objects.count() == 1


def test_who_names_the_number_of_the_update_is_told_when_somebody_was_faster(
    incident: Incident,
) -> None:
    tell(incident, body="First.")

    answer = calling()("POST", LIST, asked(incident, update_number=1))

    assert (answer.status_code, answer.json()["code"]) == (412, "version_conflict")
    assert "First." in answer.json()["detail"]


def test_a_leak_names_its_findings_and_is_published_when_confirmed(incident: Incident) -> None:
    call = calling()
    answer = call("POST", LIST, asked(incident, body="See 10.0.0.7."))

    assert (answer.status_code, answer.json()["code"]) == (409, "leak_suspected")
    assert answer.json()["findings"][0]["kind"] == "private_address"
    assert (
        call("POST", LIST, asked(incident, body="See 10.0.0.7.", despite_findings=True)).status_code
        == 201
    )


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"status": "broken"}, "invalid", "/status"),
        ({"body": " "}, "required", "/body"),
        ({"body": 7}, "wrong_type", "/body"),
        ({"name": ""}, "required", "/name"),
        ({"components": ["x"]}, "wrong_type", "/components"),
        ({"components": {"x": 1}}, "wrong_type", "/components"),
        ({"components": {"nothinghere1": "major_outage"}}, "unknown_component", "/components"),
        ({"next_update_by": "soon"}, "wrong_type", "/next_update_by"),
        ({"next_update_by": "2020-01-01T00:00:00Z"}, "invalid", "/next_update_by"),
        ({"incident": "2041"}, "wrong_type", "/incident"),
        ({"whisper": True}, "unknown_field", "/whisper"),
    ],
)
def test_a_wrong_body_names_its_field(
    incident: Incident, wrong: dict[str, object], code: str, pointer: str
) -> None:
    answer = calling()("POST", LIST, {**asked(incident), **wrong})

    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]
    assert not PublicIncident.objects.exists()


def test_what_is_not_there_or_not_declared_is_refused(incident: Incident) -> None:
    call = calling()

    assert call("POST", LIST, {**asked(incident), "incident": 4711}).status_code == 404
    triage = AnIncident(service=incident.service)
    assert call("POST", LIST, asked(triage)).json()["code"] == "not_possible"


@pytest.mark.parametrize(("group", "scope"), [("Viewer", "write"), ("Responder", "read")])
def test_who_may_not_publish_is_refused(incident: Incident, group: str, scope: str) -> None:
    assert calling(group, scope)("POST", LIST, asked(incident)).status_code == 403
    assert not PublicIncident.objects.exists()


def test_without_a_token_nothing_is_told() -> None:
    assert Client().get(LIST).status_code == 401


def test_the_list_is_by_cursor_and_takes_two_filters(incident: Incident) -> None:
    tell(incident)
    other = an_incident(incident.service)
    tell(other, "resolved")
    call = calling("Viewer", "read")

    assert [row["incident"] for row in call("GET", LIST).json()["results"]] == [
        other.pk,
        incident.pk,
    ]
    assert [
        row["incident"] for row in call("GET", f"{LIST}?status=resolved").json()["results"]
    ] == [other.pk]
    assert [
        row["incident"] for row in call("GET", f"{LIST}?incident={incident.pk}").json()["results"]
    ] == [incident.pk]
    assert call("GET", f"{LIST}?status=broken").status_code == 422
    assert "next" in call("GET", f"{LIST}?page_size=1").json()


def test_one_is_shown_with_its_updates_and_a_tag(incident: Incident) -> None:
    tell(incident)
    tell(incident, "identified", at=NINE + MINUTE)
    public_id = PublicIncident.objects.get().public_id
    call = calling("Viewer", "read")

    answer = call("GET", f"{LIST}{public_id}/")

    assert [row["status"] for row in answer.json()["updates"]] == ["investigating", "identified"]
    assert call("GET", f"{LIST}{public_id}/", if_none_match=answer["ETag"]).status_code == 304


@pytest.mark.parametrize("public_id", ["nothinghere1", "x", "UPPERCASE123", "%00", "a" * 300])
def test_an_unknown_one_is_not_found(public_id: str) -> None:
    assert calling("Viewer", "read")("GET", f"{LIST}{public_id}/").status_code == 404


@pytest.mark.parametrize("more", [0, 9])
def test_the_list_costs_the_same_with_one_and_with_ten(
    incident: Incident, more: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _one in range(more + 1):
        tell(an_incident(incident.service))
    call = calling("Viewer", "read")
    call("GET", LIST)

    with django_assert_max_num_queries(4):
        call("GET", LIST)


def test_a_program_gets_past_the_second_person_only_with_a_reason(
    incident: Incident, payments: Component
) -> None:
    payments.page.needs_second = True
    payments.page.save(update_fields=["needs_second"])
    call = calling()

    refused = call("POST", LIST, asked(incident))
    short = call("POST", LIST, asked(incident, alone_because="now"))
    alone = call("POST", LIST, asked(incident, alone_because="Nobody else is awake."))

    assert (refused.status_code, refused.json()["code"]) == (409, "second_needed")
    assert (short.status_code, short.json()["errors"][0]["pointer"]) == (422, "/alone_because")
    assert alone.status_code == 201


@pytest.fixture
def acme(payments: Component) -> Page:
    """Give a second page with a component of the same service."""
    page = a_page(name="Acme", slug="acme", is_default=False)
    a_component(page, "Acme checkout", service=payments.bindings.get().service)
    return page


def test_a_page_is_named_and_told_alone(incident: Incident, acme: Page) -> None:
    call = calling()

    told = call("POST", LIST, asked(incident, page=acme.public_id)).json()
    call("POST", LIST, asked(incident, page=_default_id()))

    assert told["page"] == acme.public_id
    assert "/status/acme/" in told["url"]
    assert {row.page.name for row in PublicIncident.objects.all()} == {"Acme", "Northwind Books"}


def test_what_is_not_named_is_kept_per_page(incident: Incident, acme: Page) -> None:
    call = calling()
    call("POST", LIST, asked(incident, page=acme.public_id, name="Yours fails", advice="Wait."))
    call("POST", LIST, asked(incident, page=_default_id()))
    body = {"incident": incident.pk, "status": "identified", "body": "We know."}

    told = call("POST", LIST, {**body, "page": acme.public_id}).json()

    assert (told["name"], told["advice"], told["page"]) == ("Yours fails", "Wait.", acme.public_id)


def test_a_page_that_does_not_tell_of_it_is_422(incident: Incident) -> None:
    answer = calling()("POST", LIST, asked(incident, page="nothinghere1"))

    assert answer.status_code == 422
    problem = answer.json()["errors"][0]
    assert (problem["pointer"], problem["code"]) == ("/page", "unknown_page")


def test_an_incident_lists_its_pages_with_what_is_due(incident: Incident, acme: Page) -> None:
    tell(incident, next_update_by=NINE + MINUTE)

    found = calling()("GET", f"/api/v1/incidents/{incident.pk}/").json()["public"]

    public = PublicIncident.objects.get()
    assert found == [
        {
            "page": public.page.public_id,
            "name": "Northwind Books",
            "public_incident": public.public_id,
            "status": "investigating",
            "due_at": "2026-11-23T09:01:00.000000Z",
        },
        {
            "page": acme.public_id,
            "name": "Acme",
            "public_incident": None,
            "status": None,
            "due_at": "2026-11-23T09:30:00.000000Z",
        },
    ]


def _default_id() -> str:
    return Page.objects.get(is_default=True).public_id
