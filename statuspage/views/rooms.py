"""What a page has behind its front: the addresses that are rendered as they are asked for."""

import re
from collections.abc import Callable
from datetime import date, datetime

from statuspage.actions import pages
from statuspage.actions.calendars import component_calendar
from statuspage.actions.resource import Rendered
from statuspage.models import Page

Make = Callable[[Page, datetime], Rendered | None]
_ROOM = re.compile(r"/(?P<room>incidents|components)/(?P<public_id>[a-z0-9]{12})")
_CALENDAR = re.compile(r"/components/(?P<public_id>[a-z0-9]{12})\.ics")
_MONTH = re.compile(r"/history/(?P<month>2[0-9]{3}-(?:0[1-9]|1[0-2]))")
_ROOMS = {"incidents": pages.incident, "components": pages.component}


def maker(path: str) -> Make | None:
    """Return what renders the page of a path, the path being within the status page; None where nothing is."""
    if path == "/history":
        return pages.this_month
    if found := _MONTH.fullmatch(path):
        first = date.fromisoformat(f"{found['month']}-01")
        return lambda page, at: pages.month(page, first, at)
    if found := _ROOM.fullmatch(path):
        make, public_id = _ROOMS[found["room"]], found["public_id"]
        return lambda page, at: make(page, public_id, at)
    if found := _CALENDAR.fullmatch(path):
        wanted = found["public_id"]
        return lambda page, at: component_calendar(page, wanted, at)
    return None
