"""The product as a person meets it: a running demo company, a real browser, and what goes wrong on the way."""

import json
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Response

from tests.stack import Stack, eventually

HEIGHTS = {390: 844}
TROUBLE = "Payments answer late"
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
_NEVER = "0001-01-01T00:00:00Z"  # how Go writes "no time"
_GIVEN_UP = "net::ERR_ABORTED"  # the page was left while a part of it was being refreshed


@dataclass
class House:
    """A demo installation that runs as its users run it, with the login and the address it printed.

    `unanswered`: the path of a page's link that tests only look at; `hostile`: the numbers of the rows
    whose every text is HOSTILE (`furnish`).
    """

    stack: Stack
    login: str
    password: str
    alert_path: str
    unanswered: str = ""
    hostile: dict[str, int] = field(default_factory=dict)

    @property
    def site(self) -> str:
        return self.stack.site

    def furnish(self) -> None:
        """Add what screens show and the demo company has none of (furniture.py), a refused request, a page's link."""
        self.hostile = json.loads(self.stack.python("-m", "tests.browser.furniture"))
        assert self.stack.ask("POST", self.alert_path, form="no JSON")[0] == 400
        self.wake_somebody()

    def wake_somebody(self) -> None:
        """Let trouble begin that nobody answers."""
        self.alert(TROUBLE, datetime.now(UTC).isoformat())
        self.unanswered = self.reply_path(TROUBLE)

    def alert(self, title: str, began: str, ended: str = "") -> None:
        """Send it, as Alertmanager does, to the address that the first start printed."""
        item = {
            "status": "resolved" if ended else "firing",
            "labels": {"alertname": title, "service": "payments", "severity": "critical"},
            "annotations": {"summary": title},
            "startsAt": began,
            "endsAt": ended or _NEVER,
            "fingerprint": uuid.uuid5(uuid.NAMESPACE_OID, title).hex[:16],
        }
        body = {"version": "4", "groupKey": title, "status": item["status"], "alerts": [item]}
        status, answer = self.stack.ask("POST", self.alert_path, body)
        assert (status, json.loads(answer)["warnings"]) == (202, [])

    def reply_path(self, title: str) -> str:
        """Return the path of the link in the mail that pages somebody for it."""
        mail = eventually(lambda: self._mail(title), within_s=20, what="somebody is paged")
        return re.search(r"/r/[^/\s]+/", mail).group()

    def _mail(self, title: str) -> str:
        latest = self.stack.rows("SELECT text FROM notify_keptmail ORDER BY id DESC LIMIT 50")
        return next((text for (text,) in latest if title in text and "/r/" in text), "")


@contextmanager
def running(folder: Path, **more: str) -> Iterator[House]:
    """Start the demo company with every part, and stop all of it in the end."""
    with Stack(folder, more={"DEMO": "1"} | more) as stack:
        stack.start_up(within_s=240)  # the first start writes a year of incidents
        notes = json.loads((folder / "data" / "first-start.json").read_text(encoding="utf-8"))
        path = urlsplit(notes["alertmanager_url"]).path
        yield House(stack, notes["login"], notes["password"], path)


def launch_options(program: str) -> dict[str, Any]:
    """Return what starts Debian's Chromium; its sandbox refuses root."""
    return {"executable_path": program, "args": [] if os.geteuid() else ["--no-sandbox"]}


@dataclass
class Watch:
    """Writes down whatever a visitor of these pages would call broken."""

    site: str
    troubles: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Listen to a page: its console, its errors, all that it loads, and from where."""
        page.on("console", self._hear)
        page.on("dialog", self._see_dialog)
        page.on("pageerror", lambda error: self.troubles.append(f"error in a script: {error}"))
        page.on("request", self._see_request)
        page.on("response", self._see_response)
        page.on("requestfailed", self._see_failure)

    def _hear(self, message: ConsoleMessage) -> None:
        """A policy's refusal is such an error too. A page's own 4xx is for its test to judge."""
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console: {message.text} {message.location.get('url', '')}")

    def _see_dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"a dialog: {dialog.message}")
        dialog.accept()

    def _see_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", "data:", "about:", "blob:")):
            self.troubles.append(f"asks a stranger: {request.url}")

    def _see_response(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= (500 if is_page else 400):
            self.troubles.append(f"{response.status} for {response.url}")

    def _see_failure(self, request: Request) -> None:
        if request.failure != _GIVEN_UP:
            self.troubles.append(f"{request.failure} for {request.url}")


@dataclass(frozen=True)
class Look:
    """How somebody looks at the product: how wide, in which colours, with script or without."""

    width: int = 1280
    theme: str = "light"
    has_script: bool = True

    def options(self) -> dict[str, Any]:
        """Return the same in the browser's words."""
        return {
            "viewport": {"width": self.width, "height": HEIGHTS.get(self.width, 900)},
            "color_scheme": self.theme,
            "java_script_enabled": self.has_script,
            "reduced_motion": "reduce",
            "has_touch": self.width < 720,
        }


def sign_in(page: Page, house: House) -> None:
    """Sign in as the person whose login the first start printed."""
    page.goto(f"{house.site}/admin/login/")
    page.locator("input[name=login], input[name=username]").fill(house.login)
    page.locator("input[type=password]").fill(house.password)
    page.locator("[data-action=sign_in]").click()
    page.wait_for_url(f"{house.site}/admin/")


def session_of(browser: Browser, house: House) -> Any:
    """Sign in once; return what makes every later context a signed-in one."""
    with browser.new_context() as context:
        sign_in(context.new_page(), house)
        return context.storage_state()
