"""Renew the pictures in docs/images from a demo company of its own; `make shots` does this.

    .venv/bin/python -m tools.shots [names, such as now incident]

Each is what a window shows, NAME-WIDTH-THEME.png. Exit status: 0 when all were taken, 1 without a
browser or for a name that there is not.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.house import House, Look, launch_options, running, session_of
from tests.browser.screens import REPLY, Screen, a_row
from tools import cluster

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTHS, THEMES = (1280, 390), ("light", "dark")


def a_first(name: str, path: str) -> Screen:
    """Return the screen of the first object in the list at `path`."""
    return Screen(name, path, a_row(path))


PICTURES = [
    Screen("sign-in", "/admin/login/", is_staff=False),
    Screen("status", "/", is_staff=False),
    Screen("reply", REPLY, is_staff=False),
    Screen("now", "/admin/"),
    Screen("incidents", "/admin/incidents/incident/"),
    Screen("incident", "/admin/incidents/incident/2041/"),
    Screen("declare", "/admin/incidents/incident/add/"),
    a_first("event", "/admin/incidents/rawevent/"),
    a_first("schedule", "/admin/oncall/schedule/"),
    a_first("postmortem", "/admin/postmortems/postmortem/"),
    Screen("actions", "/admin/postmortems/actionitem/"),
]


def main(names: Sequence[str]) -> int:
    """Start the demo, take the pictures, stop it; return the exit status."""
    program = next(filter(None, map(cluster.program, BROWSERS)), None)
    if not program:
        return refuse("chromium is not installed (make system-packages)")
    if unknown := set(names) - {screen.name for screen in PICTURES}:
        return refuse(f"no picture is called {', '.join(sorted(unknown))}")
    wanted = [screen for screen in PICTURES if screen.name in names or not names]
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="watchbill-shots-") as folder,
        running(Path(folder)) as house,
        sync_playwright() as player,
        player.chromium.launch(**launch_options(program)) as browser,
    ):
        if any(screen.path == REPLY for screen in wanted):
            house.wake_somebody()
        take_all(wanted, browser, house)
    return 0


def refuse(why: str) -> int:
    """Say in one line why there are no pictures; return the exit status."""
    sys.stderr.write(f"watchbill: {why}\n")
    return 1


def take_all(wanted: Sequence[Screen], browser: Browser, house: House) -> None:
    """Take each picture at every width in every theme."""
    session = session_of(browser, house)
    for width in WIDTHS:
        for theme in THEMES:
            for screen in wanted:
                signed_in = {"storage_state": session} if screen.is_staff else {}
                take(screen, Look(width, theme), browser, house, signed_in)


def take(
    screen: Screen, look: Look, browser: Browser, house: House, more: dict[str, object]
) -> None:
    """Open a window of its own, take the picture, and print its name and size."""
    file = IMAGES / f"{screen.name}-{look.width}-{look.theme}.png"
    with browser.new_context(base_url=house.site, **look.options(), **more) as window:
        page = window.new_page()
        screen.open(page, house)
        page.screenshot(path=file)
    print(f"{file.name:<32} {file.stat().st_size / 1024:6.0f} KB", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
