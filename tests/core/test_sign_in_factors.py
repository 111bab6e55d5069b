"""The second factor: nothing goes round it, a code is good once, and one may be asked of everybody (S9)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from core import secrets
from core.actions import make_token
from core.actor import person
from core.models import SignIn
from tests.conftest import Clock
from tests.core.door import (
    CODE,
    LOGIN,
    PASSWORD,
    SECRET,
    a_person,
    code_now,
    enter,
    is_in,
    said,
    with_app,
    with_codes,
)

pytestmark = pytest.mark.django_db

RIGHT = {"username": "ines", "password": PASSWORD}
DOORS: dict[str, Callable[[Client], HttpResponse]] = {
    "the page": lambda browser: browser.post(LOGIN, RIGHT),
    "its other address": lambda browser: browser.post("/accounts/login/", RIGHT),
    "allauth's word": lambda browser: browser.post(LOGIN, {"login": "ines", "password": PASSWORD}),
    "the e-mail address": lambda browser: browser.post(LOGIN, {**RIGHT, "username": "ines@northwind.example"}),
    "a next page": lambda browser: browser.post(f"{LOGIN}?next=/admin/keys/", RIGHT),
    "as a program": lambda browser: browser.post(LOGIN, RIGHT, headers={"accept": "application/json"}),
    "as JSON": lambda browser: browser.post(LOGIN, RIGHT, content_type="application/json"),
    "as a script": lambda browser: browser.post(LOGIN, RIGHT, headers={"x-requested-with": "XMLHttpRequest"}),
    "a screen": lambda browser: browser.post("/admin/core/user/", RIGHT),
    "the API": lambda browser: browser.post("/api/v1/incidents/", RIGHT, content_type="application/json"),
    "basic authorization": lambda browser: browser.get("/api/v1/incidents/", headers={"authorization": "Basic aW5lczp4"}),
    "the password page": lambda browser: browser.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": "x", "password2": "x"}),
    "asked again": lambda browser: browser.post("/accounts/again/", {"password": PASSWORD}),
    "a passkey's address": lambda browser: browser.post("/accounts/passkey/", {"credential": "{}"}),
    "headless": lambda browser: browser.post("/_allauth/browser/v1/auth/login", RIGHT, content_type="application/json"),
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_the_right_password_alone_opens_no_door(door: str) -> None:
    user = a_person(group="Administrator")
    with_app(user)
    with_codes(user)
    browser = Client(raise_request_exception=False)

    first = DOORS[door](browser)
    second = DOORS[door](browser)

    assert first.status_code < 500
    assert second.status_code < 500
    assert not is_in(browser)
    assert browser.get("/accounts/").status_code == 302
    assert not SignIn.objects.filter(event=SignIn.Event.SIGNED_IN).exists()


def test_password_and_code_let_in_and_lead_on() -> None:
    with_app(a_person())
    browser = Client()

    first = enter(browser, next="/admin/keys/")
    second = browser.post(CODE, {"code": code_now()})

    assert first["Location"] == CODE
    assert second["Location"] == "/admin/keys/"
    assert is_in(browser)


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_off(step: int) -> None:
    with_app(a_person())
    browser = Client()
    with time_machine.travel(1_795_000_010, tick=False):
        enter(browser)
        browser.post(CODE, {"code": code_now(step)})

        assert is_in(browser)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "000000",
        "12345",
        "abcdef",
        "0" * 500,
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "\x00",
        "-1",
    ],
)
def test_a_wrong_code_lets_nobody_in_and_says_so(code: str) -> None:
    with_app(a_person())
    browser = Client()
    enter(browser)

    reply = browser.post(CODE, {"code": code})

    assert reply.status_code == 200
    assert 'role="alert"' in said(reply)
    assert not is_in(browser)


def test_a_code_is_good_once_for_as_long_as_it_could_be_good() -> None:
    with_app(a_person())
    with time_machine.travel(1_795_000_010, tick=False) as process:
        first, second = Client(), Client()
        enter(first)
        enter(second)
        code = code_now(1)
        first.post(CODE, {"code": code})
        process.shift(45)  # allauth has forgotten it by now, and the clock still allows it

        second.post(CODE, {"code": code})

        assert is_in(first)
        assert not is_in(second)


def test_a_recovery_code_is_good_once() -> None:
    user = a_person()
    with_app(user)
    code = with_codes(user)[0]
    first, second = Client(), Client()

    enter(first)
    first.post(CODE, {"code": code})
    enter(second)
    second.post(CODE, {"code": code})

    assert is_in(first)
    assert not is_in(second)


def test_a_half_finished_sign_in_can_be_begun_anew() -> None:
    with_app(a_person())
    a_person("rob")
    browser = Client()
    enter(browser)

    browser.post("/admin/logout/")

    assert browser.get(LOGIN).status_code == 200
    assert enter(browser, "rob").status_code == 302
    assert is_in(browser)


def test_a_half_finished_sign_in_ends_after_a_quarter_of_an_hour() -> None:
    with_app(a_person())
    with time_machine.travel(1_795_000_010, tick=False) as process:
        browser = Client()
        enter(browser)
        process.shift(15 * 60 + 1)

        reply = browser.post(CODE, {"code": code_now()})

        assert reply["Location"] == LOGIN
        assert not is_in(browser)


def test_a_browser_is_remembered_for_fourteen_days_and_no_longer() -> None:
    with_app(a_person())
    with time_machine.travel(1_795_000_010, tick=False) as process:
        browser = Client()
        enter(browser)
        browser.post(CODE, {"code": code_now(), "remember": "on"})
        browser.post("/admin/logout/")

        assert enter(browser)["Location"] == "/admin/"
        browser.post("/admin/logout/")
        process.shift(14 * 86_400 + 60)
        assert enter(browser)["Location"] == CODE


def test_a_browser_that_is_not_asked_to_be_remembered_is_not() -> None:
    with_app(a_person())
    browser = Client()
    enter(browser)
    browser.post(CODE, {"code": code_now()})
    browser.post("/admin/logout/")

    assert enter(browser)["Location"] == CODE


def test_a_remembered_browser_is_forgotten_when_the_password_changes() -> None:
    user = a_person()
    with_app(user)
    browser = Client()
    enter(browser)
    browser.post(CODE, {"code": code_now(), "remember": "on"})
    user.set_password("another long password")
    user.save()

    assert enter(Client(), "ines", "another long password")["Location"] == CODE
    browser.post("/admin/logout/")
    assert enter(browser, "ines", "another long password")["Location"] == CODE


# Setting up, and taking away


def signed_in() -> tuple[Client, Any]:
    """Return a browser that has just signed in, and its person."""
    user, browser = a_person(), Client()
    enter(browser)
    return browser, user


@pytest.mark.django_db(transaction=True)
def test_an_app_is_added_with_a_code_to_scan_and_leads_to_recovery_codes() -> None:
    browser, user = signed_in()

    page = said(browser.get("/accounts/2fa/app/add/"))
    secret = re.search(r'class="secret">([A-Z2-7]{32})<', page)
    assert secret
    wrong = browser.post("/accounts/2fa/app/add/", {"code": "000000"})
    reply = browser.post("/accounts/2fa/app/add/", {"code": code_now(secret=secret[1])})

    assert secret[1] in said(wrong)
    assert 'role="img" aria-label="Code to scan' in page
    assert "data:image" not in page
    assert reply["Location"] == "/accounts/2fa/codes/"
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_recovery_codes_are_shown_once_by_a_press() -> None:
    browser, user = signed_in()
    with_app(user)

    looked = said(browser.get("/accounts/2fa/codes/"))
    shown = re.findall(r"<code>(\d{8})</code>", said(browser.post("/accounts/2fa/codes/")))
    again = said(browser.get("/accounts/2fa/codes/"))

    assert len(shown) == 10
    assert not any(code in looked + again for code in shown)
    other = Client()
    enter(other)
    other.post(CODE, {"code": shown[3]})
    assert is_in(other)


def test_secrets_of_factors_lie_encrypted() -> None:
    user = a_person()
    app = with_app(user)
    with_codes(user)

    stored = repr(list(Authenticator.objects.values_list("data", flat=True)))

    assert SECRET not in stored
    assert secrets.decrypt(app.data["secret"]) == SECRET


def test_a_lost_key_makes_codes_wrong_and_never_guessable(settings: LazySettings) -> None:
    user = a_person()
    with_app(user)
    with_codes(user)
    settings.SECRET_KEY = "another key, which was never told of the one before"
    browser = Client()
    enter(browser)

    reply = browser.post(CODE, {"code": code_now()})

    assert reply.status_code == 200
    assert not is_in(browser)


@pytest.mark.parametrize("path", ["/accounts/2fa/app/add/", "/accounts/2fa/passkeys/add/"])
def test_opening_a_new_door_asks_again_who_it_is_after_five_minutes(path: str) -> None:
    with time_machine.travel(1_795_000_010, tick=False) as process:
        browser, _user = signed_in()
        assert browser.get(path).status_code == 200
        process.shift(301)

        asked = browser.get(path)
        refused = browser.post("/accounts/again/", {"password": "x", "next": path})
        confirmed = browser.post("/accounts/again/", {"password": PASSWORD, "next": path})

        assert asked["Location"].startswith("/accounts/again/?next=")
        assert "That is not your password" in said(refused)
        assert confirmed["Location"] == path
        assert browser.get(path).status_code == 200


def test_an_app_is_removed_by_a_press_and_the_password_alone_is_enough_again() -> None:
    browser, user = signed_in()
    with_app(user)

    assert browser.get("/accounts/2fa/app/remove/").status_code == 200
    assert Authenticator.objects.filter(user=user).exists()
    browser.post("/accounts/2fa/app/remove/")

    assert not Authenticator.objects.filter(user=user).exists()
    assert enter(Client())["Location"] == "/admin/"


# Where it is asked of everybody


@pytest.fixture
def _asked(settings: LazySettings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.mark.usefixtures("_asked")
def test_without_a_second_factor_nothing_else_opens() -> None:
    browser, user = signed_in()

    page = browser.get("/admin/keys/")
    program = browser.get("/api/v1/incidents/")
    button = browser.post("/admin/incidents/incident/add/", {"title": "x"})

    assert page["Location"] == button["Location"] == "/accounts/"
    assert (program.status_code, program.json()["code"]) == (403, "second_factor_needed")
    assert "asks everybody for a second factor" in said(browser.get("/accounts/"))
    assert browser.get("/accounts/2fa/app/add/").status_code == 200
    with_app(user)
    assert is_in(browser)


@pytest.mark.usefixtures("_asked")
def test_whoever_removes_it_is_asked_again() -> None:
    browser, user = signed_in()
    with_app(user)
    assert is_in(browser)

    browser.post("/accounts/2fa/app/remove/")

    assert browser.get("/admin/keys/")["Location"] == "/accounts/"


@pytest.mark.usefixtures("_asked")
def test_tokens_of_programs_go_on_working(clock: Clock) -> None:
    user = a_person()
    token = make_token(user, scope="read", by=person(user), at=clock.now)

    reply = Client().get("/api/v1/incidents/", headers={"authorization": f"Bearer {token}"})

    assert reply.status_code == 200


# Lost every factor


def test_an_administrator_removes_lost_factors_and_the_sessions_end() -> None:
    user = a_person("rob")
    old = Client()
    enter(old, "rob")
    with_app(user)
    with_codes(user)
    a_person("ada", group="Administrator")
    browser = Client()
    enter(browser, "ada")
    press = f"/admin/core/user/{user.pk}/press/remove_factors/"

    asked = browser.post(press)
    assert Authenticator.objects.filter(user=user).count() == 2
    browser.post(press, {"confirmed": "1"})

    assert "signed out everywhere" in said(asked)
    assert not Authenticator.objects.filter(user=user).exists()
    assert not is_in(old)
    row = SignIn.objects.get(event=SignIn.Event.FACTOR_REMOVED)
    assert (row.who, row.why) == ("rob", "all of them, by ada")


def test_nobody_else_does() -> None:
    user = a_person("rob")
    with_app(user)
    browser, _user = signed_in()

    reply = browser.post(f"/admin/core/user/{user.pk}/press/remove_factors/", {"confirmed": "1"})

    assert reply.status_code == 403
    assert Authenticator.objects.filter(user=user).exists()
