"""What clients of Statuspage send: one named object, as JSON or as a form, read leniently and checked one by one.

Names that nobody knows are ignored, as Statuspage does; what is known and wrong is refused, all of it at once.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from core.errors import Invalid
from core.json_in import JsonRefused, load, require_object

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS, MOST_ITEMS, LONGEST = 2_500, 1_100, 20_000
_KEYS = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"[a-z_]+")
_FLAGS = {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False, "": False}
_YEARS = range(1970, 2200)  # what both databases and every client can hold


def read(request: HttpRequest, name: str) -> "Fields":
    """Return the object called `name` in the body: `{"incident": {...}}` or `incident[name]=...`.

    Raises JsonRefused for a body that can't be read, Invalid for one without the object.
    """
    media_type = (request.content_type or "").lower()
    document = _form(request.body) if media_type == FORM else _json(request.body, media_type)
    inner = document.get(name)
    if not isinstance(inner, dict):
        raise Invalid.field(f"/{name}", f"Send an object called {name}.", "required")
    return Fields(inner)


class Fields:
    """The fields of one object; `done` refuses what was wrong. What is absent or null reads as None."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._wrong: list[dict[str, str]] = []

    def text(self, name: str, longest: int = LONGEST) -> str | None:
        """Return a text."""
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > longest:
            self._refuse(name, f"is a text of at most {longest:,} characters")
            return None
        return value

    def flag(self, name: str) -> bool | None:
        """Return true or false; forms say it in words."""
        value = self._document.get(name)
        if value is None or isinstance(value, bool):
            return value
        found = _FLAGS.get(str(value).lower()) if isinstance(value, (str, int)) else None
        if found is None:
            self._refuse(name, "is true or false")
        return found

    def moment(self, name: str, zone: ZoneInfo) -> datetime | None:
        """Return an instant; one without an offset is of the page's `zone`."""
        value = self.text(name, 40)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            self._refuse(name, "is a time such as 2026-11-23T09:00:00Z")
            return None
        if found.year not in _YEARS:
            self._refuse(name, "lies between the years 1970 and 2199")
            return None
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        return found.astimezone(UTC)

    def day(self, name: str) -> date | None:
        """Return a day; of a time its date counts."""
        value = self.text(name, 40)
        if not value:
            return None
        try:
            found = date.fromisoformat(value.strip()[:10])
        except ValueError:
            self._refuse(name, "is a day such as 2026-11-23")
            return None
        if found.year in _YEARS:
            return found
        self._refuse(name, "lies between the years 1970 and 2199")
        return None

    def states(self, name: str) -> dict[str, str]:
        """Return id -> state."""
        value = self._document.get(name)
        if not isinstance(value, dict):
            if value:
                self._refuse(name, "is an object: component id and state")
            return {}
        if len(value) > MOST_ITEMS or not all(isinstance(one, str) for one in value.values()):
            self._refuse(name, f"has at most {MOST_ITEMS:,} ids, each with a state")
            return {}
        return dict(value)

    def ids(self, name: str) -> list[str] | None:
        """Return a list of ids, each once."""
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            self._refuse(name, f"is a list of at most {MOST_ITEMS:,} ids")
            return None
        if not all(isinstance(one, str) for one in value):
            self._refuse(name, "is a list of ids")
            return None
        return list(dict.fromkeys(value))

    def done(self) -> None:
        """Raise Invalid for everything that was wrong."""
        if self._wrong:
            text = " ".join(one["detail"] for one in self._wrong)
            raise Invalid(text, extra={"errors": self._wrong})

    def _refuse(self, name: str, what: str) -> None:
        """Keep for `done` what is wrong."""
        problem = {"pointer": f"/{name}", "code": "invalid", "detail": f"{name} {what}."}
        self._wrong.append(problem)


def _json(body: bytes, media_type: str) -> Mapping[str, Any]:
    if media_type.startswith("multipart/"):
        raise JsonRefused(415, "unsupported_media_type", f"Send JSON, or {FORM}.")
    return require_object(load(body).document)


def _form(body: bytes) -> Mapping[str, Any]:
    """Return a form as the object that it stands for: `a[b][]=x` is {"a": {"b": ["x"]}}."""
    try:
        pairs = parse_qsl(
            body.decode(errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        text = f"A form has at most {MOST_FIELDS:,} fields."
        raise JsonRefused(413, "too_many_fields", text) from error
    document: dict[str, Any] = {}
    for key, value in pairs:
        _put(document, list(_steps(key)), value.replace("\0", "\ufffd"))
    return document


def _steps(key: str) -> Iterator[str]:
    """Give the names in a form's key, the outermost first; "" stands for one more item of a list."""
    first = _NAME.match(key)
    if first is not None:
        yield first[0]
        yield from _KEYS.findall(key[first.end() :])[:3]


def _put(document: dict[str, Any], steps: list[str], value: str) -> None:
    """Put a value where its names say; what contradicts an earlier field is left out."""
    if not steps:
        return
    *parents, last = steps
    if last == "" and parents:
        *parents, last = parents
        value_list = _inside(document, parents).setdefault(last, [])
        if isinstance(value_list, list):
            value_list.append(value)
        return
    _inside(document, parents)[last] = value


def _inside(document: dict[str, Any], parents: list[str]) -> dict[str, Any]:
    for name in parents:
        found = document.setdefault(name, {})
        if not isinstance(found, dict):
            return {}
        document = found
    return document
