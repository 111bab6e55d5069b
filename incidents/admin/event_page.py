"""What the page of one event shows beside its stages: fields, raw bytes, its other alerts, the same alert lately."""

from typing import Any

from django.http import HttpRequest

from core import clock
from core.admin.panel import as_text
from core.models import User
from incidents.admin.trace import trace
from incidents.models import Alert, RawEvent
from incidents.provided import provided

LATELY = 6
FIELDS = 24


def trace_context(request: HttpRequest, event: RawEvent) -> dict[str, Any]:
    """Return what incidents/event.html draws; `?item=` is a place from 0, anything else is the first."""
    asked = request.GET.get("item", "0")
    place = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    found = trace(event, place)
    items = [item for item in event.items if isinstance(item, dict)]
    return {
        "title": found.title,
        "trace": found,
        "place": place,
        "items": items[:50],
        "more_items": max(0, len(items) - 50),
        "is_raw": request.GET.get("view") == "raw" or found.alert is None,
        "sent": as_text(event.body),
        "fields": _fields(found.alert),
        "lately": _lately(found.alert),
        "forecast": _forecast(request, found.incident),
    }


def _fields(alert: Alert | None) -> list[tuple[str, str]]:
    if alert is None:
        return []
    known = [
        ("Alert", alert.title),
        ("Says", alert.description),
        ("Severity word", alert.severity_raw),
    ]
    labels = [(str(name), str(value)) for name, value in sorted(alert.labels.items())[:FIELDS]]
    return [(name, value) for name, value in [*known, *labels] if value]


def _lately(alert: Alert | None) -> list[Alert]:
    if alert is None:
        return []
    rows = Alert.objects.filter(key=alert.key_id).exclude(pk=alert.pk).select_related("incident")
    return list(rows.order_by("-pk")[:LATELY])


def _forecast(request: HttpRequest, incident: Any) -> Any:
    ask = provided("paging_forecast")
    if ask is None or incident is None or not isinstance(request.user, User):
        return None
    return ask(incident.service, incident.rank, None, clock.now())
