"""Signing in with a real browser: a passkey from a virtual authenticator, and the company account under our policy."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.house import Watch
from tests.core.fake_provider import CLIENT, SECRET, provider
from tests.stack import Moulds, Stack

pytestmark = pytest.mark.slow

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
Home = tuple[Stack, str, str]


@pytest.fixture
def home(moulds: Moulds, tmp_path: Path) -> Iterator[Callable[..., Home]]:
    """Start a new installation with its first Administrator: `home(NAME="value")` gives it, login and password."""
    with ExitStack() as ends:

        def start(**more: str) -> Home:
            stack = ends.enter_context(moulds.stack("sqlite", tmp_path, **more))
            stack.manage("first_admin")
            stack.start_web()
            notes = json.loads((tmp_path / "data" / "first-start.json").read_text())
            return stack, notes["login"], notes["password"]

        yield start


def window(chromium: Browser, site: str) -> Page:
    """Open a window that has never been here."""
    return chromium.new_context(base_url=site).new_page()


def with_device(page: Page) -> None:
    """Plug an authenticator into this window (WebAuthn domain of the Chrome DevTools Protocol)."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def enter(page: Page, login: str, password: str) -> None:
    page.goto("/admin/login/")
    page.get_by_label("E-mail or user name").fill(login)
    page.get_by_label("Password").fill(password)
    page.locator("[data-action=sign_in]").click()


def arrived(page: Page) -> None:
    """Wait for a staff page that only people who are in can see."""
    page.locator("details.account").wait_for()


def leave(page: Page) -> None:
    page.goto("/admin/logout/")
    page.locator("main [data-action=sign_out]").click()
    page.wait_for_url("**/admin/login/")


def test_a_passkey_is_added_used_alone_used_after_the_password_and_removed(
    chromium: Browser, home: Callable[..., Home]
) -> None:
    stack, login, password = home()
    site = stack.site.replace("127.0.0.1", "localhost")
    page, watch = window(chromium, site), Watch(site)
    watch.over(page)
    with_device(page)

    enter(page, login, password)
    page.goto("/accounts/2fa/passkeys/add/")
    page.get_by_label("Name").fill("Phone")
    page.locator("[data-action=add_passkey]").click()
    page.wait_for_url("**/accounts/2fa/codes/")
    page.locator("[data-action=make_codes]").click()
    assert page.locator("ol.codes li").count() == 10

    leave(page)
    page.locator("[data-action=use_passkey]").click()
    arrived(page)

    leave(page)
    enter(page, login, password)
    page.wait_for_url("**/accounts/2fa/authenticate/")
    page.locator("[data-action=use_passkey]").click()
    arrived(page)

    page.goto("/accounts/")
    assert page.get_by_text("Phone", exact=True).is_visible()
    page.get_by_role("link", name="Remove").click()
    page.locator("[data-action=remove_passkey]").click()
    leave(page)
    enter(page, login, password)
    arrived(page)
    assert watch.troubles == []


def test_a_passkey_that_is_not_used_says_so_and_the_password_works_on(
    chromium: Browser, home: Callable[..., Home]
) -> None:
    stack, login, password = home()
    site = stack.site.replace("127.0.0.1", "localhost")
    page = window(chromium, site)
    with_device(page)  # which holds no passkey of ours
    page.goto("/admin/login/")

    page.locator("[data-action=use_passkey]").click()

    page.get_by_text("Nothing was sent").wait_for()
    enter(page, login, password)
    arrived(page)


def test_the_company_account_works_in_a_browser_that_keeps_to_our_policy(
    chromium: Browser, home: Callable[..., Home]
) -> None:
    with provider() as company:
        company.claims = {"sub": "1", "email": "ines@northwind.example", "email_verified": True}
        told = {
            "OIDC_ISSUER": company.issuer,
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_CLIENT_SECRET": SECRET,
            "OIDC_NAME": "Northwind",
            "OIDC_CREATES": "viewer",
        }
        stack, _login, _password = home(**told)
        page = window(chromium, stack.site)
        errors: list[Any] = []
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)

        page.goto("/admin/keys/")
        page.get_by_role("button", name="Northwind").click()
        page.wait_for_url(f"{stack.site}/admin/keys/")

        page.goto("/accounts/")
        assert page.get_by_text("ines@northwind.example").first.is_visible()
        assert errors == []
