"""Small words of a postmortem: lengths of time, dates, one safe line. Pure."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_MARKS = re.compile(r"([\\`*\[\]<])")
_SPACES = {"Cc", "Zl", "Zp", "Zs"}


def span(length: timedelta) -> str:
    """Return "45 s", "7 min 25 s", "1 h 12 min" or "2 d 1 h"; a part that is zero is left out."""
    if length >= _DAY:
        parts = ((length // _DAY, "d"), (length % _DAY // _HOUR, "h"))
    elif length >= _HOUR:
        parts = ((length // _HOUR, "h"), (length % _HOUR // _MINUTE, "min"))
    else:
        parts = ((length // _MINUTE, "min"), (length.seconds % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def day(when: date) -> str:
    """Return "Tue 1 Dec"."""
    return f"{when:%a} {when.day} {when:%b}"


def long_day(when: date) -> str:
    """Return "Tue 1 Dec 2026"."""
    return f"{day(when)} {when.year}"


def moment(at: datetime) -> str:
    """Return "Tue 17 Nov 2026, 14:06 UTC"."""
    at = at.astimezone(UTC)
    return f"{long_day(at.date())}, {at:%H:%M} UTC"


def one_line(text: str, limit: int = 0) -> str:
    """Return hostile text as one harmless line: no control, no mark that turns the reading direction.

    A `limit` above 0 cuts to that many characters with an ellipsis.
    """
    line = " ".join("".join(map(_tame, text)).split())
    return f"{line[: limit - 1].rstrip()}…" if 0 < limit < len(line) else line


def _tame(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cs":
        return "�"
    if category == "Cf":
        return ""
    return " " if category in _SPACES else char


def inert(text: str) -> str:
    """Return text as one line in which Markdown sees no link, no code, no emphasis and no HTML."""
    return _MARKS.sub(r"\\\1", one_line(text))


def plural(count: int, one: str, many: str = "") -> str:
    """Return "1 action" or "3 actions"."""
    return f"{count} {one if count == 1 else many or one + 's'}"
