"""How long a playbook's length of time lasts on the calendar. Pure.

Business time is Monday to Friday, 09:00 to 17:00 UTC: no guide states its hours (docs/adr/0031).
"""

from datetime import datetime, time, timedelta

from incidents.playbook import Duration

OPENS, CLOSES = time(9), time(17)
_SATURDAY = 5
_DAY, _WEEK_DAYS = timedelta(days=1), 5


def after(start: datetime, length: Duration) -> datetime:
    """Return the instant `length` after `start` (aware, UTC); business lengths skip weekends and nights.

    Business days and weeks keep the hour; "next business day" ends at 17:00 of that day.
    """
    if length.elapsed is not None:
        return start + length.elapsed
    if length.is_to_the_end:
        day = _days_on(start, length.amount)
        return datetime.combine(day.date(), CLOSES, start.tzinfo)
    if length.unit in ("day", "week"):
        return _days_on(start, length.amount * (_WEEK_DAYS if length.unit == "week" else 1))
    return _open_hours(start, length.amount * (60 if length.unit == "hour" else 1))


def _is_open(at: datetime) -> bool:
    return at.weekday() < _SATURDAY


def _days_on(start: datetime, days: int) -> datetime:
    """Return the same hour so many working days later; 0 is this day, or the next working one."""
    at = start
    while days > 0:
        at += _DAY
        days -= _is_open(at)
    while not _is_open(at):
        at += _DAY
    return at


def _open_hours(start: datetime, minutes: int) -> datetime:
    """Return the instant when so many minutes of open hours have passed."""
    left, at = timedelta(minutes=minutes), start
    while True:
        opens = datetime.combine(at.date(), OPENS, start.tzinfo)
        closes = datetime.combine(at.date(), CLOSES, start.tzinfo)
        begins = max(at, opens)
        if _is_open(at) and begins + left <= closes:
            return begins + left
        if _is_open(at) and begins < closes:
            left -= closes - begins
        at = opens + _DAY
