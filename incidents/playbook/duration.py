"""Lengths of time as a playbook writes them, each with the calendar that it runs on. Pure."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

Calendar = Literal["24x7", "business-hours"]
Unit = Literal["minute", "hour", "day", "week"]

_UNITS: dict[str, Unit] = {"m": "minute", "h": "hour", "d": "day", "w": "week"}
_SHORT = re.compile(r"(0|[1-9][0-9]{0,4})(m|h|d|w)\Z")
_LONG = re.compile(r"([1-9][0-9]{0,4}) (business )?(minute|hour|day|week)(s?)\Z")
_SECONDS: dict[Unit, int] = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}


class _Parts(NamedTuple):
    amount: int
    unit: Unit
    calendar: Calendar
    is_to_the_end: bool = False


_FIXED = {
    "immediate": _Parts(0, "minute", "24x7"),
    "same business day": _Parts(0, "day", "business-hours", is_to_the_end=True),
    "next business day": _Parts(1, "day", "business-hours", is_to_the_end=True),
}


class Duration(str):
    """A length of time: "15m", "4h", "2 weeks", "1 business day", "next business day", "immediate".

    It is the text itself, so that what was written is what a screen and the stored JSON show, and
    it knows its parts. Raises ValueError for any other text. Two durations are equal when they are
    written alike. (requirements.md C2 to C5, C21)
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "Duration":
        _parse(text)
        return super().__new__(cls, text)

    @property
    def amount(self) -> int:
        """Return how many units; 0 for "immediate" and "same business day"."""
        return _parse(self).amount

    @property
    def unit(self) -> Unit:
        """Return the unit that `amount` counts."""
        return _parse(self).unit

    @property
    def calendar(self) -> Calendar:
        """Return the calendar that the clock runs on."""
        return _parse(self).calendar

    @property
    def is_to_the_end(self) -> bool:
        """Return whether it lasts until the end of that business day, not until the same hour."""
        return _parse(self).is_to_the_end

    @property
    def elapsed(self) -> timedelta | None:
        """Return the length on the wall clock; None on business hours, which need a calendar."""
        if self.calendar != "24x7":
            return None
        return timedelta(seconds=self.amount * _SECONDS[self.unit])


@lru_cache(maxsize=512)
def _parse(text: str) -> _Parts:
    fixed = _FIXED.get(text)
    if fixed is not None:
        return fixed
    if short := _SHORT.match(text):
        return _Parts(int(short[1]), _UNITS[short[2]], "24x7")
    if long := _LONG.match(text):
        return _long(long)
    raise ValueError(
        'expected a duration such as "15m", "4h", "2 business days" or "next business day"'
    )


def _long(found: re.Match[str]) -> _Parts:
    amount, unit = int(found[1]), found[3]
    if (amount == 1) != (found[4] == ""):
        raise ValueError('expected "1 day" or "2 days", not a mixture')
    calendar: Calendar = "business-hours" if found[2] else "24x7"
    units: dict[str, Unit] = {name: name for name in _SECONDS}
    return _Parts(amount, units[unit], calendar)
