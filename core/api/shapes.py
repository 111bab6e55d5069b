"""What goes in and out of the REST API, as JSON Schema (2020-12, as OpenAPI 3.1 has it). Pure.

A piece is a plain dict. A `Shape` is an object with a name: it stands once among the components of the
schema, and wherever it is used inside another piece it is referred to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Piece = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON object by the name that readers of the schema see; all `fields` are there but `optional`.

    `example` is shown in the documents and must fit: a test checks every one of them.
    """

    name: str
    fields: Mapping[str, "Piece | Shape"]
    optional: frozenset[str] = frozenset()
    detail: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)


def text(detail: str = "", *, longest: int = 0, one_of: Iterable[str] = (), **more: Any) -> Piece:
    """Return a text of at most `longest` characters, or one of a few words."""
    piece: Piece = {"type": "string", **_said(detail), **more}
    if longest:
        piece["maxLength"] = longest
    words = list(one_of)
    return {**piece, "enum": words} if words else piece


def needed(detail: str = "", *, longest: int = 0, **more: Any) -> Piece:
    """Return a text that may not be blank, as a request must send it."""
    return text(detail, longest=longest, minLength=1, pattern=r"\S", **more)


def whole(detail: str = "", low: int | None = None, high: int | None = None) -> Piece:
    """Return a whole number from `low` to `high`."""
    bounds = {"minimum": low, "maximum": high}
    kept = {name: bound for name, bound in bounds.items() if bound is not None}
    return {"type": "integer", **kept, **_said(detail)}


def flag(detail: str = "") -> Piece:
    """Return true or false."""
    return {"type": "boolean", **_said(detail)}


def moment(detail: str = "") -> Piece:
    """Return an instant: RFC 3339, UTC, as `core.api.formats.instant` writes it."""
    return {"type": "string", "format": "date-time", **_said(detail)}


def day(detail: str = "") -> Piece:
    """Return a calendar day, such as 2026-12-01."""
    return {"type": "string", "format": "date", **_said(detail)}


def maybe(piece: Piece | Shape) -> Piece:
    """Return the same or null."""
    return {"anyOf": [piece, {"type": "null"}]}


def many(piece: Piece | Shape, detail: str = "", *, most: int = 0) -> Piece:
    """Return a list of these, of at most `most` items."""
    bound = {"maxItems": most} if most else {}
    return {"type": "array", "items": piece, **bound, **_said(detail)}


def named(piece: Piece | Shape, detail: str = "") -> Piece:
    """Return an object whose names are data, such as labels."""
    return {"type": "object", "additionalProperties": piece, **_said(detail)}


def anything(detail: str = "") -> Piece:
    """Return whatever JSON there is: what a sender chose."""
    return _said(detail)


def page_of(shape: Shape) -> Shape:
    """Return a page of a list: `core.api.paging.CursorPages` writes it."""
    return Shape(
        f"{shape.name}List",
        {
            "results": many(shape, most=200),
            "next": maybe(text("The address of the next page; null on the last one.")),
            "previous": maybe(text("The address of the page before; null on the first one.")),
        },
        example={"results": [dict(shape.example)], "next": None, "previous": None}
        if shape.example
        else {},
    )


def resolved(
    piece: "Piece | Shape", components: dict[str, Piece], *, strict: bool = False
) -> Piece:
    """Return a piece as it stands in the schema: every Shape in it becomes a reference to `components`.

    `strict`: further names are refused, as in every request; answers may grow.
    """
    if isinstance(piece, Shape):
        if piece.name not in components:
            components[piece.name] = {}
            components[piece.name] = _object(piece, components, strict=strict)
        return {"$ref": f"#/components/schemas/{piece.name}"}
    return {name: _inside(value, components, strict=strict) for name, value in piece.items()}


def _object(shape: Shape, components: dict[str, Piece], *, strict: bool) -> Piece:
    fields = {
        name: resolved(piece, components, strict=strict) for name, piece in shape.fields.items()
    }
    required = [name for name in shape.fields if name not in shape.optional]
    return {
        "type": "object",
        **_said(shape.detail),
        "properties": fields,
        **({"required": required} if required else {}),
        **({"additionalProperties": False} if strict else {}),
        **({"examples": [dict(shape.example)]} if shape.example else {}),
    }


def _inside(value: Any, components: dict[str, Piece], *, strict: bool) -> Any:
    if isinstance(value, Shape | dict):
        return resolved(value, components, strict=strict)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_inside(one, components, strict=strict) for one in value]
    return value


def _said(detail: str) -> Piece:
    return {"description": detail} if detail else {}
