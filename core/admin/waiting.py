"""What waits for the reader, from every app (wiring: PANELS["waiting"]), the latest due first."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from core.admin.panel import Panel
from core.models import User
from core.navigation import Waiting

NEVER = datetime.max.replace(tzinfo=UTC)
SHOWN = 8


def waiting(request: HttpRequest, at: datetime) -> Panel | None:
    """Return the list of the signed-in person; each app's function takes (user, at) and returns Waiting rows."""
    if not isinstance(request.user, User):
        return None
    found: list[Waiting] = []
    for path in settings.PANELS["waiting"]:
        found.extend(import_string(path)(request.user, at))
    found.sort(key=lambda row: row.due_at or NEVER)
    return Panel(
        "Waiting for you",
        count=str(len(found)),
        key="waiting",
        area="main",
        live=30,
        template="admin/core/_waiting.html",
        data={"rows": found[:SHOWN], "more": max(0, len(found) - SHOWN), "at": at},
    )
