"""What somebody typed is never lost because they, or the screen, did something else first."""

import uuid
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens
from tests.browser.hands import Finger, Mouse
from tests.browser.house import House, Look
from tests.stack import eventually

pytestmark = pytest.mark.slow

KEPT = "Not sent yet. This window has kept it."


def open_one(house: House, page: Page) -> None:
    """Let an alert open an incident, and go to its screen."""
    title = f"Mails wait {uuid.uuid4().hex[:6]}"
    house.alert(title, datetime.now(UTC).isoformat())
    link = page.get_by_role("main").get_by_role("link", name=title)

    def is_there() -> bool:
        page.goto("/admin/")
        return link.count() > 0

    eventually(is_there, within_s=20, what="it burns on Now")
    page.goto(str(link.first.get_attribute("href")))


def test_a_decision_half_written_outlives_the_press_of_another_button(
    house: House, opens: Opens
) -> None:
    hand = Finger(opens(Look(390, "dark")))
    open_one(house, hand.page)
    hand.press(hand.page.locator("label[for=tab-decide]"))
    hand.write(hand.page.get_by_label("Decided"), "Roll back")

    hand.act("acknowledge")

    expect(hand.page.get_by_label("Decided")).to_have_value("Roll back")
    expect(hand.page.locator(".composer")).to_contain_text(KEPT)
    hand.act("decide")
    expect(hand.page.get_by_role("region", name="Timeline")).to_contain_text("Decision: Roll back")
    expect(hand.page.get_by_label("Decided")).to_have_value("")
    expect(hand.page.locator(".composer")).not_to_contain_text(KEPT)


def test_one_press_saves_every_section_also_without_script(opens: Opens) -> None:
    hand = Mouse(opens(Look(has_script=False)))
    hand.page.goto("/admin/postmortems/postmortem/?state__exact=draft")
    hand.press(hand.page.locator("#result_list tbody a").first)
    for title, words in (("What led to it", "A letter."), ("What went badly", "Nobody read it.")):
        hand.write(hand.page.get_by_role("textbox", name=title), words)

    hand.act("save", hand.page.get_by_role("region", name="What led to it"))

    for title, words in (("What led to it", "A letter."), ("What went badly", "Nobody read it.")):
        expect(hand.page.get_by_role("textbox", name=title)).to_have_value(words)
