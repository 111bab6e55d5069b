"""One error body for the whole API: RFC 9457 problem details."""

import logging
import sys
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from core import refusals
from core.errors import DomainError, NotAllowed, NotFound, NotPossible, Unavailable
from core.middleware import API_PATH

logger = logging.getLogger(__name__)

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Not possible now",
    410: "Switched off",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid",
    429: "Too many requests",
    500: "Our fault",
    503: "Temporarily unavailable",
}


def body(
    status: int, code: str, detail: str, extra: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return a problem body: type, title, status, code, detail, request_id, and what the error adds."""
    return {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": uuid.uuid4().hex,
        **(extra or {}),
    }


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Map every refusal to a problem; a bug travels on and is logged without its body."""
    known = _known(error)
    if known is None:
        return None
    if known is _OVERTAKEN:  # as a rule a race; a rule that our own code broke would be here too
        logger.warning("the database refused a write", exc_info=error)
    response = Response(
        body(known.status, known.code, str(known), _extra(known)),
        status=known.status,
        content_type="application/problem+json",
    )
    if known.status == 503:
        response["Retry-After"] = "5"
    challenge = getattr(error, "auth_header", None)
    if challenge:
        response["WWW-Authenticate"] = challenge
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """Answer what no view caught: a database that is away or busy, else a bug; neither says what it was.

    Programs get the one error body, people a page.
    """
    is_away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    if not request.path_info.startswith(API_PATH):
        return refusals.away() if is_away else refusals.broken()
    found = (
        body(_AWAY.status, _AWAY.code, str(_AWAY))
        if is_away
        else body(500, "internal_error", "This is our fault; it is in the log.")
    )
    status = 503 if is_away else 500
    headers = {"Retry-After": "5"} if is_away else {}
    return JsonResponse(
        found, status=status, content_type="application/problem+json", headers=headers
    )


_AWAY = Unavailable("The database does not answer. Try again.")
_OVERTAKEN = NotPossible(
    "What this is about changed at this very moment. Nothing was done; look, and send it again."
)
_TRANSLATED: tuple[tuple[type[Exception], DomainError], ...] = (
    (Http404, NotFound("There is no such object.")),
    (PermissionDenied, NotAllowed("You may not do this.")),
    (OperationalError, _AWAY),
    (InterfaceError, _AWAY),
    (IntegrityError, _OVERTAKEN),
    (
        UnreadablePostError,
        DomainError("The body did not arrive whole.", code="incomplete_body"),
    ),
)


def _extra(error: DomainError) -> Mapping[str, object]:
    """Return what joins the body; a 422 that names no field is about the whole body."""
    if error.status != 422 or "errors" in error.extra:
        return error.extra
    whole = {"pointer": "", "code": error.code, "detail": str(error)}
    return {"errors": [whole], **error.extra}


def _known(error: Exception) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    for kind, translated in _TRANSLATED:
        if isinstance(error, kind):
            return translated
    if isinstance(error, exceptions.APIException):
        found = DomainError(str(error.detail), code=_code(error))
        found.status = error.status_code
        return found
    return None


def _code(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else "invalid"
