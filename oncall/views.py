"""`/ical/<token>.ics`: a calendar feed. The token is the capability; no cookie is set or read."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core import clock
from oncall.actions.feeds import find_feed, written
from oncall.models import CalendarFeed

_CALENDAR = "text/calendar; charset=utf-8"


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the calendar; 304 when nothing changed since the reader's copy, 404 for an unknown token."""
    found = find_feed(token)
    if found is None:
        return HttpResponse("There is no such calendar.\n", status=404, content_type="text/plain")
    tag = _tag(found)
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300"}
    if tag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    content = b"" if request.method == "HEAD" else written(found, clock.now())
    headers["Content-Disposition"] = 'inline; filename="on-call.ics"'
    return HttpResponse(content, content_type=_CALENDAR, headers=headers)


def _tag(found: CalendarFeed) -> str:
    changed = getattr(found, "changed_at", None)
    return f'"{found.pk}-{int(changed.timestamp() * 1_000_000) if changed else 0}"'
