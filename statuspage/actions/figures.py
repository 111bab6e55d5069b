"""The ledger in the open: `uptime.json` with every figure of the page, `ledger.csv` with what they come from."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import orjson

from statuspage.actions.picture import Picture, take
from statuspage.actions.resource import Rendered
from statuspage.actions.wire import moment_in
from statuspage.models import Component, ComponentInterval, Page
from statuspage.rules.states import ComponentState
from statuspage.rules.uptime import TENTHS, Day, days, start_of, uptime

UPTIME, LEDGER = "/uptime.json", "/ledger.csv"
JSON_TYPE, CSV_TYPE = "application/json; charset=utf-8", "text/csv; charset=utf-8"
MOST_ROWS = 20_000
COLUMNS = [
    "row", "component_id", "component", "state", "from", "to", "counts", "corrects_row", "corrected_at",
    "corrected_by", "reason",
]  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def uptime_json(page: Page, at: datetime) -> Rendered:
    """Return every figure of the last 90 days; docs/api.md says what the keys mean."""
    picture = take(page, at, incidents=page.incidents.none())
    shown = [row for row in picture.components if row.shows_uptime or row.shows_history]
    document = {
        "page": {"id": page.public_id, "name": page.name, "time_zone": page.time_zone},
        "as_of": moment_in(page.time_zone, at),
        "first_day": picture.first_day.isoformat(),
        "last_day": at.astimezone(page.zone).date().isoformat(),
        "weights": {state.value: weight / TENTHS for state, weight in page.weights.items()},
        "components": [_component(picture, row) for row in shown],
    }
    return Rendered(UPTIME, JSON_TYPE, orjson.dumps(document))


def ledger_csv(page: Page, at: datetime) -> Rendered:
    """Return every interval of the components whose history is shown, the newest first, corrected ones and corrections too.

    Who corrected is told as a role, never by name. No cell can become a formula in a spreadsheet.
    """
    rows = ComponentInterval.objects.filter(component__page=page, component__shows_history=True)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows.select_related("component").order_by("-from_at", "-pk")[:MOST_ROWS]:
        writer.writerow([_harmless(cell) for cell in _cells(row, page.time_zone)])
    return Rendered(LEDGER, CSV_TYPE, text.getvalue().encode())


def _component(picture: Picture, row: Component) -> dict[str, Any]:
    page, spans = picture.page, picture.spans.get(row.pk, ())
    begin = max(start_of(picture.first_day, page.zone), row.measured_from)
    shows = page.shows_uptime and row.shows_uptime
    return {
        "id": row.public_id,
        "name": row.name,
        "measured_from": moment_in(page.time_zone, begin),
        "uptime": uptime(spans, begin, picture.at, weights=page.weights) if shows else None,
        "days": list(_days(picture, row)) if row.shows_history else [],
    }


def _days(picture: Picture, row: Component) -> Iterator[dict[str, Any]]:
    """Give the days that were not operational throughout, oldest first; all others were, as far as they were measured."""
    found = days(
        picture.spans.get(row.pk, ()),
        picture.first_day,
        picture.at,
        zone=picture.page.zone,
        measured_from=row.measured_from,
    )
    for day in found:
        if day.worst not in (None, ComponentState.OPERATIONAL):
            yield _day(day)


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "measured_seconds": timedelta(microseconds=day.measured) // timedelta(seconds=1),
        "seconds": {state.value: day.seconds(state) for state in day.time},
    }


def _cells(row: ComponentInterval, zone: str) -> list[str]:
    def moment(at: datetime | None) -> str:
        return moment_in(zone, at) if at else ""

    return [
        str(row.pk),
        row.component.public_id,
        row.component.name,
        row.state,
        moment(row.from_at),
        moment(row.to_at),
        "no" if row.is_corrected else "yes",
        str(row.corrects_id or ""),
        moment(row.corrected_at),
        "page owner" if row.corrects_id else "",
        row.reason,
    ]


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV injection), in one line."""
    text = " ".join(cell.split())
    return f"'{text}" if text.startswith(_FORMULA) else text
