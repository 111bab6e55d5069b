"""Statuspage's own clients sign up by `POST /api/v2/subscribers.json` (areas/statuspage.md 2.9)."""

from typing import Any

import pytest
from django.test import Client

from notify.models import Delivery
from statuspage.actions import tokens
from statuspage.models import Page, Subscriber
from tests.statuspage.letters import a_subscriber
from tests.statuspage.scenes import a_component, a_page, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
PATH = "/api/v2/subscribers.json"


@pytest.fixture
def page() -> Page:
    row = a_page()
    a_component(row)
    shown(row)
    return row


def send(client: Client, body: Any) -> Any:
    return client.post(PATH, body, content_type="application/json")


def test_an_address_signs_up_and_is_asked_first(client: Client, page: Page) -> None:
    answer = send(client, {"subscriber": {"email": "Kim@example.com"}})

    assert answer.status_code == 202
    assert list(answer.json()) == ["page", "subscriber"]
    assert answer.json()["subscriber"]["mode"] == "email_sms"
    assert Subscriber.objects.get().state == "pending"
    assert Delivery.objects.get().kind == "subscribe"
    assert "Cookie" not in answer


def test_known_and_unknown_are_answered_alike(client: Client, page: Page) -> None:
    a_subscriber(page)
    known = send(client, {"subscriber": {"email": "kim@example.com"}})
    unknown = send(client, {"subscriber": {"email": "new@example.com"}})

    assert known.status_code == unknown.status_code == 202
    assert known.content.replace(b"kim", b"new") == unknown.content


def test_a_form_follows_one_component(client: Client, page: Page) -> None:
    wanted = page.components.get()
    answer = client.post(
        PATH, {"subscriber[email]": "kim@example.com", "subscriber[component_id]": wanted.public_id}
    )

    assert answer.status_code == 202
    assert Subscriber.objects.get().subscriptions.get().component == wanted


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "null", {"subscriber": []}, {"subscriber": {}}, {"subscriber": {"email": 1}},
        {"subscriber": {"email": "no"}}, {"subscriber": {"endpoint": "http://127.0.0.1/"}},
        {"subscriber": {"email": "a@b.example", "component_id": "x"}},
        {"subscriber": {"email": "a\u0000@b.example"}}, {"subscriber": {"phone_number": "1", "phone_country": "DE"}},
    ],
)  # fmt: skip
def test_what_is_no_sign_up_is_refused_in_words(client: Client, page: Page, body: Any) -> None:
    answer = send(client, body)

    assert answer.status_code == 422
    assert answer.json()["error"]
    assert not Subscriber.objects.exists()


def test_leaving_needs_the_token_of_a_message(client: Client, page: Page) -> None:
    row = a_subscriber(page)

    assert client.delete(f"{PATH}?token={row.public_id}").status_code == 204
    assert Subscriber.objects.get().state == "confirmed"
    assert client.delete(f"{PATH}?token={tokens.leaving(row)}").status_code == 204
    assert Subscriber.objects.get().state == "ended"
    assert client.get(PATH).status_code == 405
