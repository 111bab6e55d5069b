"""Managers of a private page invite and shut out its readers; nobody else sees who reads it."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from core.errors import NotAllowed
from statuspage.actions.admission import invite, uninvite_all
from statuspage.models import Page, Reader
from tests.factories import NINE, ATeam, AUser, person, somebody
from tests.statuspage.scenes import a_page, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LIST, ADD = "/admin/statuspage/reader/", "/admin/statuspage/reader/add/"


@pytest.fixture
def page() -> Page:
    shown(a_page())
    row = a_page(name="Acme", slug="acme", is_default=False, audience="login")
    shown(row)
    return row


@pytest.fixture
def browser(page: Page) -> Client:
    client = Client()
    client.force_login(AUser(username="mona", group="Responder", manages=page.team))
    return client


def invited(page: Page, *names: str) -> list[Reader]:
    invite(
        page.pk, [f"{name}@example.com" for name in names], by=somebody("Administrator"), at=NINE
    )
    return list(page.readers.order_by("email"))


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_many_are_invited_at_once_and_the_list_says_who_by_whom_and_when(
    page: Page, browser: Client
) -> None:
    lines = " Kim@Example.com \r\n\r\nlea@example.com\nkim@example.com\n"

    answer = browser.post(ADD, {"page": page.pk, "addresses": lines}, follow=True)

    assert answer.redirect_chain == [(f"{LIST}?page__id__exact={page.pk}", 302)]
    assert "2 readers are invited" in text(answer)
    assert "2 are invited, 0 of them have read." in text(answer)
    assert {(row.email, row.invited_by.username) for row in Reader.objects.all()} == {
        ("kim@example.com", "mona"),
        ("lea@example.com", "mona"),
    }
    again = browser.post(ADD, {"page": page.pk, "addresses": "kim@example.com"}, follow=True)
    assert "0 readers are invited, 1 were already" in text(again)


def test_each_bad_line_is_named_and_nobody_is_invited(page: Page, browser: Client) -> None:
    lines = "kim@example.com\n\nnobody\nlea@example.com\n<b>@x"

    answer = browser.post(ADD, {"page": page.pk, "addresses": lines})

    assert answer.status_code == 422
    assert "Line 3: “nobody” is no mail address." in text(answer)
    assert "Line 5: “&lt;b&gt;@x” is no mail address." in text(answer)
    assert "lea@example.com" in text(answer), "what was typed stays"
    assert not Reader.objects.exists()


def test_more_than_fit_are_refused_whole(page: Page, browser: Client) -> None:
    lines = "\n".join(f"k{number}@example.com" for number in range(1001))

    answer = browser.post(ADD, {"page": page.pk, "addresses": lines})

    assert answer.status_code == 422
    assert "at most 1,000 readers" in text(answer)
    assert not Reader.objects.exists()


def test_only_pages_for_invited_readers_of_one_s_own_teams_are_offered(
    page: Page, browser: Client
) -> None:
    others = a_page(slug="o", is_default=False, audience="login", team=ATeam())
    theirs = a_page(slug="l", name="Link", is_default=False, audience="link", team=page.team)

    for one in (others, theirs):
        answer = browser.post(ADD, {"page": one.pk, "addresses": "kim@example.com"})
        assert answer.status_code == 422
    page.delete()
    answer = browser.post(ADD, {"addresses": "kim@example.com"})
    assert "set a page&#x27;s audience first" in text(answer)
    assert not Reader.objects.exists()


def test_one_is_shut_out_after_a_question(page: Page, browser: Client) -> None:
    row = invited(page, "kim")[0]
    path = f"{LIST}{row.pk}/press/uninvite/"

    asked = browser.post(path)
    assert "shut out at once" in text(asked)
    assert Reader.objects.exists()
    done = browser.post(path, {"confirmed": "1"}, follow=True)

    assert "kim@example.com is shut out." in text(done)
    assert not Reader.objects.exists()
    assert not LogEntry.objects.filter(object_repr__contains="kim").exists()


def test_several_are_shut_out_after_a_question(page: Page, browser: Client) -> None:
    kim, lea, _max = invited(page, "kim", "lea", "max")
    ticked = {"action": "uninvite_chosen", "_selected_action": [kim.pk, lea.pk]}
    assert 'type="checkbox"' in text(browser.get(LIST))

    asked = browser.post(LIST, {**ticked, "index": "0"})
    assert "Uninvite 2 readers" in text(asked)
    assert Reader.objects.count() == 3
    done = browser.post(LIST, {**ticked, "confirmed": "1"}, follow=True)

    assert "2 readers are shut out." in text(done)
    assert Reader.objects.get().email == "max@example.com"


def test_nobody_else_sees_or_touches_them(page: Page) -> None:
    rows = invited(page, "kim")
    for user in (AUser(group="Viewer"), AUser(group="Responder", manages=ATeam())):
        client = Client()
        client.force_login(user)
        assert "kim@" not in text(client.get(LIST))
        ticked = {"action": "uninvite_chosen", "_selected_action": [rows[0].pk], "confirmed": "1"}
        client.post(LIST, ticked)
        with pytest.raises(NotAllowed):
            uninvite_all([rows[0].pk], by=person(user), at=NINE)
    assert Reader.objects.count() == 1


def test_the_page_leads_to_its_readers_and_says_who_is_let_in(page: Page, browser: Client) -> None:
    def said() -> str:
        return text(browser.get(f"/admin/statuspage/page/{page.pk}/change/"))

    assert "0 invited readers" in said()
    assert f"{LIST}?page__id__exact={page.pk}" in said()
    rows = invited(page, "kim")
    assert "1 invited reader." in said()
    Reader.objects.filter(pk=rows[0].pk).update(seen_at=NINE)
    assert "23 Nov 2026 09:00:00" in said()
    Page.objects.filter(pk=page.pk).update(audience="network", networks=["203.0.113.0/24"])
    assert '<td data-label="Network">203.0.113.0/24</td>' in said()
    Page.objects.filter(pk=page.pk).update(audience="link")
    assert "Nobody can read the page yet" in said()


def test_a_new_secret_link_is_made_after_a_question_and_shown_once(
    page: Page, browser: Client
) -> None:
    Page.objects.filter(pk=page.pk).update(audience="link")
    path = f"/admin/statuspage/page/{page.pk}/press/new_link/"

    assert "is out at once" in text(browser.post(path))
    assert Page.objects.get(pk=page.pk).link_hash == ""
    done = browser.post(path, {"confirmed": "1"}, follow=True)

    assert "/status/acme/enter/" in text(done)
    after = text(browser.get(f"/admin/statuspage/page/{page.pk}/change/"))
    assert "/enter/" not in after
    assert "Whoever has the secret link reads the page." in after


def test_an_empty_list_tells_the_next_step(page: Page, browser: Client) -> None:
    assert "Invite the first" in text(browser.get(LIST))
