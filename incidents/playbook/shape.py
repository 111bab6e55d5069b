"""Does a tree of plain values have the shape of the schema? Every problem, each with its path. Pure.

msgspec stops at the first problem, passes over keys that a dataclass does not know and hides the
key inside a mapping; whoever edits a playbook deserves all of them at once, with the exact place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from incidents.playbook.duration import Duration

WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "null": "nothing",
    "object": "a mapping",
    "array": "a list",
}
NAMES = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", NoneType: "nothing"}


def shape_problems(value: object, kind: Any, path: str = "") -> Iterator[str]:
    """Yield one sentence per place where `value` (dicts, lists, scalars) does not fit `kind`."""
    kind = _without_none(value, kind)
    if is_dataclass(kind):
        yield from _of_record(value, kind, path)
    elif get_origin(kind) is tuple:
        yield from _of_list(value, get_args(kind)[0], path)
    elif get_origin(kind) is Mapping:
        yield from _of_mapping(value, kind, path)
    else:
        yield from _of_scalar(value, kind, path)


def from_text(kind: type, value: object) -> object:
    """Build the one type that msgspec does not know, a Duration, from its text."""
    if kind is Duration and isinstance(value, str):
        return Duration(value)
    raise ValueError(f"expected a duration in words, got {named(value)}")


def named(value: object) -> str:
    """Return what a plain value is, in words."""
    return NAMES.get(type(value), "a number")


def _without_none(value: object, kind: Any) -> Any:
    """Return the rest of `X | None`, unless the value is the None that it allows."""
    if get_origin(kind) not in (Union, UnionType) or value is None:
        return kind
    rest = [part for part in get_args(kind) if part is not NoneType]
    return rest[0] if len(rest) == 1 else kind


@lru_cache(maxsize=128)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _of_record(value: object, kind: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path or 'the document'}: expected a mapping, got {named(value)}"
        return
    known = {field.name: field for field in fields(kind)}
    for key in value:
        if key not in known:
            yield f"{_join(path, key)}: unknown key; known here are {', '.join(known)}"
    for name, field in known.items():
        if name in value:
            yield from shape_problems(value[name], _hints(kind)[name], _join(path, name))
        elif _is_required(field):
            yield f"{_join(path, name)}: is missing"


def _is_required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _of_list(value: object, kind: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: expected a list, got {named(value)}"
        return
    for index, item in enumerate(value):
        yield from shape_problems(item, kind, f"{path}[{index}]")


def _of_mapping(value: object, kind: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: expected a mapping, got {named(value)}"
        return
    key_kind, item_kind = get_args(kind)
    for key, item in value.items():
        yield from _of_scalar(key, key_kind, _join(path, key))
        yield from shape_problems(item, item_kind, _join(path, key))


def _of_scalar(value: object, kind: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and _is_unstorable(value):
        yield f"{path}: holds a character that cannot be stored"
        return
    try:
        msgspec.convert(value, kind, strict=True, dec_hook=from_text)
    except msgspec.ValidationError as wrong:
        yield f"{path}: {_said(wrong, value, kind)}"


def _is_unstorable(text: str) -> bool:
    """Return whether PostgreSQL would refuse it: NUL, or half of a surrogate pair."""
    return "\0" in text or any("\ud800" <= char <= "\udfff" for char in text)


def _said(wrong: msgspec.ValidationError, value: object, kind: Any) -> str:
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(bare) is Literal:
        return f"expected one of {', '.join(map(str, get_args(bare)))}"
    text = str(wrong).split(" - at ")[0][:200]
    for technical, word in WORDS.items():
        text = text.replace(f"`{technical}`", word)
    text = f"{text[0].lower()}{text[1:]}"
    return (
        text if isinstance(value, dict | list) or "got " in text else f"{text}, got {value!r:.60}"
    )


def _join(path: str, key: object) -> str:
    return f"{path}.{key!s:.60}" if path else f"{key!s:.60}"
