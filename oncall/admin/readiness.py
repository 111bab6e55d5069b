"""Whether somebody is ready for their next shifts, on the page of their contacts."""

from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html

from core.admin.panel import Panel, link
from core.models import User
from core.templatetags.house import icon, wall
from oncall.actions.readiness import NEEDED, RECENT, Readiness, readiness_of

COLUMNS = ("Schedule", "Shift begins (UTC)", "Seat", "Ready")


def panel(user: User, at: datetime) -> Panel:
    """Return the person's shifts of the next two weeks, and what is missing for each."""
    found = readiness_of(user, at)
    lacking = any(one.missing for one in found)
    rule = f"{NEEDED} channels that pages go to, each proven within {RECENT.days} days"
    said = f"Something is missing: a shift needs {rule}." if lacking else f"A shift needs {rule}."
    rows = [_row(one) for one in found]
    return Panel(
        "Ready for the next shifts", said, COLUMNS, rows, "No shift within two weeks.", key="ready"
    )


def _row(found: Readiness) -> list[object]:
    url = reverse("admin:oncall_schedule_change", args=[found.schedule.pk])
    tone, mark = ("warn", "triangle") if found.missing else ("good", "check")
    words = " ".join(found.missing) or "Yes"
    return [
        link(url, found.schedule.name),
        wall(found.stint.starts_at),
        found.stint.seat,
        format_html('<span class="{}">{}&nbsp;{}</span>', tone, icon(mark), words),
    ]
