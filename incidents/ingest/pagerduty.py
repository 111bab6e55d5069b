"""`POST /v2/enqueue` and `/v2/change/enqueue`: PagerDuty's Events API v2, its answers to the letter."""

from django.http import HttpRequest, HttpResponse

from core.json_in import JsonRefused
from incidents.ingest import bodies, views
from incidents.ingest.keys import KnownKey, find
from incidents.parsers import KINDS
from incidents.parsers.base import Rejected

UNKNOWN_KEY = "Invalid routing key"


def invalid(errors: list[str], *, status: int = 400) -> HttpResponse:
    """Return PagerDuty's own body for an event that is not accepted."""
    content = {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
    return views.answer(status, content)


def enqueue(request: HttpRequest) -> HttpResponse:
    """Take a trigger, acknowledge or resolve."""
    return _take(request, "pagerduty")


def change(request: HttpRequest) -> HttpResponse:
    """Take a change event: kept, never pages."""
    return _take(request, "pagerduty_change")


def _take(request: HttpRequest, kind: str) -> HttpResponse:
    refused = views.only_post(request)
    if refused is not None:
        return refused
    body, known = b"", None
    try:
        body = bodies.read(request)
        loaded = bodies.parse(body)
        known = _source(loaded.document)
        KINDS[kind].check(loaded.document)
    except JsonRefused as refusal:
        if known is not None:
            views.keep_rejection(known, kind, body, refusal)
        errors = (
            list(refusal.errors)
            if isinstance(refusal, Rejected) and any(refusal.errors)
            else [str(refusal)]
        )
        return invalid(errors, status=413 if refusal.status == 413 else 400)
    if known is None:
        return invalid([UNKNOWN_KEY])
    if known.is_disabled:
        views.keep_rejection(known, kind, body, views.SWITCHED_OFF)
        return invalid([str(views.SWITCHED_OFF)], status=410)
    return _store(request, kind, body, known, loaded.document)


def _source(document: object) -> KnownKey | None:
    key = document.get("routing_key") if isinstance(document, dict) else None
    known = find(key) if isinstance(key, str) else None
    return known if known is not None and known.format == "pagerduty" else None


def _store(
    request: HttpRequest, kind: str, body: bytes, known: KnownKey, document: object
) -> HttpResponse:
    parsed, made_key = views.preview(kind, known, document)
    received = views.store(request, known, kind, body, made_key)
    if kind == "pagerduty_change":
        return views.answer(202, {"status": "success", "message": "Change event processed"})
    key = views.dedup_key(parsed, made_key, received)
    return views.answer(202, {"status": "success", "message": "Event processed", "dedup_key": key})
