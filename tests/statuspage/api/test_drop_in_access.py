"""Statuspage's own write API: who may, how often, and where."""

import pytest
from django.conf import LazySettings
from django.test import Client

from statuspage.models import (
    Component,
    Page,
    PublicIncident,
)
from tests.conftest import Clock
from tests.statuspage.api.drop_in import Sender, an_outage, where
from tests.statuspage.scenes import a_component

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize("scheme", ["OAuth", "oauth", "Bearer"])
def test_a_token_opens_by_either_word(page: Page, send: Sender, scheme: str) -> None:
    send.scheme = scheme

    answer = send("GET", "pages.json")

    assert (answer.status_code, answer.json()[0]["id"]) == (200, page.public_id)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("header", ["", "OAuth", "OAuth nobody", "Basic eA==", "OAuth a b"])
def test_everything_else_is_401_in_their_words(page: Page, header: str) -> None:
    for method, path in (("GET", "pages.json"), ("POST", where(page)), ("GET", "pages/none.json")):
        answer = Client(headers={"authorization": header}).generic(method, f"/v1/{path}")

        assert (answer.status_code, answer.json()) == (401, {"error": "Could not authenticate"})
    assert not PublicIncident.objects.exists()


@pytest.mark.parametrize(
    ("group", "scope"), [("Viewer", "write"), ("Responder", "read"), ("Administrator", "read")]
)
def test_who_may_only_read_writes_nothing(page: Page, group: str, scope: str) -> None:
    component = a_component(page)
    reader = Sender(group, scope)
    addresses = [
        ("POST", where(page)),
        ("PATCH", where(page, "incidents/aaaaaaaaaaaa.json")),
        ("POST", where(page, "components.json")),
        ("PATCH", where(page, f"components/{component.public_id}.json")),
        ("DELETE", where(page, f"components/{component.public_id}.json")),
        ("POST", where(page, "component-groups.json")),
        ("DELETE", where(page, "component-groups/aaaaaaaaaaaa.json")),
        ("POST", "pages/aaaaaaaaaaaa/incidents.json"),
    ]

    for method, path in addresses:
        answer = reader(method, path, an_outage())
        assert answer.status_code == 403, path
        assert isinstance(answer.json()["error"], str)
    assert reader("GET", where(page)).status_code == 200
    assert not PublicIncident.objects.exists()


def test_a_responder_says_how_a_component_does_and_only_managers_change_what_it_is(
    page: Page,
) -> None:
    path = where(page, f"components/{a_component(page).public_id}.json")
    responder = Sender()

    state = responder("PATCH", path, {"component": {"status": "partial_outage"}})
    name = responder("PATCH", path, {"component": {"status": "operational", "name": "Cards"}})

    assert (state.status_code, state.json()["status"]) == (200, "partial_outage")
    assert name.status_code == 403
    assert Component.objects.get().name == "Payments"


def test_the_sixty_first_request_within_a_minute_waits(send: Sender, clock: Clock) -> None:
    codes = [send("GET", "pages.json").status_code for _ in range(61)]
    late = send("GET", "pages.json")
    clock.forward(seconds=60)

    assert codes == [200] * 60 + [429]
    assert late["Retry-After"] == "60"
    assert send("GET", "pages.json").status_code == 200


def test_it_answers_where_staff_work_and_nowhere_else(
    send: Sender, page: Page, settings: LazySettings
) -> None:
    settings.STAFF_URL = "https://staff.northwind.example"

    elsewhere = send("GET", "pages.json", host="status.northwind.example")
    there = send("GET", "pages.json", host="staff.northwind.example")

    assert (elsewhere.status_code, there.status_code) == (400, 200)


def test_what_is_not_there_is_not_found(send: Sender, page: Page) -> None:
    for path in (
        "nothing.json",
        "pages/aaaaaaaaaaaa.json",
        "pages/%00.json",
        where(page, "incidents/aaaaaaaaaaaa.json"),
        where(page, "incidents/' OR 1.json"),
        where(page, "components/aaaaaaaaaaaa.json"),
        where(page, "component-groups/aaaaaaaaaaaa.json"),
    ):
        answer = send("GET", path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Not found"}), path


def test_a_method_that_there_is_not_is_405(send: Sender, page: Page) -> None:
    answer = send("DELETE", where(page))

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
