"""Every screen is for everybody: in both themes, at every width, by keyboard, by ear and without script."""

from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Opens
from tests.browser.house import House, Look
from tests.browser.screens import SCREENS, Screen

pytestmark = pytest.mark.slow

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {"type": "tag", "values": RULES}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
WIDTHS = (320, 390, 1280, 1600)
EVERY_SCREEN = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
TABS = 12

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


@EVERY_SCREEN
def test_axe_finds_nothing_in_either_theme(screen: Screen, opens: Opens, house: House) -> None:
    page = opens(Look(is_tested_by_axe=True), is_staff=screen.is_staff)
    screen.open(page, house)
    page.evaluate(Axe().axe_script)

    found = []
    for (theme, rules), width in product((("light", ALL), ("dark", COLOURS)), (1280, 390)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{theme} at {width}: {broken}" for broken in violations(page, rules)]

    assert not found, "\n".join(found)


@EVERY_SCREEN
def test_it_fits_every_width_and_has_one_title(screen: Screen, opens: Opens, house: House) -> None:
    page = opens(is_staff=screen.is_staff)

    answer = screen.open(page, house)

    assert answer.status == 200
    assert page.locator("h1").count() == 1
    too_wide = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        too_wide |= {width: parts} if (parts := page.evaluate(TOO_WIDE)) else {}
    assert too_wide == {}


@EVERY_SCREEN
def test_the_keyboard_begins_with_the_skip_link_and_is_never_lost(
    screen: Screen, opens: Opens, house: House
) -> None:
    page = opens(is_staff=screen.is_staff)
    screen.open(page, house)
    page.evaluate(FROM_THE_TOP)

    stops = []
    for _ in range(TABS):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))

    assert str(stops[0]["href"]).startswith("#"), stops[0]
    assert page.locator(stops[0]["href"]).count() == 1
    reached = [stop for stop in stops if not stop["name"].startswith("BODY")]
    assert [stop["name"] for stop in reached if not stop["ringed"] or not stop["seen"]] == []


@EVERY_SCREEN
def test_it_is_whole_without_script(screen: Screen, opens: Opens, house: House) -> None:
    page = opens(Look(has_script=False), is_staff=screen.is_staff)

    answer = screen.open(page, house)

    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert len(page.locator("main").inner_text()) > 40
