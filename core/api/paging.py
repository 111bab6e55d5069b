"""Lists by cursor: no count, no offset, newest first; the thousandth page costs what the first does."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parameters import bad_parameter

PARAMETERS = frozenset({"cursor", "page_size"})
USUAL, LARGEST = 50, 200

_PLACE = re.compile(rb"([ab])([1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page begins: just older, or just newer, than the row with this id."""

    is_older: bool
    pk: int

    def __str__(self) -> str:
        plain = f"{'b' if self.is_older else 'a'}{self.pk}"
        return urlsafe_b64encode(plain.encode()).decode().rstrip("=")


class CursorPages(BasePagination):
    """`{"results": [...], "next": URL or null, "previous": URL or null}`; `page_size` from 1 to 200.

    Links stand on STAFF_URL, never on the Host header. A bad cursor or size raises Invalid.
    """

    def __init__(self) -> None:
        self._links: dict[str, str | None] = {}

    def paginate_queryset(  # type: ignore[override]  # the base names no row type
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Return the rows of the page that the request asks for, newest first, in one statement."""
        size, place = _size(request), _place(request)
        found = list(_from(queryset, place)[: size + 1])
        has_more, rows = len(found) > size, found[:size]
        if place is not None and not place.is_older:
            rows.reverse()
        self._links = _links(request, rows, place, has_more=has_more)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Return the one list shape of the house."""
        return Response({"results": data, **self._links})


def _from(rows: QuerySet[Any], place: _Place | None) -> QuerySet[Any]:
    if place is None:
        return rows.order_by("-pk")
    if place.is_older:
        return rows.filter(pk__lt=place.pk).order_by("-pk")
    return rows.filter(pk__gt=place.pk).order_by("pk")


def _links(
    request: Request, rows: Sequence[Model], place: _Place | None, *, has_more: bool
) -> dict[str, str | None]:
    if not rows:
        return {"next": None, "previous": None}
    backwards = place is not None and not place.is_older
    has_older = has_more or backwards
    has_newer = has_more if backwards else place is not None
    return {
        "next": _link(request, _Place(True, rows[-1].pk)) if has_older else None,
        "previous": _link(request, _Place(False, rows[0].pk)) if has_newer else None,
    }


def _link(request: Request, place: _Place) -> str:
    parameters = request.query_params.copy()
    parameters["cursor"] = str(place)
    return f"{settings.STAFF_URL}{request.path}?{parameters.urlencode()}"


def _size(request: Request) -> int:
    raw = request.query_params.get("page_size", str(USUAL))
    if not re.fullmatch(r"[0-9]{1,3}", raw) or not 1 <= int(raw) <= LARGEST:
        raise bad_parameter("page_size", f"page_size is a number from 1 to {LARGEST}.")
    return int(raw)


def _place(request: Request) -> _Place | None:
    raw = request.query_params.get("cursor")
    if raw is None:
        return None
    try:
        plain = urlsafe_b64decode(raw.encode() + b"=" * (-len(raw) % 4))
    except ValueError:
        plain = b""
    match = _PLACE.fullmatch(plain)
    if match is None or int(match[2]) >= 2**63:
        raise bad_parameter("cursor", "This is no cursor of this list.", "bad_cursor")
    return _Place(match[1] == b"b", int(match[2]))
