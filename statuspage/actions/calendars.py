"""Planned work as iCalendar (RFC 5545): of the whole page, and of one component."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from statuspage.actions.listing import listed
from statuspage.actions.picture import Picture, take
from statuspage.actions.resource import Rendered
from statuspage.actions.works import Planned
from statuspage.models import Page

CALENDAR = "/maintenance.ics"
CALENDAR_TYPE = "text/calendar; charset=utf-8"


def calendar(picture: Picture) -> Rendered:
    """Return the calendar of a page; its bytes move only when a plan does."""
    return _written(picture, CALENDAR, f"{picture.page.name}: maintenance", picture.works)


def component_path(public_id: str) -> str:
    """Return the path of a component's calendar, within the status page."""
    return f"/components/{public_id}.ics"


def component_calendar(page: Page, public_id: str, at: datetime) -> Rendered | None:
    """Return the calendar of one component; None where there is none of that id."""
    component = next((row for row in listed(page) if row.public_id == public_id), None)
    if component is None:
        return None
    picture = take(page, at)
    works = [
        one
        for one in picture.works
        if any(touched.component_id == component.pk for touched in one.touched)
    ]
    name = f"{page.name}: maintenance of {component.name}"
    return _written(picture, component_path(public_id), name, works)


def _written(picture: Picture, path: str, name: str, works: Sequence[Planned]) -> Rendered:
    made = Calendar()
    made.add("prodid", "-//Watchbill//Status page//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _line(name))
    made.add("refresh-interval", timedelta(hours=1), {"value": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for one in sorted(works, key=lambda one: (one.row.scheduled_for, one.row.pk)):
        made.add_component(_event(picture, one))
    return Rendered(path, CALENDAR_TYPE, bytes(made.to_ical()))


def _event(picture: Picture, one: Planned) -> Event:
    row = one.row
    event = Event()
    event.add("uid", f"{row.public_id}@{picture.page.public_id}")
    event.add("dtstamp", row.updated_at)
    event.add("last-modified", row.updated_at)
    event.add("sequence", row.sequence)
    event.add("dtstart", row.scheduled_for)
    event.add("dtend", row.scheduled_until)
    event.add("summary", _line(row.name))
    event.add("description", _description(one))
    event.add("status", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("url", picture.place.url(row.path))
    return event


def _description(one: Planned) -> str:
    names = ", ".join(touched.component.name for touched in one.touched)
    first = one.updates[0].body if one.updates else ""
    parts = [f"Affected: {names}." if names else "", first]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _line(text: str) -> str:
    """Return one line without control characters: what a name may not bring into a calendar."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
