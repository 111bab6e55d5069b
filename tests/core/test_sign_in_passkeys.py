"""Passkeys: made, used alone and after the password, renamed, removed; what is no passkey is refused."""

import html
import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.test import Client, RequestFactory

from core.models import SignIn
from core.sign_in.factors import relying_party, why_no_passkeys
from tests.core.door import CODE, LOGIN, a_person, enter, is_in, said
from tests.core.soft_key import SoftKey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_local")]
ADD, ENTER = "/accounts/2fa/passkeys/add/", "/accounts/passkey/"


@pytest.fixture
def _local(settings: LazySettings) -> None:
    settings.STAFF_URL = settings.SITE_URL = "http://localhost:8000"


def a_browser(**fields: Any) -> Client:
    """Return a browser that has this server open as localhost."""
    return Client(headers={"host": "localhost:8000"}, **fields)


def asked(browser: Client, path: str) -> dict[str, Any]:
    """Return what a page asks its browser's authenticator for."""
    found = re.search(r'data-options="([^"]+)"', said(browser.get(path)))
    assert found
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


def with_passkey(*, alone: bool = True, name: str = "Phone") -> tuple[Client, SoftKey]:
    """Make a person with a passkey; return the browser where they are in, and the device."""
    a_person()
    browser, key = a_browser(), SoftKey(verifies=alone)
    enter(browser)
    credential = key.make(asked(browser, ADD))
    form = {"name": name, "credential": json.dumps(credential)} | (
        {"passwordless": "on"} if alone else {}
    )
    reply = browser.post(ADD, form)
    assert reply.status_code == 302, said(reply)
    return browser, key


def come(key: SoftKey, browser: Client | None = None, **form: str) -> Client:
    """Sign in by the passkey alone."""
    browser = browser or a_browser()
    options = browser.get(ENTER, headers={"accept": "application/json"}).json()["request_options"]
    browser.post(ENTER, {"credential": json.dumps(key.use(options)), **form})
    return browser


def test_a_passkey_signs_in_alone() -> None:
    _browser, key = with_passkey()

    assert is_in(come(key))
    latest = SignIn.objects.first()
    assert latest
    assert (latest.event, latest.method) == ("signed_in", "passkey")


def test_it_leads_to_the_page_that_was_asked_for() -> None:
    _browser, key = with_passkey()
    browser = a_browser()
    options = browser.get(ENTER, headers={"accept": "application/json"}).json()["request_options"]

    reply = browser.post(
        ENTER, {"credential": json.dumps(key.use(options)), "next": "/admin/keys/"}
    )

    assert reply["Location"] == "/admin/keys/"


def test_it_answers_after_the_password_too() -> None:
    _browser, key = with_passkey(alone=False)
    browser = a_browser()

    assert enter(browser)["Location"] == CODE
    browser.post(CODE, {"credential": json.dumps(key.use(asked(browser, CODE)))})

    assert is_in(browser)


def test_a_device_that_asks_for_no_finger_does_not_sign_in_alone() -> None:
    _browser, key = with_passkey(alone=False)

    assert not is_in(come(key))


def test_a_stranger_s_key_is_refused_and_recorded() -> None:
    _browser, key = with_passkey()
    thief = SoftKey(id=key.id, handle=key.handle)

    browser = come(thief)

    assert not is_in(browser)
    assert "That passkey did not work" in said(browser.get(LOGIN))
    assert SignIn.objects.filter(event=SignIn.Event.REFUSED, method=SignIn.Method.PASSKEY).exists()


def test_an_answer_is_good_once() -> None:
    _browser, key = with_passkey()
    browser = a_browser()
    options = browser.get(ENTER, headers={"accept": "application/json"}).json()["request_options"]
    answer = {"credential": json.dumps(key.use(options))}
    browser.post(ENTER, answer)
    browser.post("/admin/logout/")

    browser.post(ENTER, answer)
    other = a_browser()
    other.post(ENTER, answer)

    assert not is_in(browser)
    assert not is_in(other)


def test_an_answer_given_to_another_site_is_refused() -> None:
    _browser, key = with_passkey()
    key.origin = "http://evil.example"

    assert not is_in(come(key))


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_whoever_may_not_come_in_is_told_what_every_wrong_passkey_is_told(field: str) -> None:
    _browser, key = with_passkey()
    user = Authenticator.objects.filter(type="webauthn").get().user
    setattr(user, field, False)
    user.save()

    browser = come(key)

    assert not is_in(browser)
    assert "That passkey did not work" in said(browser.get(LOGIN))


NONSENSE = [
    "", "x", "[]", '{"id":1}', '{"response":{"userHandle":5}}',
    '{"type":"public-key","id":"YQ","rawId":"YQ","response":{"clientDataJSON":"e30","authenticatorData":"YQ","signature":"YQ","userHandle":"YQ"}}',
    '{"type":"public-key","id":"YQ","rawId":"YQ","response":{"clientDataJSON":"e30","attestationObject":"oA"}}',
    "[" * 2000, '{"a":' + "9" * 4000 + "}",
]  # fmt: skip


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_is_refused_at_every_place(credential: str) -> None:
    browser, _key = with_passkey(alone=False)
    stranger, half = a_browser(), a_browser()
    stranger.get(ENTER, headers={"accept": "application/json"})
    enter(half)
    half.get(CODE)
    browser.get(ADD)

    answers = [
        stranger.post(ENTER, {"credential": credential}).status_code,
        half.post(CODE, {"credential": credential}).status_code,
        browser.post(ADD, {"credential": credential, "name": "x"}).status_code,
        browser.post("/accounts/again/passkey/", {"credential": credential}).status_code,
    ]

    assert set(answers) <= {200, 302}
    assert not is_in(stranger)
    assert not is_in(half)
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_a_passkey_is_renamed_and_removed_by_its_owner_only() -> None:
    browser, _key = with_passkey(name="<b>Phone</b>")
    passkey = Authenticator.objects.get(type="webauthn")
    page = f"/accounts/2fa/passkeys/{passkey.pk}/"
    a_person("rob")
    other = a_browser()
    enter(other, "rob")

    assert other.post(page, {"name": "mine"}).status_code == 404
    assert other.post(f"{page}remove/").status_code == 404
    assert "&lt;b&gt;Phone&lt;/b&gt;" in said(browser.get("/accounts/"))
    browser.post(page, {"name": "Key ring"})
    assert "Key ring" in said(browser.get("/accounts/"))
    assert browser.get(f"{page}remove/").status_code == 200
    browser.post(f"{page}remove/")

    assert not Authenticator.objects.exists()


def test_options_are_given_ten_times_a_minute() -> None:
    browser = a_browser()

    answers = [
        browser.get(ENTER, headers={"accept": "application/json"}).status_code for _ in range(12)
    ]

    assert answers[9:] == [200, 429, 429]


def test_without_script_the_address_shows_the_page() -> None:
    assert a_browser().get(ENTER)["Location"] == LOGIN


@pytest.mark.parametrize(
    ("staff_url", "host", "party", "works"),
    [
        ("https://staff.example", "staff.example", "staff.example", True),
        ("https://staff.example:8443", "staff.example:8443", "staff.example", True),
        ("https://staff.example", "127.0.0.1", "staff.example", False),
        ("http://staff.example", "staff.example", "staff.example", False),
        ("https://192.0.2.7", "192.0.2.7", "192.0.2.7", False),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "localhost", False),
        ("http://127.0.0.1:8000", "localhost:8000", "localhost", True),
        ("http://localhost:8000", "localhost:8000", "localhost", True),
    ],
)
def test_passkeys_are_bound_to_the_staff_address_and_offered_where_browsers_take_them(
    staff_url: str, host: str, party: str, works: bool, settings: LazySettings
) -> None:
    settings.STAFF_URL = staff_url
    settings.LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")

    said_why = why_no_passkeys(RequestFactory(headers={"host": host}).get("/"))

    assert relying_party() == party
    assert (said_why == "") is works


def test_where_they_can_t_work_the_button_gives_way_to_the_reason(settings: LazySettings) -> None:
    settings.STAFF_URL = "http://127.0.0.1:8000"

    here = said(Client(headers={"host": "127.0.0.1:8000"}).get(LOGIN))
    there = said(a_browser().get(LOGIN))

    assert "use_passkey" not in here
    assert "For a passkey open http://localhost:8000/admin/" in here
    assert "use_passkey" in there
