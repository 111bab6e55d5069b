"""Sign up, confirm, choose, leave: by links that show and buttons that act (areas/statuspage.md 6.5, S1 to S7)."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notify.models import Delivery
from statuspage.actions import tokens
from statuspage.models import Page, Subscriber
from tests.conftest import Clock
from tests.notify.conftest import pager, post
from tests.pager import Pager
from tests.servers import SmtpServer
from tests.statuspage.letters import a_subscriber, mails, part
from tests.statuspage.scenes import a_component, a_group, a_page, an_incident, shown, tell

__all__ = ["pager", "post"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
FORM = {"address": "Kim@Example.com", "wants": "everything", "maintenance": "1"}


@pytest.fixture
def page() -> Page:
    row = a_page()
    buying = a_group(row, "Buying")
    a_component(row, "Payments", group=buying)
    a_component(row, "Search", position=2)
    shown(row)
    return row


def everything(page: Page) -> list[str]:
    """Return what is ticked in a form that nobody has touched."""
    alone = page.components.filter(group=None)
    return [row.public_id for row in (*page.groups.all(), *alone)]


def sign_up(client: Client, page: Page, **fields: Any) -> Any:
    return client.post("/subscribe", {**FORM, "follow": everything(page), **fields})


def links(text: str) -> list[str]:
    return re.findall(r"/subscribe/(?:confirm|manage|leave)/[\w-]+", text)


def test_an_address_is_told_nothing_before_its_owner_has_pressed_the_button_s1_s3(
    client: Client, page: Page, pager: Pager, post: SmtpServer
) -> None:
    answer = sign_up(client, page)
    pager.settle()

    assert answer.status_code == 202
    assert "a message with a link is on its way" in answer.content.decode()
    row = Subscriber.objects.get()
    assert (row.state, row.address, row.follows_all) == ("pending", "kim@example.com", True)
    [mail] = mails(post)
    assert mail["To"] == "kim@example.com"
    [link] = set(links(part(mail)))
    asked = client.get(link)
    row.refresh_from_db()
    assert (asked.status_code, row.state) == (200, "pending")
    assert "k…@example.com" in asked.content.decode()

    done = client.post(link)

    row = Subscriber.objects.get()
    assert (done.status_code, row.state) == (303, "confirmed")
    assert 'role="status"' in client.get(done["Location"]).content.decode()
    assert client.post(link).status_code == 404  # once


def test_a_confirming_link_ends_after_a_day(
    client: Client, page: Page, pager: Pager, post: SmtpServer, clock: Clock
) -> None:
    sign_up(client, page)
    pager.settle()
    [link] = set(links(part(mails(post)[0])))

    clock.forward(hours=24)

    assert (client.get(link).status_code, client.post(link).status_code) == (404, 404)
    assert Subscriber.objects.get().state == "pending"


def test_what_is_said_reaches_who_confirmed_in_one_thread_until_they_leave_s6_s7(
    client: Client, page: Page, pager: Pager, post: SmtpServer
) -> None:
    sign_up(client, page)
    pager.settle()
    client.post(links(part(mails(post)[0]))[0])
    incident = an_incident()
    payments = page.components.get(name="Payments")
    payments.bindings.create(service=incident.service)

    tell(incident, components={payments.public_id: "partial_outage"})
    pager.settle()
    tell(incident, "identified", at=pager.clock.forward(minutes=20), body="A fault at the bank.")
    pager.settle()

    first, second = mails(post)[1:]
    assert first["Subject"] == "Northwind Books: Card payments failing"
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    leave = first["List-Unsubscribe"]
    assert re.fullmatch(r"<http://[^>]+/subscribe/leave/[\w-]+>", leave)
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-ID"].startswith("<")

    path = links(leave)[0]
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    again = client.get(path)
    assert again.status_code == 200
    row = Subscriber.objects.get()
    assert (row.state, row.address, row.leave_secret) == ("ended", "", "")
    tell(incident, "monitoring", at=pager.clock.forward(minutes=20))
    pager.settle()
    assert len(mails(post)) == 3


def test_opening_the_leaving_link_changes_nothing_s7(client: Client, page: Page) -> None:
    row = a_subscriber(page)
    from_mail = f"/subscribe/leave/{tokens.leaving(row)}"

    answer = client.get(from_mail)

    assert answer.status_code == 200
    assert "Opening this page changed nothing" in answer.content.decode()
    assert Subscriber.objects.get().state == "confirmed"
    pressed = client.post(from_mail, {"leave": "1"})
    assert (pressed.status_code, pressed["Location"]) == (303, "/subscribe/left")
    assert "You are unsubscribed" in client.get("/subscribe/left").content.decode()


def test_the_answer_is_the_same_whether_or_not_the_address_was_known(
    client: Client, page: Page
) -> None:
    sign_up(client, page, address="warm@example.com")  # what a process reads once
    answers = []
    for state in ("", "pending", "confirmed", "quarantined"):
        address = f"{state}kim@example.com"
        if state:
            a_subscriber(page, address, state=state)
        with CaptureQueriesContext(connection) as seen:
            answer = sign_up(client, page, address=address)
        told = answer.content.decode().replace(address, "ADDRESS")
        answers.append((answer.status_code, told, len(seen)))

    statements = [number for _status, _told, number in answers]
    assert {(status, told) for status, told, _number in answers} == {answers[0][:2]}
    assert max(statements) - min(statements) <= 2  # the choices of who is not confirmed


def test_who_is_subscribed_already_is_sent_a_link_to_change_it_and_nothing_changes(
    client: Client, page: Page, pager: Pager, post: SmtpServer
) -> None:
    row = a_subscriber(page, wants="ends", follows_all=True)

    sign_up(client, page, follow=[page.groups.get().public_id])
    pager.settle()

    row = Subscriber.objects.get()
    assert (row.state, row.wants, row.follows_all) == ("confirmed", "ends", True)
    [link] = set(links(part(mails(post)[0])))
    assert link.startswith("/subscribe/manage/")
    assert client.get(link).status_code == 200


def test_an_address_gets_one_confirming_mail_in_ten_minutes_and_three_a_day(
    client: Client, page: Page, clock: Clock
) -> None:
    def asked() -> int:
        return Delivery.objects.filter(kind="subscribe").count()

    for minutes, number in [(0, 1), (5, 1), (6, 2), (11, 3), (11, 3), (60 * 24, 4)]:
        clock.forward(minutes=minutes)
        assert sign_up(client, page).status_code == 202
        assert asked() == number


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"address": "nobody"}, "Write one e-mail address"),
        ({"address": "a@b.example, c@d.example"}, "Write one e-mail address"),
        ({"address": "kim@example.com\r\nBcc: eve@example.com"}, "Write one e-mail address"),
        ({"address": "kim\0@example.com"}, "Write one e-mail address"),
        ({"follow": []}, "Choose at least one"),
        ({"follow": ["aaaaaaaaaaaa"]}, "Choose at least one"),
        ({"follow": ["\0"]}, "Choose at least one"),
        ({"wants": "all"}, "Choose every update"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field(
    client: Client, page: Page, fields: dict[str, Any], words: str
) -> None:
    answer = sign_up(client, page, **fields)

    assert (answer.status_code, Subscriber.objects.count()) == (422, 0)
    assert words in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()


def test_a_filled_trap_is_answered_like_everybody_and_kept_nowhere(
    client: Client, page: Page
) -> None:
    assert sign_up(client, page, website="http://spam.example").status_code == 202
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 202),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://testserver"}, 202),
        ({"origin": "null"}, 202),
        ({"origin": "https://evil.example"}, 403),
    ],
)
def test_a_form_of_another_site_signs_nobody_up(
    client: Client, page: Page, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/subscribe", {**FORM, "follow": everything(page)}, headers=headers)

    assert answer.status_code == status


def test_the_choices_are_changed_by_the_managing_link_which_is_then_replaced(
    client: Client, page: Page, clock: Clock
) -> None:
    row = a_subscriber(page)
    link = f"/subscribe/manage/{tokens.managing(row, clock.now)}"
    group = page.groups.get().public_id

    clock.forward(minutes=1)
    done = client.post(link, {"follow": [group], "wants": "ends"})

    row = Subscriber.objects.get()
    assert (row.wants, row.wants_maintenance, row.follows_all) == ("ends", False, False)
    assert row.subscriptions.get().group == page.groups.get()
    assert client.get(link).status_code == 404
    shown_again = client.get(done["Location"]).content.decode()
    assert f'value="{group}" id="f-{group}" checked' in shown_again


def test_a_page_without_subscribers_says_so(client: Client) -> None:
    page = a_page(takes_subscribers=False)
    shown(page)

    assert "Subscribe" not in client.get("/").content.decode()
    for answer in (client.get("/subscribe"), sign_up(client, page)):
        assert answer.status_code == 404
        assert "takes no subscribers" in answer.content.decode()


@pytest.mark.parametrize("path", ["/subscribe", "/subscribe/left"])
def test_no_answer_is_kept_and_none_sets_a_cookie(client: Client, page: Page, path: str) -> None:
    answer = client.get(path)

    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert not answer.cookies
    assert "<script" not in answer.content.decode()


def test_a_page_under_a_name_has_its_doors_there(
    client: Client, pager: Pager, post: SmtpServer
) -> None:
    shown(a_page())
    labs = a_page(name="Labs", slug="labs", is_default=False)
    a_component(labs)
    shown(labs)

    form = client.get("/status/labs/subscribe").content.decode()
    answer = client.post("/status/labs/subscribe", {**FORM, "follow": everything(labs)})
    pager.settle()

    assert 'action="/status/labs/subscribe"' in form
    assert answer.status_code == 202
    assert "/status/labs/subscribe/confirm/" in part(mails(post)[0])
    [link] = set(links(part(mails(post)[0])))
    assert client.get(link).status_code == 404  # it is another page's
    done = client.post(f"/status/labs{link}")
    assert done["Location"].startswith("/status/labs/subscribe/manage/")
