"""Request bodies, made right before Django sees them (stack.md 1).

Django and REST framework both trust CONTENT_LENGTH, so a chunked body would arrive empty and a 2xx
would lose an event. This wrapper reads a chunked body up to the limit of its door, refuses what is
larger before it is in memory, and inflates gzip under the same cap.
"""

import uuid
import zlib
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

KIB, MIB = 1024, 1024 * 1024
LIMITS: tuple[tuple[str, int], ...] = (
    ("/in/alertmanager/", 16 * MIB),
    ("/in/generic/", 512 * KIB),
    ("/in/pagerduty/", 512 * KIB),
    ("/v2/", 512 * KIB),
    ("/admin/", 16 * MIB),
    ("/api/v1/", MIB),
)
OTHER_LIMIT = 256 * KIB
REFUSED = "watchbill.body_refused"
SPEAKS_ITSELF = "/v2/"  # doors whose senders read every error in a shape of their own


class BodyRefused(Exception):
    """A body that will not be read: `status` and a problem `code`."""

    def __init__(self, status: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


def limit_for(path: str) -> int:
    """Return how many bytes a body on `path` may have, inflated."""
    return next((limit for prefix, limit in LIMITS if path.startswith(prefix)), OTHER_LIMIT)


def bounded(application: Application) -> Application:
    """Return `application` behind the body rules: chunked, size, gzip."""

    def wrapped(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            _settle(environ)
        except BodyRefused as refusal:
            if not environ.get("PATH_INFO", "").startswith(SPEAKS_ITSELF):
                return _answer(refusal, start_response)
            environ[REFUSED] = refusal
            _replace(environ, b"")
        return application(environ, start_response)

    return wrapped


def _settle(environ: Environ) -> None:
    limit = limit_for(environ.get("PATH_INFO", ""))
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    length = _length(environ)
    if length > limit:
        raise BodyRefused(
            "413 Content Too Large", "body_too_large", f"At most {limit} bytes are taken here."
        )
    if not chunked and encoding in {"", "identity"}:
        return
    body = _read(environ["wsgi.input"], limit) if chunked else environ["wsgi.input"].read(length)
    if encoding in {"gzip", "x-gzip"}:
        body = _inflate(body, limit)
    elif encoding not in {"", "identity"}:
        raise BodyRefused(
            "415 Unsupported Media Type",
            "unsupported_encoding",
            "Send the body plain or with gzip.",
        )
    _replace(environ, body)


def _replace(environ: Environ, body: bytes) -> None:
    """Hand on these bytes as if they had been sent plainly."""
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ.pop("HTTP_CONTENT_ENCODING", None)


def _length(environ: Environ) -> int:
    try:
        return max(int(environ.get("CONTENT_LENGTH") or 0), 0)
    except ValueError as error:
        raise BodyRefused(
            "400 Bad Request", "bad_content_length", "Content-Length is not a number."
        ) from error


def _read(stream: Any, limit: int) -> bytes:
    pieces, left = [], limit + 1
    while left > 0:
        piece = stream.read(min(left, 64 * KIB))
        if not piece:
            break
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        raise BodyRefused(
            "413 Content Too Large", "body_too_large", f"At most {limit} bytes are taken here."
        )
    return b"".join(pieces)


def _inflate(body: bytes, limit: int) -> bytes:
    """Return what all members of a gzip body hold (RFC 1952, 2.2); zeros behind them are padding."""
    pieces: list[bytes] = []
    left = limit
    while body or not pieces:
        machine = zlib.decompressobj(wbits=31)
        try:
            piece = machine.decompress(body, left + 1)
        except zlib.error as error:
            raise BodyRefused("400 Bad Request", "bad_gzip", "The body is not gzip.") from error
        if len(piece) > left:
            raise BodyRefused(
                "413 Content Too Large",
                "body_too_large",
                f"At most {limit} bytes are taken here, inflated.",
            )
        if not machine.eof:
            raise BodyRefused("400 Bad Request", "bad_gzip", "The gzip body ends too early.")
        pieces.append(piece)
        left -= len(piece)
        body = machine.unused_data.lstrip(b"\0")
    return b"".join(pieces)


def _answer(refusal: BodyRefused, start_response: StartResponse) -> Iterable[bytes]:
    number = refusal.status.split()[0]
    text = (
        f'{{"type": "about:blank", "title": "{refusal.status[4:]}", "status": {number}, '
        f'"code": "{refusal.code}", "detail": "{refusal}", "request_id": "{uuid.uuid4().hex}"}}'
    )
    body = text.encode()
    start_response(
        refusal.status,
        [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))],
    )
    return [body]
