"""HTTP of what is served: validators, encodings and headers made once per resource, not per request.

Headers: areas/statuspage.md 4.2; validators: RFC 9110, 8.8 and 13. Query strings are ignored, so they split no cache.
"""

import gzip
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date, parse_http_date_safe

from core.middleware import PUBLIC_POLICY
from statuspage.actions.headers import EVERY, headers_of
from statuspage.actions.resource import etag_of

BRIEFLY = "public, max-age=10"
_EVERY = {**EVERY, "Content-Security-Policy": PUBLIC_POLICY}
_OF_304 = ("Cache-Control", "Vary", "ETag", "Last-Modified", "Access-Control-Allow-Origin")
READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Variant:
    """A resource in one encoding, with every header that it is sent with."""

    body: bytes
    headers: dict[str, str]

    @property
    def etag(self) -> str:
        """Return its strong ETag."""
        return self.headers["ETag"]


class Ready:
    """A resource that can be sent at once; `resource` is its path within the page."""

    def __init__(
        self,
        content: bytes,
        content_type: str,
        etag: str,
        *,
        modified_at: datetime,
        resource: str = "",
        status: int = 200,
    ) -> None:
        self.etag, self.status = etag, status
        self.modified_s = int(modified_at.timestamp())
        self._content = content
        self._headers = {
            **headers_of(resource, content_type),
            "Content-Type": content_type,
            "Last-Modified": http_date(self.modified_s),
            **({"Cache-Control": BRIEFLY} if status != 200 else {}),
        }

    @cached_property
    def plain(self) -> Variant:
        """Return it as it is."""
        length = str(len(self._content))
        headers = {**self._headers, "ETag": self.etag, "Content-Length": length}
        return Variant(self._content, headers)

    @cached_property
    def zipped(self) -> Variant:
        """Return it compressed; the same bytes each time, with an ETag of their own."""
        body = gzip.compress(self._content, mtime=0)
        headers = {
            **self._headers,
            "ETag": f'{self.etag[:-1]}-gzip"',
            "Content-Encoding": "gzip",
            "Content-Length": str(len(body)),
        }
        return Variant(body, headers)


def of_bytes(
    content: bytes, content_type: str, *, at: datetime, resource: str = "", status: int = 200
) -> Ready:
    """Return what was made for this answer alone as a resource."""
    tag = etag_of(content)
    return Ready(content, content_type, tag, modified_at=at, resource=resource, status=status)


def send(request: HttpRequest, ready: Ready) -> HttpResponse:
    """Return the answer to one request for a resource: 200, 304 to who has it, 405 to who would write."""
    if request.method not in READS:
        refused = {**_EVERY, "Allow": "GET, HEAD", "Cache-Control": "no-store"}
        return HttpResponse(status=405, headers=refused)
    asked = request.META
    variant = ready.zipped if _takes_gzip(asked.get("HTTP_ACCEPT_ENCODING", "")) else ready.plain
    if ready.status == 200 and _has_it(asked.get("HTTP_IF_NONE_MATCH"), asked, ready, variant):
        kept = {name: variant.headers[name] for name in _OF_304 if name in variant.headers}
        return HttpResponse(status=304, headers=kept)
    body = b"" if request.method == "HEAD" else variant.body
    return HttpResponse(body, status=ready.status, headers=variant.headers)


def nothing(*, is_open: bool = False) -> HttpResponse:
    """Return an empty 404 that may be kept for ten seconds."""
    headers = {**_EVERY, "Cache-Control": BRIEFLY, "Content-Length": "0"}
    if is_open:
        headers["Access-Control-Allow-Origin"] = "*"
    return HttpResponse(status=404, headers=headers)


def unavailable() -> HttpResponse:
    """Return the 503 of a process that has neither the database nor a copy."""
    return HttpResponse(
        "The status page can't be read right now. Ask again in a moment.\n",
        status=503,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": "10", "Cache-Control": "no-store"},
    )


def _has_it(held: str | None, asked: dict[str, str], ready: Ready, variant: Variant) -> bool:
    if held is not None:
        tags = [tag.strip().removeprefix("W/") for tag in held.split(",")]
        return held.strip() == "*" or variant.etag in tags
    since = asked.get("HTTP_IF_MODIFIED_SINCE")
    known_s = parse_http_date_safe(since) if since else None
    return known_s is not None and known_s >= ready.modified_s


@lru_cache(maxsize=256)
def _takes_gzip(accepted: str) -> bool:
    """Read Accept-Encoding: gzip or *, unless with a weight of nothing (RFC 9110, 12.5.3)."""
    weights: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        name, _semicolon, weight = part.partition(";")
        value = weight.replace(" ", "").removeprefix("q=")
        weights[name.strip()] = value.rstrip("0") not in {".", "0."} and value != "0"
    return weights.get("gzip", weights.get("*", False))
