"""JSON in and out of the REST API: strict in, fast out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from typing import IO, Any

import orjson
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from core.errors import Invalid
from core.json_in import JsonRefused, load, require_object

_CHARSETS = {"", "utf-8", "utf8", "us-ascii"}
# What ingest would mend is refused here, with the status that the corpus asks for.
_REFUSALS = {
    "nul_replaced": (422, "nul_character", "A text holds a NUL character."),
    "surrogate_replaced": (422, "lone_surrogate", "A text holds half of a surrogate pair."),
    "duplicate_keys": (422, "duplicate_keys", "A name is given twice in one object."),
    "encoding_repaired": (400, "bad_encoding", "The body is not UTF-8."),
    "control_characters": (400, "malformed_json", "A text holds a raw control character."),
}


def instant(at: datetime) -> str:
    """Return an aware datetime in the API's one form: RFC 3339, UTC, microseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return instant(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def to_bytes(document: object) -> bytes:
    """Return what the API writes as JSON; every instant looks as `instant` says."""
    return orjson.dumps(document, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


class OrjsonRenderer(BaseRenderer):
    """Write JSON as `to_bytes` does."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the bytes; nothing for an answer without a body."""
        if data is None:
            return b""
        return to_bytes(data)


class CsvRenderer(OrjsonRenderer):
    """Let a door be asked for text/csv, which it streams by itself; what it refuses is a problem, as everywhere."""

    media_type = "text/csv"
    format = "csv"


class StrictJSONParser(BaseParser):
    """Read one JSON object; what ingest would repair is refused here with its name."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the object, {} for no body; raise Invalid with the code of what is wrong (400, 422)."""
        _refuse_charset(media_type or "")
        body = stream.read()
        if not body.strip():
            return {}
        try:
            loaded = load(body)
            document = require_object(loaded.document)
        except JsonRefused as refusal:
            raise _invalid(refusal.status, refusal.code, refusal.detail) from refusal
        for warning in loaded.warnings:
            raise _invalid(*_REFUSALS.get(warning, (422, warning, "The body is not clean JSON.")))
        return dict(document)


def _refuse_charset(media_type: str) -> None:
    header = Message()
    header["Content-Type"] = media_type
    if str(header.get_param("charset", "")).lower() not in _CHARSETS:
        raise UnsupportedMediaType(media_type)


def _invalid(status: int, code: str, detail: str) -> Invalid:
    error = Invalid(detail, code=code)
    error.status = status
    return error
