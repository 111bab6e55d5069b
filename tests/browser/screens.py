"""Every screen that people meet; a new one gets a line here and is tested from then on."""

from dataclasses import dataclass

from playwright.sync_api import Page, Response

from tests.browser.house import House

REPLY = "the link of a page"


@dataclass(frozen=True)
class Screen:
    """A screen's name, where it begins, and the link in its main part that leads to it (a selector).

    `is_staff`: only signed-in people get there; `status`: what it is answered with.
    """

    name: str
    path: str
    follow: str = ""
    is_staff: bool = True
    status: int = 200

    def open(self, page: Page, house: House) -> Response:
        """Go there; return the answer of the last request."""
        answer = page.goto(house.unanswered if self.path == REPLY else self.path)
        if self.follow:
            answer = page.goto(page.locator(f"main {self.follow}").first.get_attribute("href"))
        return answer


def a_row(path: str) -> str:
    """Return the selector of the links in a list that lead to its rows."""
    return f"a[href^='{path}']:not([href='{path}'], [href*='?'], [href$='/add/'])"


def a_list_and_its_rows(name: str, path: str) -> list[Screen]:
    """Return the screens of what nobody adds by hand: the list, and the page of its first row."""
    return [Screen(f"{name} list", path), Screen(name, path, a_row(path))]


def a_list_with_a_form(name: str, path: str) -> list[Screen]:
    """Return the screens of what people add: the list, the page of its first row, and the form for a new one."""
    return [*a_list_and_its_rows(name, path), Screen(f"new {name}", f"{path}add/")]


PUBLIC = [
    Screen("status page", "/", is_staff=False),
    Screen("status history", "/history", is_staff=False),
    Screen("component", "/", "a[href*='/components/']", is_staff=False),
    Screen("incident in public", "/history", "a[href*='/incidents/']", is_staff=False),
    Screen("sign-in", "/admin/login/", is_staff=False),
    Screen("forgotten password", "/accounts/forgotten/", is_staff=False),
    Screen("break-glass", "/accounts/break-glass/gone/", is_staff=False, status=404),
    Screen("reply", REPLY, is_staff=False),
    Screen("reply that has ended", "/r/gone/", is_staff=False, status=404),
]
STAFF = [
    Screen("now", "/admin/"),
    Screen("incident list", "/admin/incidents/incident/"),
    Screen("incident", "/admin/incidents/incident/2041/"),
    Screen("entry of a timeline", "/admin/incidents/incident/2041/", "a[href*='/entries/']"),
    Screen("declare", "/admin/incidents/incident/add/"),
    Screen("publish", "/admin/statuspage/publish/2041/"),
    Screen("look", "/admin/statuspage/look/1/"),
    Screen("style", "/admin/style/"),
    Screen("keys", "/admin/keys/"),
    Screen("search", "/admin/search/?q=payments"),
    Screen("first run", "/admin/first-run/"),
    Screen("own contacts", "/admin/contacts/"),
    Screen("history of a row", "/admin/core/team/1/history/"),
    Screen("deleting a row", "/admin/core/team/1/delete/"),
    Screen("somebody's password", "/admin/core/user/1/password/"),
    Screen("eligibility of somebody", "/admin/core/user/1/eligibility/"),
    Screen("postmortem to read", "/admin/postmortems/postmortem/1/read/"),
    Screen("sign-out", "/admin/logout/"),
    Screen("account", "/accounts/"),
    Screen("own password", "/accounts/password/"),
    Screen("authenticator app", "/accounts/2fa/app/add/"),
    Screen("new passkey", "/accounts/2fa/passkeys/add/"),
    Screen("is it you", "/accounts/again/"),
    Screen("API documentation", "/api/v1/docs/"),
    *a_list_and_its_rows("sign-in event", "/admin/core/signin/"),
    *a_list_and_its_rows("part running", "/admin/core/heartbeat/"),
    *a_list_and_its_rows("late call", "/admin/core/latecall/"),
    *a_list_and_its_rows("page", "/admin/oncall/page/"),
    *a_list_and_its_rows("alert", "/admin/incidents/alert/"),
    *a_list_and_its_rows("event", "/admin/incidents/rawevent/"),
    *a_list_and_its_rows("change", "/admin/incidents/changeevent/"),
    *a_list_and_its_rows("refused request", "/admin/incidents/rejection/"),
    *a_list_and_its_rows("playbook", "/admin/incidents/playbookversion/"),
    *a_list_and_its_rows("escalation", "/admin/oncall/escalation/"),
    *a_list_and_its_rows("delivery", "/admin/notify/delivery/"),
    *a_list_and_its_rows("kept mail", "/admin/notify/keptmail/"),
    *a_list_and_its_rows("public incident", "/admin/statuspage/publicincident/"),
    *a_list_and_its_rows("proposal", "/admin/statuspage/proposal/"),
    *a_list_with_a_form("subscriber", "/admin/statuspage/subscriber/"),
    *a_list_and_its_rows("mailing", "/admin/statuspage/mailing/"),
    *a_list_with_a_form("reader", "/admin/statuspage/reader/"),
    *a_list_with_a_form("list of subscribers", "/admin/statuspage/subscriberlist/"),
    Screen("subscribers written out", "/admin/statuspage/subscribers-out/"),
    *a_list_and_its_rows("postmortem", "/admin/postmortems/postmortem/"),
    *a_list_with_a_form("service", "/admin/incidents/service/"),
    *a_list_with_a_form("source", "/admin/incidents/source/"),
    *a_list_with_a_form("person", "/admin/core/user/"),
    *a_list_with_a_form("team", "/admin/core/team/"),
    *a_list_with_a_form("API token", "/admin/core/apitoken/"),
    *a_list_with_a_form("schedule", "/admin/oncall/schedule/"),
    *a_list_and_its_rows("handoff", "/admin/oncall/handoff/"),
    Screen("month of a schedule", "/admin/oncall/schedule/1/change/?span=month"),
    Screen("details of a schedule", "/admin/oncall/schedule/1/change/?edit=details"),
    Screen("cover or swap", "/admin/oncall/schedule/1/plan/"),
    Screen("new layer", "/admin/oncall/schedule/1/layers/add/"),
    Screen("layer", "/admin/oncall/schedule/1/layers/1/"),
    Screen("my shifts", "/admin/shifts/"),
    Screen("load and pay", "/admin/load/"),
    Screen("load and pay of a team", "/admin/load/?team=platform"),
    Screen("one person's pay", "/admin/load/3/"),
    *a_list_with_a_form("pay plan", "/admin/oncall/payplan/"),
    *a_list_and_its_rows("swap", "/admin/oncall/swap/"),
    *a_list_with_a_form("time off", "/admin/oncall/unavailability/"),
    *a_list_with_a_form("foreign calendar", "/admin/oncall/foreigncalendar/"),
    *a_list_with_a_form("holiday calendar", "/admin/oncall/holidaycalendar/"),
    *a_list_with_a_form("cover", "/admin/oncall/override/"),
    *a_list_with_a_form("policy", "/admin/oncall/escalationpolicy/"),
    *a_list_with_a_form("policy of a service", "/admin/oncall/policybinding/"),
    *a_list_with_a_form("responder", "/admin/oncall/responder/"),
    *a_list_with_a_form("maintenance", "/admin/statuspage/maintenance/"),
    *a_list_with_a_form("public component", "/admin/statuspage/component/"),
    *a_list_with_a_form("group of components", "/admin/statuspage/componentgroup/"),
    *a_list_with_a_form("public page", "/admin/statuspage/page/"),
    *a_list_with_a_form("action item", "/admin/postmortems/actionitem/"),
]
SCREENS = [*PUBLIC, *STAFF]
