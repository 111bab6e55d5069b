"""Fixtures of the browser tests: one demo company and one Chromium for all, a fresh window for each.

A window whose page said an error, broke the security policy or missed a file fails its test.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.house import House, Look, Watch, launch_options, running, session_of
from tests.programs import require

PATIENCE_MS = 15_000
Opens = Callable[..., Page]
Looks = Callable[..., tuple[Page, Watch]]


class _Loop:
    """Playwright's event loop: it counts as running from its start to its end, so hide it between our tests.

    Django refuses the database where a loop runs, and the tests of other folders run in between.
    """

    def __init__(self) -> None:
        self._loop: Any = None

    def hide(self) -> None:
        self._loop = asyncio._get_running_loop()
        asyncio._set_running_loop(None)

    def show(self) -> None:
        asyncio._set_running_loop(self._loop or asyncio._get_running_loop())


@pytest.fixture(scope="session")
def loop() -> _Loop:
    return _Loop()


@pytest.fixture(scope="session")
def chromium(loop: _Loop) -> Iterator[Browser]:
    """Debian's Chromium; without it the test is skipped loudly, and with CI=true it fails."""
    program = require("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as player:
        browser = player.chromium.launch(**launch_options(program))
        yield browser
        loop.show()
        browser.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo company, running, with a row of everything."""
    with running(tmp_path_factory.mktemp("house")) as made:
        made.furnish()
        yield made


@pytest.fixture(scope="session")
def session(chromium: Browser, house: House, loop: _Loop) -> Any:
    """The cookies of a signed-in person."""
    loop.show()
    return session_of(chromium, house)


@pytest.fixture(autouse=True)
def _in_turn(chromium: Browser, loop: _Loop) -> Iterator[None]:
    """Let the browser's loop be seen by tests of this folder only."""
    loop.show()
    yield
    loop.hide()


@pytest.fixture
def opens(chromium: Browser, house: House, session: Any, _in_turn: None) -> Iterator[Opens]:
    """Open a window: `opens(Look(390, "dark"))` is signed in, with `is_staff=False` nobody is."""
    watch, contexts = Watch(house.site), []

    def window(look: Look | None = None, *, is_staff: bool = True) -> Page:
        given = (look or Look()).options() | ({"storage_state": session} if is_staff else {})
        context = chromium.new_context(base_url=house.site, **given)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        return page

    yield window
    for context in contexts:
        context.close()
    assert watch.troubles == []


@pytest.fixture(scope="session")
def kept(chromium: Browser, house: House, session: Any) -> dict[Any, tuple[Page, Watch]]:
    """Windows that stay open, by who looks and how."""
    return {}


@pytest.fixture
def looks(
    chromium: Browser, house: House, session: Any, kept: Any, _in_turn: None
) -> Iterator[Looks]:
    """Give a window, and what watches it, to tests that only look: a fresh one would cost a process each time."""
    used: list[Watch] = []

    def window(look: Look, *, is_staff: bool) -> tuple[Page, Watch]:
        if (look, is_staff) not in kept:
            state = {"storage_state": session} if is_staff else {}
            context = chromium.new_context(base_url=house.site, **look.options(), **state)
            context.set_default_timeout(PATIENCE_MS)
            watch = Watch(house.site)
            kept[look, is_staff] = context.new_page(), watch
            watch.over(kept[look, is_staff][0])
        page, watch = kept[look, is_staff]
        page.set_viewport_size(look.options()["viewport"])
        page.emulate_media(color_scheme=look.theme)
        watch.troubles.clear()
        used.append(watch)
        return page, watch

    yield window
    assert [trouble for watch in used for trouble in watch.troubles] == []


@pytest.fixture
def staff(opens: Opens) -> Page:
    """A signed-in person at a desk."""
    return opens()


@pytest.fixture
def visitor(opens: Opens) -> Page:
    """Somebody from outside."""
    return opens(is_staff=False)


@pytest.fixture
def phone(opens: Opens) -> Page:
    """Somebody from outside with a phone: whoever opens the link of a page."""
    return opens(Look(390), is_staff=False)
