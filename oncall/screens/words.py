"""Small words of the night: safe one-line text, local times, durations. No ORM, no clock."""

import unicodedata
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

NAME_LIMIT = 40
ELLIPSIS = "\u2026"
NBSP = "\u00a0"
_JOINERS = "\u200c\u200d"  # Persian and emoji need them; they cannot reorder a line
_SPACES = {"Cc", "Zl", "Zp", "Zs"}
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def plain(text: str, limit: int = 0) -> str:
    """Return hostile text as one harmless line.

    Newlines and controls become spaces, bidi and other invisible marks go, lone surrogates become
    U+FFFD (they cannot be encoded). A `limit` above 0 cuts to that many characters with an ellipsis.
    """
    line = " ".join("".join(map(_tame, text)).split())
    return line[: limit - 1].rstrip() + ELLIPSIS if 0 < limit < len(line) else line


def _tame(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    if category == "Cf":
        return char if char in _JOINERS else ""
    return " " if category in _SPACES else char


def name(text: str, otherwise: str = "") -> str:
    """Return a person's name as one safe line of at most 40 characters, or `otherwise` if empty."""
    return plain(text, NAME_LIMIT) or otherwise


def web_address(url: str) -> str:
    """Return the address if it is http or https without blanks, else nothing (no javascript: links)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    usable = parts.scheme in ("http", "https") and parts.netloc and plain(url) == url
    return url if usable and " " not in url else ""


def zone_of(name: str) -> tzinfo:
    """Return the IANA zone of that name; UTC where the name is not known, so that no page is lost."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def zone_name(at: datetime, zone: tzinfo) -> str:
    """Return the zone's short name at that moment: "CET", or "UTC-03" where it has only an offset."""
    name = at.astimezone(zone).tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


def clock(at: datetime, zone: tzinfo, *, seen: datetime | None = None) -> str:
    """Return "03:06 CET", and "Thu 12 Nov, 20:31 CET" when its day is not that of `seen`."""
    local = at.astimezone(zone)
    text = f"{local:%H:%M} {zone_name(at, zone)}"
    if seen is None or local.date() == seen.astimezone(zone).date():
        return text
    return f"{day(at, zone)}, {text}"


def day(at: datetime, zone: tzinfo) -> str:
    """Return "Sun 22 Nov", the day in that zone."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"


def long_day(at: datetime, zone: tzinfo) -> str:
    """Return "Monday 23 November 2026", the day in that zone."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}"


def with_utc(at: datetime, zone: tzinfo, *, seen: datetime | None = None) -> str:
    """Return "03:06 CET (02:06 UTC)"; the day is added inside the brackets where UTC has another."""
    text = clock(at, zone, seen=seen)
    if zone_name(at, zone) == "UTC":
        return text
    same = at.astimezone(zone).date() == at.astimezone(UTC).date()
    return f"{text} ({clock(at, UTC)})" if same else f"{text} ({day(at, UTC)}, {clock(at, UTC)})"


def span_with_utc(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Return "02:58 to 03:20 CET (01:58 to 02:20 UTC)"; days are added where the ends differ in one."""
    text = _span(start, end, zone)
    return text if zone_name(end, zone) == "UTC" else f"{text} ({_span(start, end, UTC)})"


def _span(start: datetime, end: datetime, zone: tzinfo) -> str:
    first = clock(start, zone, seen=end)
    last = clock(end, zone, seen=start)
    return f"{first.removesuffix(' ' + zone_name(end, zone))} to {last}"


def duration(delta: timedelta) -> str:
    """Return "28 s", "47 min", "1 h 24 min" or "2 days 3 h", joined by no-break spaces."""
    delta = max(delta, timedelta())
    days, hours, minutes = delta // _DAY, delta % _DAY // _HOUR, delta % _HOUR // _MINUTE
    if days:
        text = f"{days} day{'s' if days > 1 else ''} {hours} h"
    elif hours:
        text = f"{hours} h {minutes} min"
    else:
        text = f"{minutes} min" if minutes else f"{delta.seconds} s"
    return text.replace(" ", NBSP)


def countdown(delta: timedelta) -> str:
    """Return "4:09" under an hour, else as `duration` (staff.md 5, Clock). Never below 0:00."""
    delta = max(delta, timedelta())
    return f"{delta // _MINUTE}:{delta.seconds % 60:02d}" if delta < _HOUR else duration(delta)
