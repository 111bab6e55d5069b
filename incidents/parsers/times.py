"""Moments as senders write them: to UTC, checked against the time of arrival (integrations.md I11)."""

import re
from datetime import UTC, datetime, timedelta

FUTURE_LIMIT = timedelta(minutes=5)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_FRACTION = re.compile(r"[.,](\d+)")


def instant(value: object) -> datetime | None:
    """Return the moment that an ISO 8601 text names, in UTC; without an offset it is UTC already."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip().upper())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def settled(value: object, received_at: datetime, notes: list[str]) -> datetime | None:
    """Return the moment in `value`, within reason; None where the sender gave none (null, blank).

    Unreadable or before 2000: `received_at`, and notes `bad_timestamp`. More than 5 minutes ahead:
    clamped to that, and notes `future_timestamp`.
    """
    if value is None or value == "":
        return None
    return within_reason(instant(value), received_at, notes)


def within_reason(moment: datetime | None, received_at: datetime, notes: list[str]) -> datetime:
    """Return `moment` bounded as `settled` says; None counts as unreadable."""
    if moment is None or moment < _EARLIEST:
        notes.append("bad_timestamp")
        return received_at
    if moment - received_at > FUTURE_LIMIT:
        notes.append("future_timestamp")
        return received_at + FUTURE_LIMIT
    return moment


def episode(text: str, moment: datetime, received_at: datetime) -> str | None:
    """Return the canonical name of the episode that started at `moment`, written `text`.

    `2026-11-21T03:31:20.579078810Z`: always 30 characters, so that string order is time order and two
    spellings of an instant are one episode; nanoseconds, which `datetime` has not, come from `text`.
    None for Go's zero time and for a start in the future: a wrong clock would make every true
    start stale that follows it. Such an alert goes by arrival, with the hold-down.
    """
    if moment.year == 1 or moment - received_at > FUTURE_LIMIT:
        return None
    fraction = _FRACTION.search(text)
    nanoseconds = fraction[1][:9].ljust(9, "0") if fraction else "000000000"
    return f"{moment.isoformat()[:19]}.{nanoseconds}Z"
