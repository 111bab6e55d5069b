"""JSON from strangers: read fast, repaired where that can be done, refused with a reason elsewhere.

Fast path: orjson and one walk. Everything odd (an error, a NUL, a number too wide for 64 bits, a key
given twice) is read again by the repair path, slowly (design.md 5 "JSON in"; corpus rows 1 to 15).
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from json import JSONDecodeError, JSONDecoder
from typing import Any

import orjson

DEPTH_LIMIT = 32
DIGITS_LIMIT = 100
NODES_LIMIT = 1_000

_REPLACEMENT = "\ufffd"
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SPACED_KEY = re.compile(rb'"[ \t\r\n]++:')
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# An unclosed string runs to the end of the text, so that the scan stays linear.
_STRUCTURE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_CONTAINERS = frozenset({dict, list})
_WALKED = frozenset({dict, list, float})


class JsonRefused(Exception):
    """A body that can't be accepted: HTTP `status`, a stable `code`, a `detail` safe to show."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document of dict, list, str, int, float, bool and None, and what was mended to get it.

    No text in it (keys included) holds a NUL or a lone surrogate, no number is infinite, and both
    databases can store it. Integers beyond 64 bits stay exact `int`s.
    """

    document: object
    warnings: tuple[str, ...] = ()


def load(body: bytes) -> Loaded:
    """Return the document in `body`. Raises JsonRefused and nothing else, whatever the bytes.

    Warnings: encoding_repaired, surrogate_replaced, nul_replaced, duplicate_keys,
    control_characters (raw ones inside a string, which shell scripts send).
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _repair(body)
    keys, has_wide_number = _survey(document)
    # Each key ends in `":`, so more of them than keys means a key given twice, or a quote and colon
    # inside a string: the repair path tells which.
    if (
        body.count(b'":') != keys
        or has_wide_number
        or b"\\u0000" in body
        or _SPACED_KEY.search(body)
    ):
        return _repair(body)
    return Loaded(document)


def require_object(document: object) -> dict[str, object]:
    """Return `document` if it is a JSON object; raises JsonRefused 422 object_required otherwise."""
    if not isinstance(document, dict):
        raise JsonRefused(422, "object_required", "The body must be a JSON object.")
    return document


def nodes(document: object, limit: int = NODES_LIMIT) -> int:
    """Return how many values there are, itself included; counting stops once past `limit`."""
    count = 1
    level: list[Any] = [document] if type(document) in _CONTAINERS else []
    while level:
        count += sum(map(len, level))
        if count > limit:
            break
        level = [child for child in _children(level) if type(child) in _CONTAINERS]
    return count


def _survey(document: object) -> tuple[int, bool]:
    """Return the number of keys, and whether a number may have lost digits; refuses the too deep."""
    keys, has_wide_number = 0, type(document) is float
    level: list[Any] = [document] if type(document) in _CONTAINERS else []
    for _ in range(DEPTH_LIMIT):
        if not level:
            return keys, has_wide_number
        keys += sum(len(node) for node in level if type(node) is dict)
        walked = [child for child in _children(level) if type(child) in _WALKED]
        level = [child for child in walked if type(child) is not float]
        if len(level) < len(walked):
            # orjson reads an integer beyond 64 bits as a float.
            has_wide_number |= any(type(child) is float and abs(child) >= 2**63 for child in walked)
    if level:
        raise _too_deep()
    return keys, has_wide_number


def _children(level: list[Any]) -> list[Any]:
    children: list[Any] = []
    for node in level:
        children += node.values() if type(node) is dict else node
    return children


def _repair(body: bytes) -> Loaded:
    notes: set[str] = set()
    text = _decode(body, notes)
    _refuse_depth(text)
    document = _without_unstorable(_parse(text, notes), notes)
    return Loaded(document, tuple(sorted(notes)))


def _decode(body: bytes, notes: set[str]) -> str:
    # JSON starts with an ASCII character, so a zero among the first two bytes is UTF-16 or UTF-32.
    if body.startswith(_UTF16_BOMS) or 0 in body[:2]:
        raise JsonRefused(400, "bad_encoding", "The body is not UTF-8.")
    plain = body.removeprefix(_UTF8_BOM)
    if not plain.strip():
        raise JsonRefused(400, "empty_body", "The body is empty.")
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        text = plain.decode(errors="replace")
        notes.add("encoding_repaired")
    if "\0" in text:
        notes.add("nul_replaced")
        text = text.rstrip("\0").replace("\0", _REPLACEMENT)
    return text


def _refuse_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= DEPTH_LIMIT:
        return
    depth = 0
    for token in _STRUCTURE.finditer(text):
        mark = text[token.start()]
        depth += 1 if mark in "[{" else -1 if mark in "]}" else 0
        if depth > DEPTH_LIMIT:
            raise _too_deep()


def _parse(text: str, notes: set[str]) -> object:
    try:
        return _decoder(notes, strict=True).decode(text)
    except JSONDecodeError:
        pass
    try:
        document = _decoder(notes, strict=False).decode(text)
    except JSONDecodeError as error:
        code = "bad_encoding" if "encoding_repaired" in notes else "malformed_json"
        where = f"line {error.lineno}, column {error.colno}"
        raise JsonRefused(400, code, f"The body is not JSON: {error.msg} at {where}.") from error
    notes.add("control_characters")
    return document


def _decoder(notes: set[str], *, strict: bool) -> JSONDecoder:
    def read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            notes.add("duplicate_keys")
        return found

    return json.JSONDecoder(
        object_pairs_hook=read_object,
        parse_int=_read_int,
        parse_float=_read_float,
        parse_constant=_refuse_constant,
        strict=strict,
    )


def _read_int(digits: str) -> int:
    if len(digits.removeprefix("-")) > DIGITS_LIMIT:
        raise JsonRefused(
            422, "number_out_of_range", f"An integer has more than {DIGITS_LIMIT} digits."
        )
    return int(digits)


def _read_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JsonRefused(422, "number_out_of_range", "A number is too large.")
    return number


def _refuse_constant(name: str) -> object:
    raise JsonRefused(400, "malformed_json", f"{name} is not JSON.")


def _without_unstorable(document: object, notes: set[str]) -> object:
    """Return `document`, changed in place, with U+FFFD for every NUL and lone surrogate."""
    mend = _mender(notes)
    root = [document]
    pending: list[Any] = [root]
    while pending:
        node = pending.pop()
        if type(node) is dict:
            mended = {mend(name): mend(value) for name, value in node.items()}
            if len(mended) < len(node):
                notes.add("duplicate_keys")
            node.clear()
            node.update(mended)
        else:
            node[:] = map(mend, node)
        pending += [child for child in _children([node]) if type(child) in _CONTAINERS]
    return root[0]


def _mender(notes: set[str]) -> Callable[[Any], Any]:
    def mend_character(match: re.Match[str]) -> str:
        notes.add("nul_replaced" if match[0] == "\0" else "surrogate_replaced")
        return _REPLACEMENT

    def mend(value: Any) -> Any:
        return _UNSTORABLE.sub(mend_character, value) if type(value) is str else value

    return mend


def _too_deep() -> JsonRefused:
    return JsonRefused(422, "json_too_deep", f"Objects and lists nest deeper than {DEPTH_LIMIT}.")
