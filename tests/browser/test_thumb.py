"""On a phone at night: every button is as large as a thumb, and one thing at most asks to be pressed."""

import pytest

from tests.browser.conftest import Looks
from tests.browser.house import House, Look
from tests.browser.screens import STAFF, Screen

pytestmark = pytest.mark.slow

NIGHT = (
    "now", "incident list", "incident", "entry of a timeline", "declare", "publish", "search", "own contacts",
    "postmortem", "action item list", "action item",
)  # fmt: skip
NAMED = {screen.name: screen for screen in STAFF}
SCREENS = [NAMED[name] for name in NIGHT]
THUMB_PX = 44
# Buttons, folds, and what stands in the bars; chips have their own measure (36), links in a text none.
SMALL = """(least) => [...document.querySelectorAll(
    "main .btn, main details.more > summary, .top a, .top summary, .phone-bar *, .jump a, .tabs a")]
  .filter((part) => part.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
  .filter((part) => !part.closest("details:not([open]) > :not(summary)") && !part.closest(".sr"))
  .filter((part) => part.matches("a, button, summary") && part.getBoundingClientRect().height < least - 0.5)
  .map((part) => `${part.innerText} ${part.className} ${part.getBoundingClientRect().height}`)"""
LOUD = """() => [...document.querySelectorAll(".primary")]
  .filter((part) => part.checkVisibility() && !part.closest("details:not([open])"))
  .map((part) => part.innerText)"""


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_thumb_hits_every_button_and_one_is_loud(
    screen: Screen, looks: Looks, house: House
) -> None:
    page, _watch = looks(Look(390, "dark"), is_staff=True)

    screen.open(page, house)

    assert page.evaluate(SMALL, THUMB_PX) == []
    assert len(page.evaluate(LOUD)) <= 1
