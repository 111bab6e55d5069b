"""How a page kept its promises of a next update, month by month; reckoned from what was said, never typed (R148)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.html import format_html_join

from core.admin.panel import Panel
from core.templatetags.house import short_of
from statuspage.models import Page, PublicUpdate
from statuspage.rules.promises import Promise, promises

MONTHS = 12
_COLUMNS = ("Month", "Kept", "Late", "Missed", "Latest by", "Not in time")
_FACTS = ("incident", "incident__name", "display_at", "next_update_by")
_Row = tuple[int, str, Promise]  # an incident's key, its name in public, what it promised


def panel(page: Page, at: datetime) -> Panel:
    """Return the table of the last twelve months of the page's zone, in one statement; the newest first."""
    shown = "Visitors read it where it says how uptime is computed." if page.shows_promises else ""
    return Panel(
        "Promises of a next update",
        f"Kept: said in time. Late: said after. Missed: not said yet. {shown}".strip(),
        _COLUMNS,
        [_line(month, rows) for month, rows in _by_month(page, at)],
        "No promise has come due in twelve months.",
        key="promises",
    )


def _by_month(page: Page, at: datetime) -> list[tuple[date, list[_Row]]]:
    since = at - timedelta(days=31 * (MONTHS + 1))
    updates = PublicUpdate.objects.filter(incident__page=page, display_at__gte=since)
    facts = updates.order_by("incident", "number").values_list(*_FACTS)
    found: dict[date, list[_Row]] = {}
    for key, rows in groupby(facts, key=lambda row: row[0]):
        said = list(rows)
        for one in promises([(when, by) for _pk, _name, when, by in said], at):
            month = one.due_at.astimezone(page.zone).date().replace(day=1)
            found.setdefault(month, []).append((key, said[-1][1], one))
    return sorted(found.items(), reverse=True)[:MONTHS]


def _line(month: date, rows: Sequence[_Row]) -> list[object]:
    late = [one.late_by for _pk, _name, one in rows if one.late_by is not None]
    kept = sum(one.is_kept for _pk, _name, one in rows)
    missed = len(rows) - kept - len(late)
    return [
        f"{month:%B %Y}",
        str(kept),
        str(len(late)),
        str(missed),
        short_of(max(late)) if late else "",
        _links(rows),
    ]


def _links(rows: Sequence[_Row]) -> Any:
    """Return the incidents that did not keep a promise, each once, as links to what was said of them."""
    broken = {pk: name for pk, name, one in rows if not one.is_kept}
    return format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        (
            (reverse("admin:statuspage_publicincident_change", args=[pk]), name)
            for pk, name in broken.items()
        ),
    )
