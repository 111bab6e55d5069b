"""What every address of the write API is: a token, its limit, and errors in Statuspage's own shape."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.core.cache import cache
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views import View

from core import clock
from core.actor import Actor
from core.api.auth import holder_of
from core.errors import DomainError, NotFound
from core.json_in import JsonRefused
from core.permissions import require
from core.secrets import digest
from statuspage.models import Page
from statuspage.rules.ids import is_id

logger = logging.getLogger(__name__)

MOST, WITHIN_S = 60, 60  # requests of one token; one a second, measured over a minute
_SCHEMES = {"oauth", "bearer"}
_AWAY = (OperationalError, InterfaceError)
_PLAIN = {404: "Not found"}


class Refused(Exception):
    """An answer in place of the one that was asked for."""

    def __init__(
        self, status: int, error: str | Sequence[str], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(str(error))
        self.answer = answer({"error": error}, status=status, headers=headers)


_EXPECTED = (Refused, DomainError, JsonRefused, UnreadablePostError, *_AWAY, IntegrityError)


class Door(View):
    """One address. A handler takes the caller, the instant, and what stands in the address, and returns the answer.

    `verb`: what a caller must be allowed for any look at the page. Handlers raise DomainError or JsonRefused.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    verb = "statuspage.view"
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *_: Any, **places: str) -> HttpResponse:
        """Sign in, count, act; every refusal is `{"error": ...}`."""
        try:
            return self._answer(request, places)
        except _EXPECTED as error:
            return _refusal(error)

    def _answer(self, request: HttpRequest, places: Mapping[str, str]) -> HttpResponse:
        at = clock.now()
        by = _caller(request, at)
        method = str(request.method).lower()
        handler: Callable[..., HttpResponse] | None = None
        if method in self.http_method_names:
            handler = getattr(self, "get" if method == "head" else method, None)
        if handler is None:
            raise Refused(405, "Method not allowed", {"Allow": ", ".join(self._allowed_methods())})
        require(by, self.verb)
        return handler(by, at, **places)

    def _allowed_methods(self) -> list[str]:
        """Return its methods; whatever has GET has HEAD (Django gives it that)."""
        return [name.upper() for name in self.http_method_names if hasattr(self, name)]


class Nothing(Door):
    """What answers every other address below /v1/."""

    def dispatch(self, request: HttpRequest, *_: Any, **__: str) -> HttpResponse:
        """Say so, whoever asks."""
        return answer({"error": "Not found"}, status=404)


def answer(
    document: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a JSON answer that nobody may keep."""
    return HttpResponse(
        orjson.dumps(document),
        status=status,
        content_type="application/json; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
    )


def page_of(public_id: str) -> Page:
    """Return the page of that id; raises NotFound."""
    page = Page.objects.filter(public_id=public_id).first() if is_id(public_id) else None
    if page is None:
        raise NotFound("There is no such status page.")
    return page


def _caller(request: HttpRequest, at: datetime) -> Actor:
    """Return who asks; raises Refused for nobody known (401), and for one who asks too often (429)."""
    words = request.headers.get("Authorization", "").split()
    is_token = len(words) == 2 and words[0].lower() in _SCHEMES
    found = holder_of(words[1], at) if is_token else None
    if found is None:
        raise Refused(401, "Could not authenticate", {"WWW-Authenticate": "OAuth"})
    _count(words[1], at)
    return found[1]


def _count(token: str, at: datetime) -> None:
    """Count a request of this token; two at the same instant may count as one, which does no harm."""
    key, now_s = f"drop_in:{digest(token)[:32]}", at.timestamp()
    seen = [moment for moment in cache.get(key, []) if now_s - WITHIN_S < moment <= now_s]
    if len(seen) >= MOST:
        wait_s = math.ceil(seen[0] + WITHIN_S - now_s)
        text = f"More than {MOST} requests in {WITHIN_S} seconds; come again in {wait_s} s."
        raise Refused(429, text, {"Retry-After": str(wait_s)})
    cache.set(key, [*seen, now_s], timeout=WITHIN_S)


def _refusal(error: Exception) -> HttpResponse:
    """Say why not; what is wrong with the request is a list of sentences (422)."""
    if isinstance(error, Refused):
        return error.answer
    if isinstance(error, DomainError):
        return _refused_by_rule(error)
    if isinstance(error, JsonRefused):
        return answer({"error": str(error)}, status=error.status)
    if isinstance(error, UnreadablePostError):
        return answer({"error": "The body did not arrive whole."}, status=400)
    return _refused_by_database(error)


def _refused_by_database(error: Exception) -> HttpResponse:
    if isinstance(error, _AWAY):
        text = "Temporarily unavailable"
        return answer({"error": text}, status=503, headers={"Retry-After": "5"})
    logger.warning("the database refused a write", exc_info=error)
    text = "This changed at the very moment. Nothing was done; send it again."
    return answer({"error": [text]}, status=422)


def _refused_by_rule(error: DomainError) -> HttpResponse:
    if error.status in (401, 403, 404, 503):
        return answer({"error": _PLAIN.get(error.status, str(error))}, status=error.status)
    problems = error.extra.get("errors")
    told = [one["detail"] for one in problems] if isinstance(problems, list) else [str(error)]
    return answer({"error": told}, status=422)
