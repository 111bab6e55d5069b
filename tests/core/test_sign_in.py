"""The sign-in page: who gets in, what it says, where it leads (design.md 2.15, reliability S7, S11, S29)."""

import re

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.test import Client

from core.models import SignIn, User
from tests.core.door import LOGIN, PASSWORD, a_person, enter, is_in, said
from tests.core.hashers import Counting

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=\"|javascript:")
EVIL = [
    "//evil.example", "https://evil.example/admin/", "https:evil.example", "http:///evil.example", "/\\evil.example",
    "\\\\evil.example", "///evil.example", "/\t/evil.example", "javascript:alert(1)", "data:text/html,x", "admin/",
    "https://127.0.0.1/admin/", "http://testserver/admin/", "//admin/", "/../evil", "/history", "/r/x/", "/in/generic/x/",
    "https://user@evil.example", "/admin\\@evil.example", "\x00/admin/", " /admin/keys/", "/%2fevil.example", "?x", "#",
]  # fmt: skip


def test_the_first_page_leads_to_the_form_and_its_fields_let_in() -> None:
    a_person()
    browser = Client(enforce_csrf_checks=True)

    page = browser.get("/admin/", follow=True)
    names = re.findall(r'<input[^>]+name="(\w+)"', said(page).split("</form>")[0])
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', said(page))
    assert token
    reply = browser.post(
        page.redirect_chain[-1][0],
        {"csrfmiddlewaretoken": token[1], "username": "ines", "password": PASSWORD},
    )

    assert {"username", "password"} <= set(names)
    assert (reply.status_code, reply["Location"]) == (302, "/admin/")
    assert is_in(browser)


@pytest.mark.parametrize(
    ("address", "field", "name"),
    [
        (LOGIN, "username", "ines"),
        (LOGIN, "login", "INES"),
        (f"{LOGIN}?next=/admin/", "username", " ines "),
        (f"{LOGIN}?next=/admin/", "login", "ines@northwind.example"),
        ("/accounts/login/", "username", "Ines@Northwind.example"),
        ("/accounts/login/", "login", "ines"),
    ],
)
def test_both_addresses_take_both_words_and_both_names(address: str, field: str, name: str) -> None:
    a_person()
    browser = Client()

    browser.post(address, {field: name, "password": PASSWORD})

    assert is_in(browser)


def test_one_address_is_shown() -> None:
    reply = Client().get("/accounts/login/?next=/admin/keys/")

    assert (reply.status_code, reply["Location"]) == (302, f"{LOGIN}?next=%2Fadmin%2Fkeys%2F")


def test_a_form_without_its_token_is_refused() -> None:
    a_person()

    assert enter(Client(enforce_csrf_checks=True)).status_code == 403


def refusals() -> dict[str, tuple[str, str]]:
    """Make people who can't come in for different reasons; return what each types."""
    a_person("known")
    a_person("gone", is_active=False)
    a_person("barred", is_staff=False)
    a_person("twin1", email="twin@northwind.example")
    a_person("twin2", email="twin@northwind.example")
    company = a_person("company")
    company.set_unusable_password()
    company.save()
    return {
        "nobody": ("nobody", PASSWORD),
        "wrong": ("known", "wrong"),
        "mail": ("known@northwind.example", "wrong"),
        "disabled": ("gone", PASSWORD),
        "barred": ("barred", PASSWORD),
        "two": ("twin@northwind.example", PASSWORD),
        "company": ("company", PASSWORD),
        "hostile": ("<script>alert(1)</script>'\"", "x" * 5000),
    }


def test_every_refusal_reads_the_same() -> None:
    pages = set()
    for name, password in refusals().values():
        browser = Client()
        reply = enter(browser, name, password)
        text = re.sub(
            r'name="csrfmiddlewaretoken" value="\w+"|value="[^"]*" (?=id|auto)', "", said(reply)
        )
        pages.add((reply.status_code, re.sub(r'(name="username") value="[^"]*"', r"\1", text)))
        assert not is_in(browser)

    assert len(pages) == 1
    assert "Check the name and the password" in pages.pop()[1]


def test_every_refusal_costs_one_hash(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["tests.core.hashers.Counting"]
    typed = refusals()

    counts = {}
    for why, (name, password) in typed.items():
        Counting.count = 0
        enter(Client(), name, password)
        counts[why] = Counting.count

    assert set(counts.values()) == {1}, counts


@pytest.mark.parametrize("address", EVIL)
def test_s29_nobody_is_led_anywhere_but_to_staff_pages(address: str) -> None:
    a_person()

    reply = enter(Client(), next=address)
    after = Client().post(
        f"{LOGIN}?next=", {"username": "ines", "password": PASSWORD, "next": address}
    )

    assert reply["Location"] == after["Location"] == "/admin/"


@pytest.mark.parametrize(
    "address", ["/admin/incidents/incident/?q=a", "/accounts/", "/api/v1/docs/"]
)
def test_people_are_led_to_the_page_they_came_for(address: str) -> None:
    a_person()

    assert enter(Client(), next=address)["Location"] == address


@pytest.mark.parametrize(
    "path",
    [
        "",
        "signup/",
        "social/signup/",
        "3rdparty/signup/",
        "email/",
        "password/reset/",
        "login/code/",
        "confirm-email/",
    ],
)
def test_no_door_makes_an_account(path: str) -> None:
    browser = Client()
    form = {
        "username": "new",
        "email": "new@evil.example",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }

    replies = [browser.get(f"/accounts/{path}"), browser.post(f"/accounts/{path}", form)]

    assert {reply.status_code for reply in replies} <= {302, 404}
    assert not User.objects.exists()
    assert not is_in(browser)


def test_the_page_has_labels_and_helps_password_managers() -> None:
    text = said(Client().get(LOGIN))

    assert text.count("<h1") == 1
    assert '<label for="id_username">E-mail or user name</label>' in text
    assert '<label for="id_password">Password</label>' in text
    assert 'autocomplete="username"' in text
    assert 'autocomplete="current-password"' in text
    assert "onpaste" not in text


def test_the_page_tells_visitors_and_the_paged_where_to_go(settings: LazySettings) -> None:
    settings.SITE_URL = "https://status.northwind.example"

    text = said(Client().get(LOGIN))

    assert '<a href="https://status.northwind.example/">status.northwind.example</a>' in text
    assert "The link in your message answers without signing in." in text


def test_looking_at_the_page_leaves_no_trace() -> None:
    browser = Client()

    reply = browser.get(LOGIN)

    assert not Session.objects.exists()
    assert not SignIn.objects.exists()
    assert "no-store" in reply["Cache-Control"]
    assert set(reply.cookies) == {"csrf"}


@pytest.mark.parametrize("path", [LOGIN, "/accounts/forgotten/", "/accounts/break-glass/x/"])
def test_pages_around_the_door_hold_nothing_inline(path: str) -> None:
    reply = Client().get(path)

    assert not INLINE.search(said(reply))
    assert "unsafe" not in reply["Content-Security-Policy"]
    assert "form-action 'self'" in reply["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/admin/logout/", "/accounts/logout/"])
def test_a_link_signs_nobody_out(path: str) -> None:
    a_person()
    browser = Client()
    enter(browser)

    assert browser.get(path).status_code == 200
    assert is_in(browser)
    reply = browser.post(path, {"next": "https://evil.example/"})

    assert reply["Location"] == LOGIN
    assert not is_in(browser)


def test_who_is_in_is_led_past_the_page() -> None:
    a_person()
    browser = Client()
    enter(browser)

    assert browser.get(f"{LOGIN}?next=/admin/keys/")["Location"] == "/admin/keys/"
    assert browser.get(f"{LOGIN}?next=//evil.example")["Location"] == "/admin/"


@pytest.mark.parametrize("host", ["evil.example", "alerts.example"])
def test_the_door_stands_under_the_staff_host_only(host: str, settings: LazySettings) -> None:
    settings.SITE_URL, settings.STAFF_URL = "https://alerts.example", "https://staff.example"
    settings.LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")

    assert Client(headers={"host": host}).get("/accounts/", secure=True).status_code == 400
    assert Client(headers={"host": "staff.example"}).get(LOGIN, secure=True).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "a\x00b"),
        ("username", ""),
        ("password", ""),
        ("username", "\ud800".encode("utf-8", "surrogatepass")),
    ],
)
def test_nonsense_is_refused_in_words(field: str, value: object) -> None:
    reply = Client().post(LOGIN, {"username": "ines", "password": "x", field: value})

    assert reply.status_code == 200
    assert 'role="alert"' in said(reply)
