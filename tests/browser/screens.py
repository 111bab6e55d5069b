"""Every screen that people meet; a new one gets a line here and is tested from then on."""

from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Page, Response

from tests.browser.house import House

REPLY = "the link of a page"
TROUBLE = "Payments answer late"


@dataclass(frozen=True)
class Screen:
    """A screen's name, where it begins, and the link in its main part that leads to it (a selector).

    `is_staff`: only signed-in people get there.
    """

    name: str
    path: str
    follow: str = ""
    is_staff: bool = True

    def open(self, page: Page, house: House) -> Response:
        """Go there; return the answer of the last request."""
        answer = page.goto(reply_path(house) if self.path == REPLY else self.path)
        if self.follow:
            answer = page.goto(page.locator(f"main {self.follow}").first.get_attribute("href"))
        return answer


def reply_path(house: House) -> str:
    """Return the path of a link that nobody has answered; the first call makes the trouble it is about."""
    if not house.unanswered:
        house.alert(TROUBLE, datetime.now(UTC).isoformat())
        house.unanswered = house.reply_path(TROUBLE)
    return house.unanswered


def a_row(path: str) -> str:
    """Return the selector of the links in a list that lead to its rows."""
    return f"a[href^='{path}']:not([href='{path}'], [href*='?'], [href$='/add/'])"


def a_list_and_its_rows(name: str, path: str) -> list[Screen]:
    """Return the screens of one sort of object: the list, and the page of its first row."""
    return [Screen(f"{name} list", path), Screen(name, path, a_row(path))]


PUBLIC = [
    Screen("status page", "/", is_staff=False),
    Screen("status history", "/history", is_staff=False),
    Screen("component", "/", "a[href*='/components/']", is_staff=False),
    Screen("sign-in", "/admin/login/", is_staff=False),
    Screen("forgotten password", "/accounts/forgotten/", is_staff=False),
    Screen("reply", REPLY, is_staff=False),
]
STAFF = [
    Screen("now", "/admin/"),
    Screen("incident list", "/admin/incidents/incident/"),
    Screen("incident", "/admin/incidents/incident/2041/"),
    Screen("declare", "/admin/incidents/incident/add/"),
    Screen("publish", "/admin/statuspage/publish/2041/"),
    Screen("style", "/admin/style/"),
    Screen("keys", "/admin/keys/"),
    Screen("search", "/admin/search/?q=payments"),
    Screen("first run", "/admin/first-run/"),
    Screen("account", "/accounts/"),
    Screen("API documentation", "/api/v1/docs/"),
    Screen("sign-ins", "/admin/core/signin/"),
    Screen("parts running", "/admin/core/heartbeat/"),
    Screen("late calls", "/admin/core/latecall/"),
    Screen("pages sent", "/admin/oncall/page/"),
    *a_list_and_its_rows("alert", "/admin/incidents/alert/"),
    *a_list_and_its_rows("event", "/admin/incidents/rawevent/"),
    *a_list_and_its_rows("service", "/admin/incidents/service/"),
    *a_list_and_its_rows("source", "/admin/incidents/source/"),
    *a_list_and_its_rows("playbook", "/admin/incidents/playbookversion/"),
    *a_list_and_its_rows("person", "/admin/core/user/"),
    *a_list_and_its_rows("team", "/admin/core/team/"),
    *a_list_and_its_rows("schedule", "/admin/oncall/schedule/"),
    *a_list_and_its_rows("policy", "/admin/oncall/escalationpolicy/"),
    *a_list_and_its_rows("responder", "/admin/oncall/responder/"),
    *a_list_and_its_rows("escalation", "/admin/oncall/escalation/"),
    *a_list_and_its_rows("delivery", "/admin/notify/delivery/"),
    *a_list_and_its_rows("kept mail", "/admin/notify/keptmail/"),
    *a_list_and_its_rows("public incident", "/admin/statuspage/publicincident/"),
    *a_list_and_its_rows("public component", "/admin/statuspage/component/"),
    *a_list_and_its_rows("public page", "/admin/statuspage/page/"),
    *a_list_and_its_rows("postmortem", "/admin/postmortems/postmortem/"),
    *a_list_and_its_rows("action item", "/admin/postmortems/actionitem/"),
]
SCREENS = [*PUBLIC, *STAFF]
