"""The whole way of an incident through the product, by every way of using it (issue "Done when").

Only what stays is relied on: `data-action`, labels, roles, and the public addresses.
"""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opens
from tests.browser.hands import Finger, Keyboard, Mouse
from tests.browser.house import House, Look
from tests.stack import eventually

pytestmark = pytest.mark.slow

WAYS: dict[str, tuple[Callable[[Page], Mouse], Look]] = {
    "mouse": (Mouse, Look()),
    "keyboard": (Keyboard, Look()),
    "phone": (Finger, Look(390)),
    "no-script": (Mouse, Look(has_script=False)),
}
VISIBLE_S = 2  # how long a published update may stay unseen
ASKS = 8  # enough to meet every process of the web server
SEEN = "The gateway refuses every card since the certificate changed."
TOLD = "Cards are refused. We have called the bank."


@dataclass
class Case:
    """One case of trouble, told by a monitoring system."""

    house: House
    title: str
    began: str

    def is_told(self) -> bool:
        """Return whether both the page and its data say what was published."""
        page = self.house.stack.ask("GET", "/")[1].decode()
        return self.title in page and TOLD in page and self.public().get("body") == TOLD

    def is_known(self, tells: Callable[[], bool]) -> bool:
        """Return whether every process of the web server tells it, to all who ask from VISIBLE_S after now on."""
        by = time.monotonic() + VISIBLE_S
        while not (is_told := all(tells() for _ in range(ASKS))):
            if time.monotonic() > by:
                return all(tells() for _ in range(ASKS))
        return is_told

    def public(self) -> dict[str, str]:
        """Return what programs read of it on the status page: its latest update; nothing when it is over."""
        summary = json.loads(self.house.stack.ask("GET", "/api/v2/summary.json")[1])
        found = [one for one in summary["incidents"] if one["name"] == self.title]
        return found[0]["incident_updates"][0] if found else {}


@pytest.fixture(params=WAYS)
def hand(request: pytest.FixtureRequest, opens: Opens) -> Mouse:
    """Somebody signed in, who has one way of working a page."""
    kind, look = WAYS[request.param]
    return kind(opens(look))


@pytest.fixture
def case(house: House) -> Case:
    return Case(house, f"Cards refused {uuid.uuid4().hex[:6]}", datetime.now(UTC).isoformat())


def test_from_the_alert_to_the_closed_postmortem(
    house: House, case: Case, hand: Mouse, visitor: Page
) -> None:
    house.alert(case.title, case.began)
    take(hand, case.title)
    lead(hand)
    publish(hand, case, visitor)
    end(hand, case)
    learn(hand, case)


def test_the_link_of_a_page_is_answered_without_signing_in(
    house: House, case: Case, phone: Page
) -> None:
    house.alert(case.title, case.began)
    phone.goto(house.reply_path(case.title))

    Finger(phone).act("acknowledge")

    expect(phone.get_by_role("main")).to_contain_text("You have it")


def take(hand: Mouse, title: str) -> None:
    """See it burn on Now, open it, and have it."""
    hand.page.goto("/admin/")
    hand.press(there(hand, hand.page.get_by_role("main").get_by_role("link", name=title)))
    expect(hand.page.get_by_role("heading", level=1)).to_have_text(title)
    hand.act("acknowledge")


def there(hand: Mouse, part: Locator) -> Locator:
    """Load the page anew until a part is on it; return the part."""

    def look() -> Locator | None:
        hand.page.reload()
        return part.first if part.count() else None

    return eventually(look, within_s=20, what=f"{part} is on the page")


def find(hand: Mouse, title: str) -> None:
    """Look the incident up in the list, and open it."""
    hand.page.goto("/admin/incidents/incident/")
    hand.search(hand.page.get_by_label("Search incidents"), title)
    hand.press(hand.page.get_by_role("link", name=title, exact=True))
    expect(hand.page.get_by_role("heading", level=1)).to_have_text(title)


def lead(hand: Mouse) -> None:
    """Declare it, take command, and write down what was seen."""
    hand.act("declare")
    hand.act("take_command")
    hand.write(hand.page.get_by_role("textbox", name="Note", exact=True), SEEN)
    hand.act("note")
    story = hand.page.get_by_role("region", name="Timeline")
    for line in ("Declared", "Commander: Ines Okafor", SEEN):
        expect(story).to_contain_text(line)


def publish(hand: Mouse, case: Case, visitor: Page) -> None:
    """Tell the public; visitors and programs know it within two seconds."""
    hand.act("review")
    hand.write(hand.page.get_by_label("What visitors are told"), TOLD)
    hand.act("publish")
    assert case.is_known(case.is_told)
    visitor.goto("/")
    expect(visitor.get_by_role("article").filter(has_text=case.title)).to_contain_text(TOLD)


def end(hand: Mouse, case: Case) -> None:
    """The alert ends, the incident is resolved, and the public hears that it is over."""
    case.house.alert(case.title, case.began, ended=datetime.now(UTC).isoformat())
    hand.act("resolve")
    expect(hand.page.get_by_role("region", name="Timeline")).to_contain_text("→ Resolved")
    hand.act("review")
    hand.act("publish")
    assert case.is_known(lambda: case.public() == {})


def learn(hand: Mouse, case: Case) -> None:
    """The postmortem holds the timeline; it is written, gets its action, and is reviewed and closed."""
    find(hand, case.title)
    panel = hand.page.get_by_role("region", name="Postmortem")
    hand.press(there(hand, panel.get_by_role("link", name="Open")))
    expect(hand.page.get_by_role("region", name="Timeline")).to_contain_text(SEEN)
    for title in ("What led to it", "What went badly", "What we will change"):
        section = hand.page.get_by_role("region", name=title)
        hand.write(
            section.get_by_role("textbox", name=title), f"{title}: the bank's letter lay unread."
        )
        hand.act("save", section)
    add_action(hand, case)
    people = hand.page.get_by_role("group", name="Ask these people")
    hand.write(people.get_by_label("Line 1"), "mara")
    hand.act("ask_review")
    for verb in ("approve", "publish", "close"):
        hand.act(verb)
    expect(hand.page.get_by_role("region", name="Review")).to_contain_text("Closed")


def add_action(hand: Mouse, case: Case) -> None:
    """Promise something, with a name and a day."""
    section = hand.page.get_by_role("region", name="What we will change")
    hand.press(section.locator("summary").filter(has_text="Action item"))
    title = f"Read the bank's letters ({case.title})"
    hand.write(section.get_by_label("What is to be done"), title)
    hand.write(section.get_by_label("Owner"), "mara")
    hand.date(section.get_by_label("Due"), f"{datetime.now(UTC) + timedelta(days=14):%Y-%m-%d}")
    hand.act("add_action", section)
    row = hand.page.get_by_role("region", name="What we will change").get_by_role("listitem")
    expect(row.filter(has_text=title)).to_contain_text("Mara")
