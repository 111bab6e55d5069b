"""Middleware of the house: the short way for machines, the host rule, strict headers."""

import uuid
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import split_domain_port
from django.urls import ResolverMatch, resolve

Respond = Callable[[HttpRequest], HttpResponseBase]

MACHINE_PATHS = ("/in/", "/v2/", "/healthz", "/readyz", "/livez/")
REPLY_PATHS = ("/r/", "/ical/")
PUBLIC_FILES = ("/badge.svg", "/embed", "/uptime.json", "/ledger.csv", "/robots.txt")
PUBLIC_PATHS = (
    "/incidents",
    "/components",
    "/history",
    "/maintenance.ics",
    "/subscribe",
    "/enter/",
    "/api/v2/",
    "/status/",
    "/style-",
    "/mark-",
    *PUBLIC_FILES,
)
API_PATH = "/api/v1/"
WRITE_PATH = "/v1/"  # Statuspage's own write API
PEOPLE_PATHS = ("/admin/", "/accounts/")
STAFF_PATHS = (*PEOPLE_PATHS, API_PATH, WRITE_PATH)
HEALTH_PATHS = ("/healthz", "/readyz", "/livez/")
# Gone, gone in the middle of a request, or read-only after a failover.
_AWAY = (OperationalError, InterfaceError, InternalError)

STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
REPLY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PUBLIC_POLICY = REPLY_POLICY
REPLY_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


class MachineDoor:
    """Take machine paths straight to their view: no session, cookie, CSRF or sign-in work (performance 4.4)."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a machine path directly; a database that is away becomes 503 with Retry-After."""
        if not request.path_info.startswith((*MACHINE_PATHS, WRITE_PATH)):
            return self.get_response(request)
        refusal = refuse_host(request)
        if refusal is not None:
            return refusal
        match = resolve(request.path_info)
        request.resolver_match = match
        try:
            answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        except _AWAY:
            return unavailable()
        return answer


class NeedsSession(Exception):
    """A public page asks who the reader is: its request is answered again with their session."""


class PublicDoor:
    """Take what visitors read straight to its view, under every host: no session, no cookie, nothing about the reader."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a public path directly; the view itself does without a database that is away."""
        path = request.path_info
        if path != "/" and not path.startswith(PUBLIC_PATHS):
            return self.get_response(request)
        match = request.resolver_match = _known(path)
        try:
            answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        except NeedsSession:
            return self.get_response(request)
        return answer


@lru_cache(maxsize=128)
def _known(path: str) -> ResolverMatch:
    """Return the view of a path: what everybody asks for is looked up once."""
    return resolve(path)


def unavailable() -> HttpResponse:
    """Return the 503 that tells a sender to come again: we can't store now (reliability 6.2)."""
    detail = "The event was not stored. Send it again."
    answer = _problem(503, "Temporarily unavailable", "temporarily_unavailable", detail)
    answer["Retry-After"] = "5"
    return answer


def _problem(status: int, title: str, code: str, detail: str) -> HttpResponse:
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": uuid.uuid4().hex,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def refuse_host(request: HttpRequest) -> HttpResponse | None:
    """Return the 400 for a path asked for under a host that does not serve it, else None (design.md 5)."""
    path = request.path_info
    if path.startswith(HEALTH_PATHS):
        return None
    if path.startswith(STAFF_PATHS):
        allowed = settings.STAFF_URL
    elif path.startswith((*MACHINE_PATHS, *REPLY_PATHS)):
        allowed = settings.SITE_URL
    else:
        return None
    host = host_of(request)
    if host in settings.LOOPBACK_NAMES or host == (urlsplit(allowed).hostname or "").lower():
        return None
    text = f"This address is served under {allowed} only."
    if path.startswith(API_PATH):
        return _problem(400, "Bad request", "wrong_host", text)
    return HttpResponse(f"{text}\n", status=400, content_type="text/plain; charset=utf-8")


def host_of(request: HttpRequest) -> str:
    """Return the host asked for, in lower case and without a port; "" for one that is no name at all."""
    try:
        host, _port = split_domain_port(request.get_host())
    except DisallowedHost:
        return ""
    return host.strip("[]").rstrip(".").lower()


class HostRule:
    """Decide by path class and host, so that no page is served under a name that is not its own."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on, or answer 400."""
        return refuse_host(request) or self.get_response(request)


class StrictHeaders:
    """One content security policy for people's pages, a narrower one for reply pages."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the policy to the answer; reply pages also forbid storing, indexing and referrers."""
        response = self.get_response(request)
        is_reply = request.path_info.startswith(REPLY_PATHS)
        response.headers.setdefault(
            "Content-Security-Policy", REPLY_POLICY if is_reply else STRICT_POLICY
        )
        if is_reply:
            for name, value in REPLY_HEADERS.items():
                response.headers[name] = value
        return response
