"""Pages that are not for everybody: a stranger learns nothing, a link shows and a button lets in (issue 5, point 7)."""

import re
from typing import Any

import pytest
from django.test import Client

from core.errors import Invalid, NotAllowed
from core.secrets import digest
from statuspage.actions.admission import invite, uninvite, uninvite_all
from statuspage.actions.founding import new_secret_link
from statuspage.models import Page, Reader, Subscriber
from statuspage.views.shelf import shelf
from tests.conftest import Clock
from tests.factories import NINE, AUser, somebody
from tests.notify.conftest import pager, post
from tests.pager import Pager
from tests.servers import SmtpServer
from tests.statuspage.letters import a_subscriber, mails, part
from tests.statuspage.scenes import a_component, a_page, shown

__all__ = ["pager", "post"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
HOME = "/status/acme/"


def private(audience: str, **fields: Any) -> Page:
    """Return a page of a customer that is not for everybody, beside the default one."""
    shown(a_page())
    page = a_page(name="Acme", slug="acme", is_default=False, audience=audience, **fields)
    a_component(page, "Their shop")
    shown(page)
    return page


def reads(client: Client, path: str = HOME, **more: Any) -> bool:
    """Return whether a page of theirs is shown whole."""
    answer = client.get(path, **more)
    return answer.status_code == 200 and b"Their shop" in answer.content


def test_who_comes_from_a_network_reads_and_nobody_else() -> None:
    private("network", networks=["203.0.113.0/24", "2001:db8:1::/48"])

    assert reads(Client(), REMOTE_ADDR="203.0.113.9")
    assert reads(Client(), REMOTE_ADDR="2001:db8:1::5")
    none = Client().get("/status/nobody/")
    for address in ("198.51.100.1", "::1", ""):
        answer = Client().get(HOME, REMOTE_ADDR=address)
        assert (answer.status_code, answer.content) == (404, none.content)


def test_what_is_let_through_is_kept_by_no_cache_and_no_other_site() -> None:
    private("network", networks=["203.0.113.0/24"])

    answer = Client().get(f"{HOME}api/v2/summary.json", REMOTE_ADDR="203.0.113.9")

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer


def test_the_secret_link_shows_a_button_and_the_button_lets_in(client: Client) -> None:
    page = private("link")
    path = new_secret_link(page.pk, by=somebody("Administrator"), at=NINE).split("/status", 1)[1]
    link = f"/status{path}"

    assert client.get(link).status_code == 200
    assert not reads(client)

    pressed = client.post(link)
    assert (pressed.status_code, pressed["Location"]) == (303, HOME)
    assert pressed.cookies[f"page-{page.public_id}"]["httponly"]
    assert reads(client)
    assert not reads(Client())


@pytest.mark.parametrize("audience", ["link", "network"])
def test_its_name_tells_a_stranger_neither_that_it_is_there_nor_where(audience: str) -> None:
    networks = ["203.0.113.0/24"] if audience == "network" else []
    private(audience, hosts=["status.acme.example"], networks=networks)

    none = Client().get("/status/nobody/")
    for path in ("", "history", "api/v2/summary.json", "enter/" + "x" * 43):
        answer = Client().get(f"{HOME}{path}", REMOTE_ADDR="198.51.100.1")
        assert (answer.status_code, "Location" in answer, b"acme" in answer.content) == (
            404,
            False,
            False,
        )
        assert answer.content in (none.content, b"")


def test_who_may_know_of_it_is_led_to_its_host() -> None:
    page = private("network", hosts=["status.acme.example"], networks=["203.0.113.0/24"])

    inside = Client().get(f"{HOME}history", REMOTE_ADDR="203.0.113.9")
    assert (inside.status_code, inside["Cache-Control"]) == (308, "private, no-store")
    assert inside["Location"] == "http://status.acme.example/history"

    Page.objects.filter(pk=page.pk).update(audience="link", networks=[])
    shelf.forget()
    link = new_secret_link(page.pk, by=somebody("Administrator"), at=NINE)
    moved = Client().get(f"{HOME}enter/{link.rpartition('/')[2]}")
    assert (moved.status_code, moved["Location"]) == (308, link)


def test_a_new_secret_link_ends_the_former_one(client: Client, timer: Any) -> None:
    page, boss = private("link"), somebody("Administrator")
    old = new_secret_link(page.pk, by=boss, at=NINE)
    client.post("/status" + old.split("/status", 1)[1])
    assert reads(client)

    new_secret_link(page.pk, by=boss, at=NINE)
    timer.forward(1)

    assert not reads(client)
    assert Client().get("/status" + old.split("/status", 1)[1]).status_code == 404


def test_an_invited_reader_is_mailed_a_link_that_works_once(
    client: Client, pager: Pager, post: SmtpServer
) -> None:
    page = private("login")
    assert invite(page.pk, [" Kim@Example.com "], by=somebody("Administrator"), at=NINE) == 1

    answer = client.post(HOME, {"address": "kim@example.com"}, HTTP_SEC_FETCH_SITE="same-origin")
    assert (answer.status_code, b"Check your mail" in answer.content) == (202, True)
    pager.settle()

    [mail] = mails(post)
    link = re.search(r"http\S+(/status/acme/enter/\S+)", part(mail))
    assert link is not None
    assert client.get(link[1]).status_code == 200
    assert client.post(link[1]).status_code == 303
    assert reads(client)
    assert Client().post(link[1]).status_code in {403, 422}


def test_strangers_are_told_the_same_and_sent_nothing(client: Client, pager: Pager) -> None:
    page = private("login")
    invite(page.pk, ["kim@example.com"], by=somebody("Administrator"), at=NINE)
    same = {"HTTP_SEC_FETCH_SITE": "same-origin"}

    known = client.post(HOME, {"address": "kim@example.com"}, **same)
    stranger = client.post(HOME, {"address": "lea@example.com"}, **same)

    masked = stranger.content.replace(b"lea@", b"kim@")
    assert (known.status_code, known.content) == (stranger.status_code, masked)
    assert Reader.objects.get().asked_at == NINE


def test_a_reader_who_is_shut_out_is_out_at_once_and_a_pass_ends(
    client: Client, clock: Clock
) -> None:
    page, boss = private("login"), somebody("Administrator")
    invite(page.pk, ["kim@example.com"], by=boss, at=NINE)
    row = Reader.objects.get()
    from_mail = _entered(client, page, row)
    assert from_mail == 303
    assert reads(client)

    uninvite(page.pk, row.pk, by=boss, at=NINE)

    assert not reads(client)


@pytest.mark.parametrize("is_one", [True, False])
def test_a_reader_who_is_shut_out_is_told_of_nothing_any_more(is_one: bool) -> None:
    page, boss = private("login"), somebody("Administrator")
    invite(page.pk, ["kim@example.com", "lea@example.com"], by=boss, at=NINE)
    for address in ("kim@example.com", "lea@example.com"):
        a_subscriber(page, address)
    row = Reader.objects.get(email="kim@example.com")

    if is_one:
        uninvite(page.pk, row.pk, by=boss, at=NINE)
    else:
        uninvite_all([row.pk], by=boss, at=NINE)

    assert [one.address for one in Subscriber.objects.told()] == ["lea@example.com"]


def test_who_is_no_reader_any_more_of_a_page_for_everybody_stays_subscribed() -> None:
    page, boss = private("public"), somebody("Administrator")
    invite(page.pk, ["kim@example.com"], by=boss, at=NINE)
    a_subscriber(page, "kim@example.com")

    uninvite(page.pk, Reader.objects.get().pk, by=boss, at=NINE)

    assert Subscriber.objects.told().count() == 1


def _entered(client: Client, page: Page, row: Reader) -> int:
    """Enter by a link whose token is known here."""
    token = "t" * 43
    Reader.objects.filter(pk=row.pk).update(
        link_hash=digest(token), link_until=NINE.replace(hour=10)
    )
    return client.post(f"{HOME}enter/{token}").status_code


def test_people_with_an_account_read_it_and_are_led_to_sign_in(client: Client) -> None:
    private("login")
    way_in = client.get(HOME)
    assert way_in.status_code == 403
    assert b"invited" in way_in.content
    assert b"Their shop" not in way_in.content
    assert b"/admin/login/?next=%2Fstatus%2Facme%2F" in way_in.content

    client.force_login(AUser(group="Viewer"))
    assert reads(client)


def test_a_program_without_a_pass_gets_nothing() -> None:
    private("login")

    for path in ("api/v2/summary.json", "history.rss", "maintenance.ics", "badge.svg"):
        answer = Client().get(f"{HOME}{path}")
        assert (answer.status_code, b"Acme" in answer.content) == (404, False)


def test_only_managers_invite_and_only_addresses() -> None:
    page = private("login")

    with pytest.raises(NotAllowed):
        invite(page.pk, ["kim@example.com"], by=somebody("Responder"), at=NINE)
    with pytest.raises(Invalid, match="no mail address"):
        invite(page.pk, ["kim@example.com", "not one"], by=somebody("Administrator"), at=NINE)
    assert not Reader.objects.exists()


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "\x00", "é" * 50])
def test_a_forged_pass_lets_nobody_in(cookie: str) -> None:
    page = private("login")
    browser = Client()
    browser.cookies[f"page-{page.public_id}"] = cookie

    assert not reads(browser)
