"""How people work a page: with a mouse, with a finger, or with nothing but the keyboard."""

from playwright.sync_api import Locator, Page, expect

FARTHEST = 500  # stops of the Tab key on the longest screen


class Mouse:
    """Somebody who points and clicks, and types into what was clicked."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def act(self, verb: str, within: Locator | None = None) -> None:
        """Press the button, or the link, that stands for a verb."""
        self.press(
            (within or self.page.locator("body")).locator(f"[data-action={verb}]:visible").first
        )

    def press(self, target: Locator) -> None:
        """Press it, and wait until the page that follows is there."""
        target.click()
        self.page.wait_for_load_state()

    def write(self, target: Locator, text: str) -> None:
        """Put `text` into a field, in the place of what stood there."""
        target.fill(text)

    def date(self, target: Locator, day: str) -> None:
        """Put a day (2026-11-30) into a field for days."""
        target.fill(day)

    def search(self, target: Locator, words: str) -> None:
        """Write into a search field and send it off."""
        self.write(target, words)
        with self.page.expect_navigation():
            target.press("Enter")


class Finger(Mouse):
    """Somebody with a phone."""

    def press(self, target: Locator) -> None:
        target.tap()
        self.page.wait_for_load_state()


class Keyboard(Mouse):
    """Somebody who has no mouse: goes from stop to stop with Tab, as far as it takes."""

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()

    def write(self, target: Locator, text: str) -> None:
        self.reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def date(self, target: Locator, day: str) -> None:
        year, month, date = day.split("-")
        self.reach(target)
        self.page.keyboard.type(f"{month}{date}{year}")  # as an American browser takes it

    def reach(self, target: Locator) -> None:
        """Press Tab until the focus is there."""
        expect(target).to_be_visible()
        for _ in range(FARTHEST):
            if target.evaluate("part => part === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key never comes to {target}")
