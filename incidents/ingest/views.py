"""The doors for monitoring systems: find the source, bound and read the body, store, commit, answer 202.

Nothing is parsed beyond what decides a 4xx and the warnings; the engine digests later (design.md 1).
"""

import logging
import uuid
from collections.abc import Mapping

import orjson
from django.http import HttpRequest, HttpResponse

from core import clock
from core.api import problems
from core.json_in import JsonRefused
from incidents import actions
from incidents.actions.receive import Received, Request
from incidents.ingest import bodies
from incidents.ingest.keys import KnownKey, find
from incidents.parsers import KINDS
from incidents.parsers.base import Context, Parsed, Rejected, Signal

logger = logging.getLogger(__name__)

SWITCHED_OFF = JsonRefused(410, "integration_disabled", "This source is switched off.")
DELIVERY_HEADERS = ("HTTP_IDEMPOTENCY_KEY", "HTTP_WEBHOOK_ID", "HTTP_X_DELIVERY_ID")


def answer(
    status: int, content: Mapping[str, object], *, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a JSON answer."""
    return HttpResponse(
        orjson.dumps(content), status=status, content_type="application/json", headers=headers
    )


def problem(status: int, code: str, detail: str, errors: tuple[str, ...] = ()) -> HttpResponse:
    """Return a problem body (RFC 9457); `errors` are JSON pointers."""
    extra = (
        {"errors": [{"pointer": pointer, "code": code, "detail": detail} for pointer in errors]}
        if errors
        else {}
    )
    return HttpResponse(
        orjson.dumps(problems.body(status, code, detail, extra)),
        status=status,
        content_type="application/problem+json",
    )


def only_post(request: HttpRequest) -> HttpResponse | None:
    """Return the 405 for any other method, else None."""
    if request.method == "POST":
        return None
    refusal = problem(405, "method_not_allowed", "Send the event by POST.")
    refusal["Allow"] = "POST"
    return refusal


def by_path(request: HttpRequest, form: str, key: str) -> HttpResponse:
    """`POST /in/<format>/<key>/`: a key in the path; a wrong one is 404."""
    known = find(key) if form in KINDS else None
    if known is None or known.format != form:
        return only_post(request) or problem(
            404, "unknown_key", "There is no source with this address."
        )
    return only_post(request) or _receive(request, form, known)


def by_header(request: HttpRequest, form: str) -> HttpResponse:
    """`POST /in/<format>/` with `Authorization: Bearer <key>`: a wrong one is 401."""
    words = request.META.get("HTTP_AUTHORIZATION", "").split()
    if len(words) > 2 or "," in "".join(words) or {"key", "token"} & set(request.GET):
        return problem(
            400, "ambiguous_credentials", "Send the key once, as Authorization: Bearer KEY."
        )
    known = find(words[1]) if len(words) == 2 and words[0].lower() == "bearer" else None
    if known is None or known.format != form:
        refusal = only_post(request) or problem(
            401, "unknown_key", "The key is missing or unknown."
        )
        refusal["WWW-Authenticate"] = 'Bearer realm="watchbill"'
        return refusal
    return only_post(request) or _receive(request, form, known)


def _receive(request: HttpRequest, form: str, known: KnownKey) -> HttpResponse:
    if known.is_disabled:
        keep_rejection(known, form, b"", SWITCHED_OFF)
        return problem(SWITCHED_OFF.status, SWITCHED_OFF.code, str(SWITCHED_OFF))
    body = b""
    try:
        body = bodies.read(request)
        loaded = bodies.parse(body)
        KINDS[form].check(loaded.document)
    except JsonRefused as refusal:
        keep_rejection(known, form, body, refusal)
        return problem(refusal.status, refusal.code, str(refusal), getattr(refusal, "errors", ()))
    parsed, made_key = preview(form, known, loaded.document)
    received = store(request, known, form, body, made_key)
    content: dict[str, object] = {
        "id": received.event_id,
        "duplicate": received.is_duplicate,
        "warnings": [*loaded.warnings, *parsed.warnings],
    }
    if form == "generic":
        content["dedup_key"] = dedup_key(parsed, made_key, received)
    return answer(202, content)


def preview(form: str, known: KnownKey, document: object) -> tuple[Parsed, str]:
    """Return what the parser makes of the document, for warnings and the dedup key, and a key made for it.

    A fault of a parser must not refuse an event: it is stored, quarantined later, and still pages.
    """
    made_key = uuid.uuid4().hex
    context = Context(known.source_name, clock.now(), made_key, {}, known.service_label)
    try:
        return KINDS[form].parse(document, context), made_key
    except Exception:  # see above
        logger.exception("the parser %s failed on an event of source %s", form, known.source_id)
        return Parsed((), ()), made_key


def dedup_key(parsed: Parsed, made_key: str, received: Received) -> str:
    """Return the key of a body's only signal: its own, else the one made when it first arrived."""
    first = parsed.items[0] if parsed.items else None
    own = first.key if isinstance(first, Signal) else made_key
    return received.made_key if own == made_key else own


def store(request: HttpRequest, known: KnownKey, kind: str, body: bytes, made_key: str) -> Received:
    """Store the event and return its id; committed when this returns."""
    sent = (request.META.get(name, "").strip() for name in DELIVERY_HEADERS)
    delivery_id = next((value[:255] for value in sent if value), None)
    stored = Request(known.source_id, known.key_id, kind, body, made_key, delivery_id)
    return actions.store(stored, at=clock.now())


def keep_rejection(
    known: KnownKey, kind: str, body: bytes, refusal: JsonRefused | Rejected
) -> None:
    """Keep what was refused, for the source's page."""
    request = Request(known.source_id, known.key_id, kind, body)
    actions.reject(
        request, status=refusal.status, code=refusal.code, detail=str(refusal), at=clock.now()
    )
