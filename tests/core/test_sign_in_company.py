"""The company account: a real OpenID Connect exchange, and whom it lets in."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.test import Client

from core.models import SignIn, User
from core.sign_in.checks import company_account_is_whole
from tests.core.door import CODE, LOGIN, a_person, code_now, is_in, said, with_app
from tests.core.fake_provider import BACK, GO, INES, STAFF, Provider, come, there

pytestmark = pytest.mark.django_db


def test_whoever_the_company_knows_by_a_verified_address_comes_in(company: Provider) -> None:
    user = a_person()

    browser, reply = come(company, next="/admin/keys/")

    assert reply["Location"] == "/admin/keys/"
    assert is_in(browser)
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.uid, linked.extra_data) == (user, "00u1", {"email": INES["email"]})
    rows = SignIn.objects.order_by("pk").values_list("event", "method", "who")
    assert list(rows) == [("factor_added", "oidc", "ines"), ("signed_in", "oidc", "ines")]


def test_once_linked_the_subject_counts_and_not_the_address(company: Provider) -> None:
    a_person()
    a_person("rob", email="new@northwind.example")
    come(company)
    company.claims["email"] = "new@northwind.example"

    browser, _reply = come(company)

    assert "ines" in said(browser.get("/accounts/"))


def test_the_second_factor_is_asked_all_the_same(company: Provider) -> None:
    with_app(a_person())

    browser, reply = come(company, next="/admin/keys/")

    assert reply["Location"] == CODE
    assert not is_in(browser)
    assert browser.post(CODE, {"code": code_now()})["Location"] == "/admin/keys/"


def test_the_request_is_complete_and_bound_to_staff_url(company: Provider) -> None:
    query = dict(parse_qsl(urlsplit(there(Client(headers={"host": "localhost:1"}))).query))

    assert query["redirect_uri"] == f"{STAFF}{BACK}"
    assert set(query["scope"].split()) == {"openid", "profile", "email"}
    assert len(query["state"]) >= 16
    assert query["code_challenge_method"] == "S256"


def test_the_page_that_leads_there_works_without_script_and_within_the_policy(
    company: Provider,
) -> None:
    reply = Client().post(GO)

    assert f'href="{company.issuer}/authorize?' in said(reply)
    assert "form-action 'self'" in reply["Content-Security-Policy"]
    assert Client().get(GO).status_code == 405
    assert Client(enforce_csrf_checks=True).post(GO).status_code == 403


def test_the_button_stands_only_where_there_is_a_company_account(
    company: Provider, settings: LazySettings
) -> None:
    assert "Northwind" in said(Client().get(LOGIN))
    kept = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**kept, "APPS": []}}

    assert "Northwind" not in said(Client().get(LOGIN))
    assert Client().post(GO).status_code == 404
    assert Client().get(BACK).status_code == 404


TURNED_AWAY: dict[str, dict[str, Any]] = {
    "nobody has the address": {"email": "eve@evil.example"},
    "an address that is not verified": {"email_verified": False},
    "a word instead of true": {"email_verified": "false"},
    "nothing about verifying": {"email_verified": None},
    "no address": {"email": None},
    "an empty address": {"email": ""},
    "no address at all": {"email": ["ines@northwind.example"]},
}


@pytest.mark.parametrize("why", TURNED_AWAY)
def test_nobody_else_comes_in_and_no_account_is_made(why: str, company: Provider) -> None:
    a_person()
    company.claims |= TURNED_AWAY[why]

    browser, reply = come(company)

    assert reply["Location"] == LOGIN
    assert not is_in(browser)
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert SignIn.objects.get().event == SignIn.Event.REFUSED
    assert 'role="alert"' in said(browser.get(LOGIN))


def test_two_people_with_one_address_are_nobody(company: Provider) -> None:
    a_person()
    a_person("other", email="INES@northwind.example")

    browser, _reply = come(company)

    assert not is_in(browser)
    assert SignIn.objects.get().why == "several people have its address"


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_a_disabled_person_hears_what_every_unknown_one_hears(
    field: str, company: Provider
) -> None:
    a_person(**{field: False})
    disabled, _reply = come(company)
    User.objects.all().delete()
    unknown, _reply = come(company)

    pages = [
        re.sub(r'csrfmiddlewaretoken" value="\w+"', "", said(browser.get(LOGIN)))
        for browser in (disabled, unknown)
    ]

    assert pages[0] == pages[1]
    assert "nobody here who may come in has the address" in pages[0]


# With OIDC_CREATES=viewer


def test_a_viewer_is_made_where_the_environment_says_so(
    company: Provider, settings: LazySettings
) -> None:
    settings.OIDC_CREATES = "viewer"
    company.claims |= {"preferred_username": "ines", "given_name": "Ines", "family_name": "Okafor"}

    browser, _reply = come(company)

    user = User.objects.get()
    assert (user.username, user.get_full_name(), user.email) == (
        "ines",
        "Ines Okafor",
        INES["email"],
    )
    assert [group.name for group in user.groups.all()] == ["Viewer"]
    assert not user.has_usable_password()
    assert browser.get("/accounts/").status_code == 200
    assert browser.get("/accounts/password/")["Location"] == "/accounts/password/none/"


def test_a_claimed_user_name_takes_nobody_s_account(
    company: Provider, settings: LazySettings
) -> None:
    settings.OIDC_CREATES = "viewer"
    a_person("ada", group="Administrator")
    company.claims |= {"preferred_username": "ADA", "email": "eve@evil.example"}

    come(company)

    made = User.objects.get(email="eve@evil.example")
    assert made.username == "ADA2"
    assert made.right == 1


@pytest.mark.parametrize("name", ["", "<script>", "x" * 500, "🙂", None, 5])
def test_any_claimed_name_will_do(name: object, company: Provider, settings: LazySettings) -> None:
    settings.OIDC_CREATES = "viewer"
    company.claims |= {"preferred_username": name, "name": "y" * 500, "given_name": name}

    _browser, reply = come(company)

    assert reply.status_code == 302
    assert User.objects.count() <= 1


def test_without_a_verified_address_nobody_is_made(
    company: Provider, settings: LazySettings
) -> None:
    settings.OIDC_CREATES = "viewer"
    company.claims["email_verified"] = False

    come(company)

    assert not User.objects.exists()


# Half a set-up

WHOLE = {
    "OIDC_ISSUER": "https://id.example",
    "OIDC_CLIENT_ID": "a",
    "OIDC_CLIENT_SECRET": "b",
    "OIDC_CREATES": "",
}


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        (dict.fromkeys(WHOLE, ""), []),
        ({"OIDC_CLIENT_SECRET": ""}, ["core.E004"]),
        ({"OIDC_ISSUER": ""}, ["core.E004"]),
        ({"OIDC_ISSUER": "http://id.example"}, ["core.E005"]),
        ({"OIDC_ISSUER": "http://127.0.0.1:1"}, []),
        ({"OIDC_CREATES": "administrator"}, ["core.E006"]),
        ({"OIDC_CREATES": "viewer"}, []),
    ],
)
def test_half_a_company_account_is_named_at_the_start(
    changes: dict[str, str], ids: list[str], settings: LazySettings
) -> None:
    for name, value in {**WHOLE, **changes}.items():
        setattr(settings, name, value)

    assert [found.id for found in company_account_is_whole(None)] == ids
