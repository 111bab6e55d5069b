"""Which local days a schedule's picture shows, and where in it an instant lies."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from oncall import rota
from oncall.rota.civil import to_wall

WEEK, TWO_WEEKS, MONTH = "week", "2weeks", "month"
SPANS = {WEEK: "Week", TWO_WEEKS: "2 weeks", MONTH: "Month"}
OLDEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)  # what is typed into an address
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: from where to where (UTC), in per cent of the picture's width."""

    day: date
    starts_at: datetime
    ends_at: datetime
    x: float
    width: float

    @property
    def is_weekend(self) -> bool:
        """Tell whether it is Saturday or Sunday."""
        return self.day.weekday() > 4

    @property
    def hours(self) -> float:
        """Return how long it lasts: 23 or 25 where the clock changes."""
        return (self.ends_at - self.starts_at) / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A week, two weeks or a month of whole local days in `zone`, from `first` to before `last`."""

    span: str
    zone: str
    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        """Return the instant at which it begins (UTC)."""
        return midnight(self.first, self.zone)

    @property
    def ends_at(self) -> datetime:
        """Return the instant at which it ends (UTC)."""
        return midnight(self.last, self.zone)

    @property
    def days(self) -> tuple[Day, ...]:
        """Return its days; one that the zone never had (Apia, 30 December 2011) is left out."""
        found = []
        for number in range((self.last - self.first).days):
            day = self.first + number * DAY
            start, end = midnight(day, self.zone), midnight(day + DAY, self.zone)
            if start < end:
                x = self.place(start)
                found.append(Day(day, start, end, x, self.place(end) - x))
        return tuple(found)

    @property
    def title(self) -> str:
        """Return its days in words: 16 Nov to 29 Nov 2026."""
        end = self.last - DAY
        if self.span == MONTH:
            return f"{self.first:%B %Y}"
        year = "" if self.first.year == end.year else f" {self.first.year}"
        return f"{self.first.day} {self.first:%b}{year} \N{EN DASH} {end.day} {end:%b %Y}"

    def place(self, at: datetime) -> float:
        """Return where an instant lies, in per cent of the width; outside it is cut to the edge."""
        part = (at - self.starts_at) / (self.ends_at - self.starts_at)
        return round(100 * min(max(part, 0), 1), 3)

    def moved(self, steps: int) -> "Period":
        """Return the period that many steps later."""
        days = (self.last - self.first).days
        if self.span != MONTH:
            return begun(self.first + steps * timedelta(days), self.span, self.zone)
        near = self.first + timedelta(days) if steps > 0 else self.first - DAY
        return begun(near, self.span, self.zone)

    def spanning(self, span: str) -> "Period":
        """Return the week, two weeks or month around its beginning."""
        return begun(self.first, span, self.zone)


def asked(text: str, span: str, zone: str, at: datetime) -> Period:
    """Return the period that a reader asks for; anything that is no day is today's."""
    span = span if span in SPANS else TWO_WEEKS
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = to_wall(at, zone).date()
    return begun(day, span, zone)


def begun(day: date, span: str, zone: str) -> Period:
    """Return the period that holds a day: from its Monday, or the first of its month."""
    day = min(max(day, OLDEST), LATEST)
    if span == MONTH:
        first = day.replace(day=1)
        return Period(span, zone, first, first + monthrange(day.year, day.month)[1] * DAY)
    first = day - day.weekday() * DAY
    return Period(span, zone, first, first + (7 if span == WEEK else 14) * DAY)


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a local day begins (UTC)."""
    return rota.to_utc(datetime.combine(day, time.min), zone)
