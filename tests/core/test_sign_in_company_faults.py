"""What a provider, or somebody in its place, can do wrong: refused, said, and never a fault."""

import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from core.models import SignIn
from tests.core.door import LOGIN, a_person, enter, is_in, said
from tests.core.fake_provider import BACK, GO, INES, SECRET, Provider, come, there

pytestmark = pytest.mark.django_db

STRANGER = rsa.generate_private_key(65537, 2048)
BAD_TOKENS: dict[str, dict[str, Any]] = {
    "signed by somebody else": {"signing_key": STRANGER},
    "signed by nobody": {"signing_key": "", "algorithm": "none"},
    "signed by a shared secret": {"signing_key": SECRET, "algorithm": "HS256"},
    "a key nobody has": {"header": {"kid": "two"}},
    "another issuer": {"claims": {**INES, "iss": "https://evil.example"}},
    "for somebody else": {"claims": {**INES, "aud": "another"}},
    "over": {"claims": {**INES, "exp": 1_000_000_000}},
    "not yet": {"claims": {**INES, "nbf": 4_000_000_000}},
    "no subject": {"claims": {**INES, "sub": None}},
    "an endless subject": {"claims": {**INES, "sub": "x" * 5000}},
    "a number for a subject": {"claims": {**INES, "sub": ""}},
    "no claims": {"instead": {"token": {"access_token": "a", "id_token": "x"}}},
    "no ID token": {"instead": {"token": {"access_token": "a"}}},
    "a strange answer": {"instead": {"token": [1]}},
    "a text": {"instead": {"token": b"hello"}},
    "a strange life": {"instead": {"token": {"access_token": "a", "expires_in": "x", "id_token": "x"}}},
    "an error": {"instead": {"token": 500}},
    "silence": {"instead": {"token": 1.5}},
    "no keys": {"instead": {"keys": {}}},
    "strange keys": {"instead": {"keys": {"keys": [{"kid": "one"}]}}},
    "nameless keys": {"instead": {"keys": {"keys": [{}]}}},
    "silent keys": {"instead": {"keys": 1.5}},
}  # fmt: skip


@pytest.mark.parametrize("how", BAD_TOKENS)
def test_a_token_that_proves_nothing_is_refused_and_never_a_fault(
    how: str, company: Provider
) -> None:
    a_person()
    for name, value in BAD_TOKENS[how].items():
        setattr(company, name, value)
    began = time.monotonic()

    browser, reply = come(company)

    assert reply["Location"] == LOGIN
    assert not is_in(browser)
    assert time.monotonic() - began < 3
    row = SignIn.objects.get()
    assert (row.event, row.method) == (SignIn.Event.REFUSED, SignIn.Method.OIDC)
    assert "or did not answer" in said(browser.get(LOGIN))


BAD_DISCOVERY: dict[str, Any] = {
    "an error": 503,
    "no JSON": b"<html>",
    "silence": 1.5,
    "a list": [],
    "half of it": {"issuer": "x"},
    "nothing": {},
}


@pytest.mark.parametrize("how", BAD_DISCOVERY)
def test_a_provider_that_is_away_is_said_and_asked_again_after_a_while(
    how: str, company: Provider
) -> None:
    a_person()
    company.instead["openid-configuration"] = BAD_DISCOVERY[how]
    browser = Client()

    first = browser.post(GO)
    second = browser.post(GO)

    assert first["Location"] == second["Location"] == LOGIN
    assert company.asked.count("openid-configuration") == 1
    assert "use your password" in said(browser.get(LOGIN))
    assert enter(browser).status_code == 302


def test_a_provider_that_calls_itself_another_is_refused(company: Provider) -> None:
    company.described["issuer"] = "https://evil.example"

    assert Client().post(GO)["Location"] == LOGIN


def test_its_description_is_asked_for_once_in_ten_minutes(company: Provider) -> None:
    a_person()
    come(company)
    come(company)

    assert company.asked.count("openid-configuration") == 1


def test_an_address_may_come_from_userinfo_of_the_same_subject(company: Provider) -> None:
    a_person()
    company.claims = {"sub": "00u1"}
    company.userinfo = dict(INES)
    browser, _reply = come(company)
    assert is_in(browser)
    SocialAccount.objects.all().delete()

    company.userinfo["sub"] = "00u2"
    other, _reply = come(company)

    assert not is_in(other)


QUERIES = [
    "",
    "?code=x",
    "?state=x",
    "?code=x&state=x",
    "?error=access_denied",
    "?error=x&state=x",
    "?code=%00&state=%00",
]


@pytest.mark.parametrize("query", QUERIES)
def test_coming_back_without_having_gone_is_refused(query: str, company: Provider) -> None:
    a_person()
    browser = Client()

    reply = browser.get(f"{BACK}{query}")

    assert reply["Location"] == LOGIN
    assert not is_in(browser)


def test_an_answer_belongs_to_the_browser_that_asked(company: Provider) -> None:
    a_person()
    mine, victim = Client(), Client()
    back = urlsplit(company.authorize(there(mine)))
    there(victim)

    victim.get(f"{back.path}?{back.query}")

    assert not is_in(victim)


def test_an_answer_is_good_once(company: Provider) -> None:
    a_person()
    browser = Client()
    back = urlsplit(company.authorize(there(browser)))
    browser.get(f"{back.path}?{back.query}")
    browser.post("/admin/logout/")

    browser.get(f"{back.path}?{back.query}")

    assert not is_in(browser)


def test_whoever_turns_round_there_is_told_so(company: Provider) -> None:
    browser = Client()
    state = dict(parse_qsl(urlsplit(there(browser)).query))["state"]

    reply = browser.get(f"{BACK}?error=access_denied&state={state}")

    assert reply["Location"] == LOGIN
    assert "without signing in" in said(browser.get(LOGIN))
    assert not SignIn.objects.exists()


def test_nobody_is_led_away_from_staff_pages(company: Provider) -> None:
    a_person()

    _browser, reply = come(company, next="https://evil.example/")

    assert reply["Location"] == "/admin/"


def test_the_provider_is_asked_ten_times_a_minute_for_one_address(company: Provider) -> None:
    answers = [Client().post(GO).status_code for _ in range(12)]

    assert answers == [200] * 10 + [429] * 2
