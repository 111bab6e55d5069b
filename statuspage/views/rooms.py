"""What a page has behind its front: the addresses that are rendered as they are asked for."""

import re
from collections.abc import Callable
from datetime import date, datetime

from statuspage.actions import feeds, figures, pages
from statuspage.actions.calendars import component_calendar
from statuspage.actions.resource import Rendered
from statuspage.models import Page

Make = Callable[[Page, datetime], Rendered | None]
_ROOM = re.compile(
    r"/(?P<room>incidents|components)/(?P<public_id>[a-z0-9]{12})(?P<kind>\.atom|/history\.atom|\.ics)?"
)
_MONTH = re.compile(r"/history/(?P<month>2[0-9]{3}-(?:0[1-9]|1[0-2]))")
_ROOMS = {
    ("incidents", None): pages.incident,
    ("incidents", ".atom"): feeds.of_incident,
    ("components", None): pages.component,
    ("components", "/history.atom"): feeds.of_component,
    ("components", ".ics"): component_calendar,
}
_FIGURES: dict[str, Make] = {
    figures.UPTIME: figures.uptime_json,
    figures.LEDGER: figures.ledger_csv,
}


def maker(path: str) -> Make | None:
    """Return what renders the page of a path, the path being within the status page; None where nothing is."""
    if path == "/history":
        return pages.this_month
    if found := _MONTH.fullmatch(path):
        first = date.fromisoformat(f"{found['month']}-01")
        return lambda page, at: pages.month(page, first, at)
    found = _ROOM.fullmatch(path)
    make = _ROOMS.get((found["room"], found["kind"])) if found else None
    if found and make:
        public_id, of_one = found["public_id"], make
        return lambda page, at: of_one(page, public_id, at)
    return _FIGURES.get(path)
