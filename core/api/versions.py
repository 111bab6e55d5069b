"""Strong ETags of single resources: If-None-Match answers 304, a stale If-Match 412 (RFC 9110, 13.1)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request

from core.api.formats import to_bytes
from core.errors import Conflict

_SAFE = ("GET", "HEAD")


def one(
    request: Request,
    document: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer one resource with the ETag of what it says; 304 to a reader who has exactly that already."""
    return send(request, to_bytes(document), status=status, headers=headers)


def send(
    request: Request,
    content: bytes,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer JSON that is already written, as `one` does."""
    tag = _tag(content)
    if request.method in _SAFE and _is_held(request, tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(
        content,
        status=status,
        content_type="application/json",
        headers={**(headers or {}), "ETag": tag},
    )


@contextmanager
def unchanged(
    request: Request, rows: QuerySet[Any], read: Callable[[], Mapping[str, Any]]
) -> Iterator[None]:
    """Run a change only if the resource is still what the caller's If-Match names; raise Conflict (412) otherwise.

    `rows` are locked before `read` tells the present state, and the change runs in the same transaction, so
    nobody comes in between. Without the header the change runs as it is.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None:
        yield
        return
    with transaction.atomic():
        list(rows.select_for_update(no_key=True, of=("self",)).order_by().values_list("pk"))
        present = _tag(to_bytes(read()))
        if wanted.strip() != "*" and present not in parse_etags(wanted):
            raise Conflict("It has changed since you read it. Read it again, then decide.")
        yield


def _is_held(request: Request, tag: str) -> bool:
    held = request.headers.get("If-None-Match", "")
    if held.strip() == "*":
        return True
    return tag in [found.removeprefix("W/") for found in parse_etags(held)]


def _tag(content: bytes) -> str:
    """Return the strong ETag of a representation: 132 bits of its SHA-256."""
    return f'"{urlsafe_b64encode(sha256(content).digest())[:22].decode()}"'
