"""How sessions begin, live and end (S10, S37)."""

import re
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from core.models import SignIn
from core.sign_in.browsers import browser_of
from tests.core.door import PASSWORD, a_person, enter, is_in, said, with_app

pytestmark = pytest.mark.django_db

THEN, HOUR = 1_795_000_010, 3600
NEW = "an even longer pass phrase"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"


def a_browser(**fields: Any) -> Client:
    """Return a browser in which the person is in."""
    browser = Client(**fields)
    enter(browser)
    assert is_in(browser)
    return browser


def test_signing_in_changes_the_key_of_the_session() -> None:
    with_app(a_person())
    browser = Client()
    enter(browser)
    before = browser.cookies["session"].value
    a_person("rob")
    browser.post("/admin/logout/")
    enter(browser, "rob")

    after = browser.cookies["session"].value

    assert before != after
    assert not Session.objects.filter(session_key=before).exists()


def test_the_cookie_is_for_the_server_alone() -> None:
    a_person()
    browser = a_browser()

    cookie = browser.cookies["session"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert browser.cookies["known"]["httponly"]


@pytest.mark.parametrize(
    ("waits_h", "still_in"), [([11.9], True), ([12.1], False), ([11, 11, 11], True)]
)
def test_twelve_hours_without_use_end_it(waits_h: list[float], still_in: bool) -> None:
    a_person()
    with time_machine.travel(THEN, tick=False) as process:
        browser = a_browser()
        for wait in waits_h[:-1]:
            process.shift(wait * HOUR)
            assert is_in(browser)
        process.shift(waits_h[-1] * HOUR)

        assert is_in(browser) is still_in


def test_seven_days_end_it_however_much_it_is_used() -> None:
    a_person()
    with time_machine.travel(THEN, tick=False) as process:
        browser = a_browser()
        for _ in range(16):
            process.shift(10 * HOUR)
            assert is_in(browser)
        process.shift(9 * HOUR)

        assert not is_in(browser)


def test_use_is_noted_every_ten_minutes_and_no_more_often(django_assert_num_queries: Any) -> None:
    a_person()
    with time_machine.travel(THEN, tick=False) as process:
        browser = a_browser()
        began = UserSession.objects.get().last_seen_at
        process.shift(500)
        browser.get("/admin/keys/")
        assert UserSession.objects.get().last_seen_at == began
        process.shift(200)
        browser.get("/admin/keys/")

        assert (UserSession.objects.get().last_seen_at - began).total_seconds() == 700


def test_another_password_ends_every_other_session() -> None:
    a_person()
    here, there = a_browser(), a_browser()

    reply = here.post(
        "/accounts/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )

    assert reply["Location"] == "/accounts/"
    assert is_in(here)
    assert not is_in(there)
    assert enter(Client(), "ines", NEW).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("x", NEW, NEW, "That is not your present password."),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, "password123", "password123", "too common"),
        (PASSWORD, NEW, "other", "same password each time"),
        (PASSWORD, "", "", "required"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(
    old: str, new: str, again: str, words: str
) -> None:
    user = a_person()
    browser = a_browser()

    reply = browser.post(
        "/accounts/password/", {"oldpassword": old, "password1": new, "password2": again}
    )

    assert words in said(reply)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_present_password_can_be_guessed_five_times_a_minute() -> None:
    a_person()
    browser = a_browser()
    form = {"oldpassword": "x", "password1": NEW, "password2": NEW}

    answers = [browser.post("/accounts/password/", form).status_code for _ in range(7)]

    assert answers[:5] == [200] * 5
    assert answers[5:] == [429] * 2


def test_adding_or_removing_a_factor_ends_every_other_session() -> None:
    user = a_person()
    here, there = a_browser(), a_browser()
    with_app(user)

    here.post("/accounts/2fa/app/remove/")

    assert is_in(here)
    assert not is_in(there)


def test_signing_out_everywhere_keeps_this_browser_only() -> None:
    a_person()
    here, there = a_browser(), a_browser()

    assert here.get("/accounts/sessions/end/").status_code == 405
    assert is_in(there)
    here.post("/accounts/sessions/end/")

    assert is_in(here)
    assert not is_in(there)
    assert SignIn.objects.filter(event=SignIn.Event.ENDED).count() == 1


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_s37_whoever_may_no_longer_come_in_is_out_at_once(field: str) -> None:
    user = a_person()
    browser = a_browser()

    setattr(user, field, False)
    user.save()

    assert not is_in(browser)


def test_the_account_lists_the_sessions_that_hold() -> None:
    a_person()
    here = a_browser(headers={"user-agent": CHROME})
    there = a_browser(headers={"user-agent": "<script>alert(1)</script>"})
    there.post("/admin/logout/")
    a_browser(headers={"user-agent": "<b>x</b>"})

    page = said(here.get("/accounts/"))
    listed = page.split('id="sessions"')[1].split("</section>")[0]

    assert listed.count("<li") == 2
    assert "Chrome on Linux" in listed
    assert listed.count("this browser") == 1
    assert "&lt;b&gt;x&lt;/b&gt;" in listed


def test_one_s_account_shows_one_s_own_sign_ins_and_nobody_else_s() -> None:
    a_person()
    a_person("rob")
    enter(Client(REMOTE_ADDR="203.0.113.7"), "rob")
    enter(Client(REMOTE_ADDR="203.0.113.8"), "ines", "wrong")
    browser = a_browser()

    page = said(browser.get("/accounts/"))

    assert "203.0.113.8" in page
    assert "203.0.113.7" not in page
    assert "wrong password" not in page


ACCOUNT = [
    "/accounts/", "/accounts/password/", "/accounts/again/", "/accounts/2fa/app/add/", "/accounts/2fa/app/remove/",
    "/accounts/2fa/codes/", "/accounts/2fa/passkeys/add/", "/accounts/sessions/end/", "/accounts/2fa/passkeys/1/",
    "/accounts/2fa/passkeys/1/remove/", "/accounts/password/none/", "/accounts/again/code/", "/accounts/again/passkey/",
]  # fmt: skip


@pytest.mark.parametrize("path", ACCOUNT)
def test_accounts_are_for_who_is_in(path: str) -> None:
    a_person()

    reply = Client().post(path)

    assert reply.status_code in (302, 404)
    assert reply.status_code == 404 or "login" in reply["Location"] or "again" in reply["Location"]


@pytest.mark.parametrize("path", ACCOUNT[:7])
def test_pages_of_the_account_have_one_heading_and_nothing_inline(path: str) -> None:
    user = a_person()
    browser = a_browser()
    if "remove" in path or "codes" in path:
        with_app(user)
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=\"|javascript:")

    reply = browser.get(path)

    assert reply.status_code == 200
    assert said(reply).count("<h1") == 1
    assert not inline.search(said(reply))
    assert "no-store" in reply["Cache-Control"]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("curl/8.4", "curl/8.4"),
        ("", "A browser that does not say"),
    ],
)  # fmt: skip
def test_a_browser_has_a_name(agent: str, name: str) -> None:
    assert browser_of(agent) == name
