"""Lists by cursor: no count, no offset, newest first; the thousandth page costs what the first does."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.operations import LARGEST, USUAL
from core.api.parameters import bad_parameter

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

    In the order of the primary key, which answers call `by`: newest first, or with `ordering=BY` oldest first.
    Links stand on STAFF_URL, never on the Host header. A bad cursor, size or ordering raises Invalid.
    """

    def __init__(self, by: str = "id") -> None:
        self._by = by
        self._links: dict[str, str | None] = {}

    def paginate_queryset(  # type: ignore[override]  # the base names no row type
        self, queryset: QuerySet[Any, Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Return the rows of the page that the request asks for, in one statement: rows, or primary keys alone."""
        size, place = _size(request), _place(request)
        is_newest_first = _is_newest_first(request, self._by)
        found = list(_from(queryset, place, is_newest_first)[: size + 1])
        has_more, rows = len(found) > size, found[:size]
        is_forward = place is None or place.is_older is is_newest_first
        if not is_forward:
            rows.reverse()
        ends = (has_more, place is not None) if is_forward else (True, has_more)
        self._links = _links(request, [_pk(row) for row in rows], ends, is_newest_first)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Return the one list shape of the house."""
        return Response({"results": data, **self._links})


def _pk(row: Any) -> int:
    found: int = row if isinstance(row, int) else row.pk
    return found


def _from(
    rows: QuerySet[Any, Any], place: _Place | None, is_newest_first: bool
) -> QuerySet[Any, Any]:
    if place is None:
        return rows.order_by("-pk" if is_newest_first else "pk")
    if place.is_older:
        return rows.filter(pk__lt=place.pk).order_by("-pk")
    return rows.filter(pk__gt=place.pk).order_by("pk")


def _links(
    request: Request, pks: Sequence[int], ends: tuple[bool, bool], is_newest_first: bool
) -> dict[str, str | None]:
    if not pks:
        return {"next": None, "previous": None}
    has_next, has_previous = ends
    return {
        "next": _link(request, _Place(is_newest_first, pks[-1])) if has_next else None,
        "previous": _link(request, _Place(not is_newest_first, pks[0])) if has_previous else None,
    }


def _link(request: Request, place: _Place) -> str:
    parameters = request.query_params.copy()
    parameters["cursor"] = str(place)
    return f"{settings.STAFF_URL}{request.path}?{parameters.urlencode()}"


def _is_newest_first(request: Request, by: str) -> bool:
    ordering = request.query_params.get("ordering", f"-{by}")
    if ordering not in {by, f"-{by}"}:
        raise bad_parameter("ordering", f"ordering is -{by} or {by}.", "unknown_ordering")
    return ordering != by


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
