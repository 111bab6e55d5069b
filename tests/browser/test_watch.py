"""What the browser tests rely on sees what it is there for: a broken page does not pass."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.hands import Keyboard
from tests.browser.house import Look, Watch
from tests.browser.test_accessibility import ALL, FOCUSED, TOO_WIDE, violations

pytestmark = pytest.mark.slow

SITE = "http://house.invalid"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
BROKEN = """<!DOCTYPE html><html lang="en"><title>Broken</title><main><h1>Broken</h1>
<script>document.title = "run"</script><script src="/throws.js"></script><script src="/gone.js"></script>
<img src="http://stranger.invalid/a.png" alt=""><img src="/picture.png">
<a href="#end" id="bare">To the end</a><p id="end"><span>{}</span></p></main></html>"""


@pytest.fixture
def broken(chromium: Browser, _in_turn: None) -> Any:
    """A page on which everything is wrong, and what the watch wrote down about it."""
    watch = Watch(SITE)
    with chromium.new_context(base_url=SITE, **Look(320).options()) as context:
        context.route("**/*", answer)
        page = context.new_page()
        watch.over(page)
        page.goto("/")
        yield page, watch


def answer(route: Any) -> None:
    """Answer as the broken site does."""
    kind, body, status = {
        "/": ("text/html", BROKEN.format("x" * 400), 200),
        "/throws.js": ("text/javascript", "throw new Error('on purpose')", 200),
        "/picture.png": ("image/png", "", 500),
    }.get(route.request.url.removeprefix(SITE), ("text/plain", "", 404))
    headers = {"Content-Type": kind, "Content-Security-Policy": POLICY}
    route.fulfill(status=status, headers=headers, body=body)


@pytest.mark.parametrize(
    "trouble",
    [
        "Content Security Policy",
        "error in a script: on purpose",
        f"404 for {SITE}/gone.js",
        f"500 for {SITE}/picture.png",
        "stranger.invalid",
    ],
)
def test_the_watch_writes_down(broken: tuple[Page, Watch], trouble: str) -> None:
    _page, watch = broken

    assert [told for told in watch.troubles if trouble in told] != []


def test_axe_names_the_element(broken: tuple[Page, Watch]) -> None:
    page, _watch = broken
    page.evaluate(Axe().axe_script)

    assert [told for told in violations(page, ALL) if told.startswith("image-alt")] != []


def test_what_is_too_wide_is_named(broken: tuple[Page, Watch]) -> None:
    page, _watch = broken

    assert "SPAN.null" in page.evaluate(TOO_WIDE)


def test_a_focus_without_a_ring_is_seen(broken: tuple[Page, Watch]) -> None:
    page, _watch = broken
    page.evaluate("() => { document.getElementById('bare').style.outline = '0' }")

    Keyboard(page).reach(page.locator("#bare"))

    assert page.evaluate(FOCUSED)["ringed"] is False
