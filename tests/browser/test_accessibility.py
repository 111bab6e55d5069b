"""Every screen is for everybody: in both themes, at every width, by keyboard, by ear and without script."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Looks
from tests.browser.house import House, Look
from tests.browser.screens import SCREENS, Screen

pytestmark = pytest.mark.slow

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {"type": "tag", "values": RULES}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
THEMES = (("light", ALL), ("dark", COLOURS))
DESK, PHONE = 1280, 390
WIDTHS = (DESK, PHONE, 320, 1600)
EVERY_SCREEN = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
TABS = 12
SCRIPT = Axe().axe_script

TOO_WIDE = """() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= innerWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter(
    (part) => part.getBoundingClientRect().right > innerWidth + 0.5);
  return [root.scrollWidth, ...wide.slice(0, 4).map((part) => part.tagName + "." + part.getAttribute("class"))];
}"""
FROM_THE_TOP = """() => {
  document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute("tabindex");
}"""
FOCUSED = """() => {
  const part = document.activeElement, box = part.getBoundingClientRect(), look = getComputedStyle(part);
  const inside = part.matches(":focus-visible") ? [part, part.labels?.[0], part.parentElement] : [];
  const ringed = inside.filter(Boolean).some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  });
  return {name: part.tagName + "." + part.className, href: part.getAttribute("href"), ringed,
          seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && look.visibility === "visible"};
}"""


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """Return what axe finds: a line for each element that breaks a rule, at most three for a rule."""
    options = {"resultTypes": ["violations"], "runOnly": rules}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{one['id']} ({one['help']}): {node['target']} {node['html'][:160]}"
        for one in found
        for node in one["nodes"][:3]
    ]


def barriers(page: Page, width: int) -> list[str]:
    """Return what axe finds in both themes.

    The window is as tall as the page, so that what sticks to an edge lies over nothing.
    """
    tall = page.evaluate("document.scrollingElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": tall})
    found = []
    for theme, rules in THEMES:
        page.emulate_media(color_scheme=theme)
        found += [f"{theme} at {width}: {broken}" for broken in violations(page, rules)]
    return found


def sideways(page: Page, width: int) -> list[str]:
    """Return what makes the page wider than its window."""
    parts = page.evaluate(TOO_WIDE)
    return [f"too wide at {width}: {parts}"] if parts else []


def lost_focus(page: Page) -> list[str]:
    """Return the stops of the Tab key that are seen nowhere; the first has to be the skip link."""
    page.evaluate(FROM_THE_TOP)
    stops = []
    for _ in range(TABS):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
    first = str(stops[0]["href"])
    skips = first.startswith("#") and page.locator(first).count() == 1
    return [f"no skip link: {stops[0]}"] * (not skips) + [
        f"focus is not seen: {stop['name']}"
        for stop in stops
        if not stop["name"].startswith("BODY") and not (stop["ringed"] and stop["seen"])
    ]


@EVERY_SCREEN
def test_nobody_meets_a_barrier(screen: Screen, looks: Looks, house: House) -> None:
    """No rule of axe is broken, nothing is too wide at 320 px, the focus is seen (areas/statuspage.md A2, A3)."""
    page, watch = looks(Look(), is_staff=screen.is_staff)

    answer = screen.open(page, house)

    assert answer.status == screen.status
    assert page.locator("h1").count() == 1
    found = lost_focus(page)
    page.evaluate(SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        found += sideways(page, width)
        found += [*watch.troubles, *(barriers(page, width) if width in (DESK, PHONE) else [])]
        watch.troubles.clear()  # axe copies elements together with styles that a script set, which the policy refuses
    assert not found, "\n".join(found)


@EVERY_SCREEN
def test_it_is_whole_without_script(screen: Screen, looks: Looks, house: House) -> None:
    """What a screen tells is there without script (areas/statuspage.md A1)."""
    page, _watch = looks(Look(has_script=False), is_staff=screen.is_staff)

    answer = screen.open(page, house)

    assert answer.status == screen.status
    assert page.locator("h1").count() == 1
    assert len(page.locator("main").inner_text()) > 40
