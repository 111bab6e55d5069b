"""The OpenAPI 3.1 document, made from what the doors declare (ADR 0032)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from core.api import idempotency
from core.api.operations import Operation
from core.api.problems import TITLES
from core.api.shapes import Piece, resolved, text
from core.api.views import Door

PREFIX = "/api/v1/"
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
REFUSALS = (400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 503)
_EVERY = (400, 401, 403, 406, 422, 503)
_BODY = (413, 415)


@dataclass(frozen=True, slots=True)
class Address:
    """One path of the API: the door behind it, and its operations."""

    path: str
    name: str
    door: type[Door]
    operations: Mapping[str, Operation]


def addresses() -> list[Address]:
    """Return every address of the API that has a door with operations, sorted by path."""
    return sorted(_found(get_resolver().url_patterns, ""), key=lambda found: found.path)


def _found(patterns: Sequence[URLPattern | URLResolver], before: str) -> Iterator[Address]:
    for one in patterns:
        path = before + _written(one)
        if isinstance(one, URLResolver):
            yield from _found(one.url_patterns, path)
            continue
        door = getattr(one.callback, "cls", None)
        if isinstance(door, type) and issubclass(door, Door) and path.startswith(PREFIX[1:]):
            yield from _expanded(f"/{path}", one.name or "", door)


def _written(one: URLPattern | URLResolver) -> str:
    """Return a pattern as OpenAPI writes it: `incidents/{pk}/`."""
    if isinstance(one.pattern, RoutePattern):
        return _PLACE.sub(r"{\1}", str(one.pattern))
    return re.sub(r"[\^$]|\\Z|/\?", "", str(one.pattern))


def _expanded(path: str, name: str, door: type[Door]) -> Iterator[Address]:
    """Yield the address, or one for each word that its last part may be."""
    if door.operations:
        yield Address(path, name, door, door.operations)
    place, operations = door.choices
    for word, operation in operations.items():
        yield Address(
            path.replace(f"{{{place}}}", word), f"{name}-{word}", door, {"post": operation}
        )


@cache
def document() -> Piece:
    """Return the whole schema, the same on every machine; made once per process."""
    components: dict[str, Piece] = {}
    paths = {
        found.path: {
            method: _operation(found, method, operation, components)
            for method, operation in found.operations.items()
        }
        for found in addresses()
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Watchbill",
            "version": "1",
            "summary": "Incidents, and whoever answers for them.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": tag} for tag in sorted({found.door.tag for found in addresses()})],
        "paths": paths,
        "components": {
            "schemas": dict(sorted({**components, "Problem": PROBLEM}.items())),
            "responses": {f"Refused{status}": _refusal(status) for status in REFUSALS},
            "headers": HEADERS,
            "securitySchemes": SCHEMES,
        },
    }


def _operation(
    found: Address, method: str, operation: Operation, components: dict[str, Piece]
) -> Piece:
    made: Piece = {
        "operationId": f"{method}-{found.name.removeprefix('api-')}",
        "tags": [found.door.tag],
        "summary": operation.summary,
        **({"description": operation.detail} if operation.detail else {}),
        "parameters": list(_parameters(found, method, operation)),
        "responses": _responses(found, method, operation, components),
    }
    if operation.takes is not None:
        shape = resolved(operation.takes, components, strict=True)
        made["requestBody"] = {
            "content": {"application/json": {"schema": shape}},
            "required": len(operation.takes.optional) < len(operation.takes.fields),
        }
    return made


def _parameters(found: Address, method: str, operation: Operation) -> Iterator[Piece]:
    for name in re.findall(r"{(\w+)}", found.path):
        yield {"name": name, "in": "path", "required": True, "schema": found.door.places[name]}
    if method == "get":
        for parameter in found.door.parameters:
            yield {
                "name": parameter.name,
                "in": "query",
                "required": parameter.is_required,
                "schema": parameter.piece,
            }
    if operation.creates:
        yield _header(idempotency.HEADER, KEY)
    if operation.is_versioned and operation.status == 200:
        name, said = _CONDITIONS[method == "get"]
        yield _header(name, text(said))


def _header(name: str, piece: Piece) -> Piece:
    return {"name": name, "in": "header", "required": False, "schema": piece}


def _responses(
    found: Address, method: str, operation: Operation, components: dict[str, Piece]
) -> Piece:
    success: Piece = {"description": operation.summary + "."}
    if operation.answer is not None:
        shape = resolved(operation.answer, components)
        success["content"] = {"application/json": {"schema": shape}}
    elif operation.media:
        success["content"] = {operation.media: {"schema": {"type": "string"}}}
    headers = _answer_headers(operation)
    if headers:
        success["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    made = {str(operation.status): success}
    if operation.is_versioned and method == "get":
        made["304"] = {"description": "It is still what If-None-Match names."}
    for status in _refused(found, method, operation):
        made[str(status)] = {"$ref": f"#/components/responses/Refused{status}"}
    return dict(sorted(made.items()))


def _answer_headers(operation: Operation) -> list[str]:
    versioned = ["ETag"] if operation.is_versioned else []
    return [*versioned, "Location", idempotency.REPLAYED] if operation.creates else versioned


def _refused(found: Address, method: str, operation: Operation) -> set[int]:
    found_by = {404} if found.door.places else set()
    body = set(_BODY) if method != "get" else set()
    stale = {412} if operation.is_versioned and method != "get" and not operation.creates else set()
    return {*_EVERY, *found_by, *body, *stale, *operation.refuses}


def _refusal(status: int) -> Piece:
    shape = {"$ref": "#/components/schemas/Problem"}
    made: Piece = {
        "description": TITLES[status],
        "content": {"application/problem+json": {"schema": shape}},
    }
    if status == 503:
        made["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return made


PROBLEM: Piece = {
    "type": "object",
    "description": "Why it was refused (RFC 9457). `code` is stable; `detail` is for people.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "pattern": "^[a-z_]+$"},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "errors": {
            "type": "array",
            "description": "With 422: each thing that is wrong, by its place in the body, its query parameter or its header.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body."},
                    "parameter": {"type": "string"},
                    "header": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
                "required": ["code", "detail"],
            },
        },
        "allowed": {
            "type": "array",
            "description": "With 409: the verbs that are possible now.",
            "items": {"type": "string"},
        },
        "guards": {
            "type": "array",
            "description": "With 409 guard_unmet: what the playbook asks for.",
            "items": {"type": "object"},
        },
    },
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "examples": [
        {
            "type": "about:blank",
            "title": "Invalid",
            "status": 422,
            "code": "out_of_range",
            "detail": "severity is from 1 to 4.",
            "request_id": "0f3c9a1e5b7d4c2f8a6e1d0b9c8f7a65",
            "errors": [
                {
                    "pointer": "/severity",
                    "code": "out_of_range",
                    "detail": "severity is from 1 to 4.",
                }
            ],
        }
    ],
}
KEY: Piece = {
    "type": "string",
    "pattern": r"^[!-~]{1,255}$",
    "description": "Chosen by you, new for each thing to make. Sent again within 24 hours, it is answered as before and makes nothing.",
}
HEADERS: dict[str, Piece] = {
    "ETag": {"schema": {"type": "string"}, "description": "What If-None-Match and If-Match take."},
    "Location": {"schema": {"type": "string"}, "description": "Where the new one is."},
    idempotency.REPLAYED: {
        "schema": {"type": "string", "enum": ["true"]},
        "description": "There when this answer was given before.",
    },
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."},
}
SCHEMES: dict[str, Piece] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token; its scope (read, write, admin) bounds what its person may do.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": "The session of the staff pages; writes need X-CSRFToken.",
    },
}
_CONDITIONS = {
    True: ("If-None-Match", "ETags that you hold; 304 when one of them is still right."),
    False: ("If-Match", "The ETag that you read; 412 when it has changed since. May be left out."),
}
