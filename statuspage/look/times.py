"""Instants, days and durations as the pages write them: absolute, in one zone, zone named."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.html import format_html
from django.utils.safestring import SafeString

# Not strftime: its names follow the locale of the process.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_TIME = '<time datetime="{}">{}</time>'
_NBSP = "\u00a0"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def duration(seconds: int) -> str:
    """Give whole seconds as "47 min", "1 h 05 min" or "2 days 3 h", with no-break spaces."""
    if seconds < _MINUTE:
        words = "under 1 min"
    elif seconds < _HOUR:
        words = f"{seconds // _MINUTE} min"
    elif seconds < _DAY:
        hours, rest = divmod(seconds // _MINUTE, _MINUTE)
        words = f"{hours} h {rest:02} min" if rest else f"{hours} h"
    else:
        days, hours = divmod(seconds // _HOUR, 24)
        noun = "day" if days == 1 else "days"
        words = f"{days} {noun} {hours} h" if hours else f"{days} {noun}"
    return words.replace(" ", _NBSP)


def lasted(start: datetime, end: datetime) -> str:
    """Give the time between two instants, by the minutes that are shown of them."""
    begin, over = (at.replace(second=0, microsecond=0) for at in (start, end))
    return duration(int((over - begin).total_seconds()))


def month_name(day: date) -> str:
    """Give "November"."""
    return _MONTHS[day.month - 1]


def month_and_year(day: date) -> str:
    """Give "November 2026"."""
    return f"{month_name(day)} {day.year}"


def day_plain(day: date, *, year: int | None = None) -> str:
    """Give "12 November", and the year unless it is the one given."""
    words = f"{day.day} {month_name(day)}"
    return words if day.year == year else f"{words} {day.year}"


def day_full(day: date, *, year: int | None = None) -> str:
    """Give "Saturday 21 November", and the year unless it is the one given."""
    return f"{_DAYS[day.weekday()]} {day_plain(day, year=year)}"


def day_short(day: date, *, weekday: bool = True) -> str:
    """Give "Sat 21 Nov", or "21 Nov"."""
    name = f"{day.day} {month_name(day)[:3]}"
    return f"{_DAYS[day.weekday()][:3]} {name}" if weekday else name


def days_short(first: date, last: date, *, weekday: bool = True) -> SafeString:
    """Give a run of days as `time` elements: "Tue 17 to Fri 20 Nov", or the one day."""
    until = format_html(_TIME, last.isoformat(), day_short(last, weekday=weekday))
    if first == last:
        return until
    begin = day_short(first, weekday=weekday)
    if (first.year, first.month) == (last.year, last.month):
        begin = begin.rsplit(" ", 1)[0]
    return format_html(_TIME + " to {}", first.isoformat(), begin, until)


@dataclass(frozen=True)
class Times:
    """Writes instants in the page's zone; `today` is the day that goes without saying."""

    zone: ZoneInfo
    today: date

    @classmethod
    def of(cls, zone: str, at: datetime) -> "Times":
        """Give the writer for a page of this zone whose present is `at`."""
        place = ZoneInfo(zone)
        return cls(place, at.astimezone(place).date())

    def day(self, at: datetime) -> date:
        """Give the civil day that an instant falls on."""
        return at.astimezone(self.zone).date()

    def on(self, day: date) -> "Times":
        """Give the writer for a place where `day` is the one that goes without saying."""
        return replace(self, today=day)

    def label(self, at: datetime) -> str:
        """Give the zone's short name at an instant: "UTC", "CET", "UTC-03:00"."""
        name = at.astimezone(self.zone).tzname() or ""
        return name if name.isalpha() else f"UTC{self.offset(at)}"

    def offset(self, at: datetime) -> str:
        """Give the zone's offset at an instant: "+01:00"."""
        shift = at.astimezone(self.zone).strftime("%z")
        return f"{shift[:3]}:{shift[3:5]}"

    def hour(self, at: datetime) -> SafeString:
        """Give "14:05 UTC"."""
        return self._time(at, f"{self._clock(at)}{_NBSP}{self.label(at)}")

    def second(self, at: datetime) -> SafeString:
        """Give "14:05:07 UTC"."""
        local = at.astimezone(self.zone)
        stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return format_html(_TIME, stamp, f"{local:%H:%M:%S}{_NBSP}{self.label(at)}")

    def moment(self, at: datetime) -> SafeString:
        """Give "14:05 UTC", and the day before it where it is not today."""
        return self._time(at, self.words(at))

    def words(self, at: datetime) -> str:
        """Give what `moment` gives, without markup."""
        return f"{self._other_day(at)}{self._clock(at)}{_NBSP}{self.label(at)}"

    def range(self, start: datetime, end: datetime) -> SafeString:
        """Give "02:00 to 04:00 UTC"; a begin that is not today and an end on a later day name it."""
        first, last = self.day(start), self.day(end)
        zone = "" if self.label(start) == self.label(end) else f"{_NBSP}{self.label(start)}"
        begin = self._time(start, f"{self._other_day(start)}{self._clock(start)}{zone}")
        if first == last:
            return format_html("{} to {}", begin, self.hour(end))
        near = last - first < timedelta(days=6) and first == self.today
        day = f"{day_short(last)[:3]} " if near else f"{day_short(last)}, "
        words = f"{day}{self._clock(end)}{_NBSP}{self.label(end)}"
        return format_html("{} to {}", begin, self._time(end, words))

    def full_day(self, at: datetime, *, year: bool = True) -> str:
        """Give the day of an instant: "Saturday 21 November 2026"."""
        return day_full(self.day(at), year=None if year else self.today.year)

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"

    def _other_day(self, at: datetime) -> str:
        day = self.day(at)
        if day == self.today:
            return ""
        year = "" if day.year == self.today.year else f" {day.year}"
        return f"{day_short(day)}{year}, ".replace(" ", _NBSP, 2)

    def _time(self, at: datetime, words: str) -> SafeString:
        return format_html(_TIME, at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"), words)
