"""The front of the web server: bodies are awaited, never waited for by a thread (reliability S22).

Django runs synchronously on a few threads, which is five times cheaper than its own ASGI path
(stack.md 1). But a thread that reads a body waits for its sender: eight slow senders, who need no key,
silenced the whole pager. So the event loop collects each body, under the cap of its door, within
`PATIENCE_S` and a budget of memory, and only whole requests reach a thread.
"""

import asyncio
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from core.bodies import MIB, Application, Environ, limit_for

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATIENCE_S = 15.0
BUDGET = 128 * MIB  # of bodies being collected, per process
THREADS = 4
TOO_SLOW = (
    408,
    "Request Timeout",
    "body_too_slow",
    "The body did not arrive in time. Send it again.",
)
TOO_MUCH = (
    503,
    "Service Unavailable",
    "temporarily_unavailable",
    "Too many bodies are arriving. Send it again.",
)

BROKEN_OFF = (
    400,
    "Bad Request",
    "incomplete_body",
    "The body ended before its announced end. Send it again.",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response: status, headers as bytes, body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Front:
    """An ASGI callable that collects requests and runs a WSGI application on a fixed set of threads."""

    def __init__(self, application: Application, *, threads: int = THREADS) -> None:
        self._application = application
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = bytearray()
        try:
            answer = await self._answer(scope, receive, body)
        finally:
            self._held -= len(body)
        start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive, body: bytearray) -> Answer:
        limit = limit_for(scope["path"])
        try:
            is_whole = await asyncio.wait_for(
                self._collect(scope, receive, body, limit), PATIENCE_S
            )
        except TimeoutError:
            return problem(*TOO_SLOW)
        except MemoryError:
            return problem(*TOO_MUCH)
        if not is_whole:
            return problem(*BROKEN_OFF)
        environ = environment(scope, bytes(body))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, run, self._application, environ)

    async def _collect(self, scope: Scope, receive: Receive, body: bytearray, limit: int) -> bool:
        """Fill `body` up to one byte over `limit`; return whether the sender was still there at its end."""
        if announced(scope) > limit:
            return True  # refused by its length alone, unread
        while True:
            event = await receive()
            if event["type"] != "http.request":
                return False
            piece = event.get("body", b"")[: limit + 1 - len(body)]
            if self._held + len(piece) > BUDGET:
                raise MemoryError
            body += piece
            self._held += len(piece)
            if len(body) > limit or not event.get("more_body", False):
                return True


def announced(scope: Scope) -> int:
    """Return the Content-Length that a request announces, 0 where it has none or no number."""
    found = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(found[0]) if found and found[0].isdigit() else 0


def environment(scope: Scope, body: bytes) -> Environ:
    """Return the WSGI environment of a collected request (PEP 3333)."""
    length = max(len(body), announced(scope))
    host, port = scope.get("server") or ("127.0.0.1", 80)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "CONTENT_LENGTH": str(length),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add(environ, name, value.decode("latin-1"))
    return environ


def _add(environ: Environ, name: bytes, value: str) -> None:
    """Add one header; a name with `_` would pass for one with `-` and is dropped."""
    if b"_" in name or name in {b"content-length", b"transfer-encoding"}:
        return
    key = name.decode("latin-1").upper().replace("-", "_")
    key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
    joint = "; " if key == "HTTP_COOKIE" else ","
    environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value


def run(application: Application, environ: Environ) -> Answer:
    """Run the application to its end and return the whole response."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started.append((status, headers))

    parts: Iterable[bytes] = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        getattr(parts, "close", _nothing)()
    status, headers = started[-1]
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if not any(name == b"content-length" for name, _value in pairs):
        pairs.append((b"content-length", str(len(body)).encode()))
    return Answer(int(status[:3]), pairs, body)


def _nothing() -> None:
    """Stand in for the `close` that a plain list of parts does not have."""


def problem(status: int, title: str, code: str, detail: str) -> Answer:
    """Return a problem body (RFC 9457) for what no thread is to see."""
    text = (
        f'{{"type": "about:blank", "title": "{title}", "status": {status}, '
        f'"code": "{code}", "detail": "{detail}", "request_id": "{uuid.uuid4().hex}"}}'
    )
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
        (b"retry-after", b"5"),
    ]
    return Answer(status, headers, text.encode())
