"""Where the schema is read, by programs and by people."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from rest_framework.request import Request

from core.api import schema
from core.api.codes import GENERAL
from core.api.formats import to_bytes
from core.api.idempotency import HEADER
from core.api.operations import LARGEST_ID, Operation
from core.api.shapes import Shape
from core.api.versions import send
from core.api.views import Door


@cache
def _content() -> bytes:
    return to_bytes(schema.document())


class Schema(Door):
    """`/api/v1/schema/`: OpenAPI 3.1; open to everybody, since it says nothing of this installation (ADR 0032)."""

    authentication_classes = ()
    permission_classes = ()

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Let everyone keep it, and ask whether it has changed."""
        return {**super().default_response_headers, "Cache-Control": "public, no-cache"}

    def get(self, request: Request) -> HttpResponseBase:
        """Return the schema; made once per process."""
        return send(request, _content())


@dataclass(frozen=True, slots=True)
class Told:
    """An operation as the page tells it."""

    anchor: str
    method: str
    path: str
    operation: Operation
    parameters: list[dict[str, Any]]
    takes: list[tuple[str, str, str]]
    gives: list[tuple[str, str, str]]
    statuses: list[str]
    curl: str
    answer: str


def pages(request: HttpRequest) -> HttpResponse:
    """Return `/api/v1/docs/` for people who have signed in; made of what the doors declare."""
    return admin.site.admin_view(_page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "REST API",
        "headline": "Every address below is the whole of it; the schema for programs is at /api/v1/schema/.",
        "groups": _groups(),
        "codes": GENERAL,
        "site": settings.STAFF_URL,
    }
    return TemplateResponse(request, "admin/core/api_docs.html", context)


@cache
def _groups() -> list[tuple[str, list[Told]]]:
    """Return the operations by resource, in the order of the alphabet."""
    told = list(_told())
    tags = sorted({tag for tag, _one in told})
    return [(tag, [one for found, one in told if found == tag]) for tag in tags]


def _told() -> Iterator[tuple[str, Told]]:
    document = schema.document()
    for found in schema.addresses():
        for method, operation in found.operations.items():
            written = document["paths"][found.path][method]
            yield (
                found.door.tag,
                Told(
                    anchor=written["operationId"],
                    method=method.upper(),
                    path=found.path,
                    operation=operation,
                    parameters=[_parameter(one) for one in written["parameters"]],
                    takes=_rows(operation.takes),
                    gives=_rows(operation.answer),
                    statuses=list(written["responses"]),
                    curl=_curl(method, found, operation),
                    answer=_example(operation.answer),
                ),
            )


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "kind": _kind(one["schema"]), "detail": one["schema"].get("description", "")}


def _rows(shape: Shape | None) -> list[tuple[str, str, str]]:
    """Return name, kind and description of each field."""
    if shape is None:
        return []
    return [
        (
            name,
            _kind(piece) + (" (may be left out)" if name in shape.optional else ""),
            _meaning(piece),
        )
        for name, piece in shape.fields.items()
    ]


def _meaning(piece: Any) -> str:
    """Return what is said of a piece; of what may be null too, what is said of the rest."""
    if isinstance(piece, Shape):
        return piece.detail
    said = str(piece.get("description", ""))
    return said or ("anyOf" in piece and _meaning(piece["anyOf"][0])) or ""


def _kind(piece: Any) -> str:
    """Return in a few words what a piece may be."""
    if isinstance(piece, Shape):
        return piece.name
    if "anyOf" in piece:
        return f"{_kind(piece['anyOf'][0])} or null"
    if piece.get("type") == "array":
        return f"list of {_kind(piece['items'])}"
    return ", ".join(piece["enum"]) if "enum" in piece else _bounded(piece)


def _bounded(piece: dict[str, Any]) -> str:
    kind = str(piece.get("format") or piece.get("type") or "any JSON")
    low, high = piece.get("minimum"), piece.get("maximum", LARGEST_ID)
    if low is not None:
        return f"{kind} from {low}" + (f" to {high}" if high < LARGEST_ID else "")
    return f"{kind}, at most {piece['maxLength']}" if "maxLength" in piece else kind


def _curl(method: str, found: schema.Address, operation: Operation) -> str:
    lines = [f"curl -s {settings.STAFF_URL}{found.path}", '-H "Authorization: Bearer $TOKEN"']
    if method != "get":
        lines[0] = lines[0].replace("curl -s", f"curl -s -X {method.upper()}")
    if operation.creates:
        lines.append(f'-H "{HEADER}: $(uuidgen)"')
    if operation.takes is not None and operation.takes.example:
        said = json.dumps(operation.takes.example)
        lines += ['-H "Content-Type: application/json"', f"-d '{said}'"]
    return " \\\n  ".join(lines)


def _example(shape: Shape | None) -> str:
    if shape is None or not shape.example:
        return ""
    return json.dumps(shape.example, indent=2, ensure_ascii=False)
