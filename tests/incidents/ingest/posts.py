"""A sender as the tests of the doors play it."""

from typing import Any

import orjson
from django.http import HttpResponse
from django.test import Client

from incidents.models import Source

GENERIC: dict[str, Any] = {"action": "trigger", "dedup_key": "disk", "title": "Disk is full"}


def post(
    path: str,
    body: object,
    *,
    content_type: str = "application/json",
    method: str = "POST",
    **extra: Any,
) -> HttpResponse:
    """Send `body` (bytes as they are, else as JSON); `extra` joins the WSGI environment."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    client = Client(raise_request_exception=False)
    return client.generic(method, path, content, content_type, **extra)


def to(source: Source) -> str:
    """Return the address of a source, with its key in the path."""
    return f"/in/{source.format}/{source.key}/"


def event_for(source: Source, **fields: Any) -> dict[str, Any]:
    """Return a PagerDuty trigger for this source."""
    payload = {"summary": "Disk is full", "source": "db1", "severity": "error"}
    return {"routing_key": source.key, "event_action": "trigger", "payload": payload, **fields}
