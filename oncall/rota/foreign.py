"""Foreign calendars (iCalendar, RFC 5545) read into plain events. Hostile until proven otherwise; pure.

Only what says when somebody serves or is away is read: of VEVENTs the times, recurrences, exceptions and names. Zones
are named, never taken from the text (VTIMEZONE), so that its rules can neither mislead nor keep anybody busy. What
can't be read is refused in words instead of guessed. Work is bounded by the size of the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from oncall.rota.civil import UnknownZone, to_utc, to_wall, zone_named
from oncall.rota.series import BadRule, days, rule_of

MOST_EVENTS, MOST_SERIES, MOST_FOUND = 10_000, 500, 600
LONGEST = timedelta(days=366)
_YEARS = range(1900, 2200)
_EVENT, _DEEPEST = ["VCALENDAR", "VEVENT"], 8
_PARAMETER = r';[A-Za-z0-9-]+=(?:"[^"]*"|[^",;:]*)(?:,(?:"[^"]*"|[^",;:]*))*'
_LINE = re.compile(rf"([A-Za-z0-9-]+)((?:{_PARAMETER})*):(.*)", re.DOTALL)
_TIME = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_LENGTH = re.compile(
    r"([+-]?)P(?:([0-9]{1,3})W)?(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})S)?)?"
)
_NUMBER = re.compile(r"[0-9]{1,10}")  # RFC 5545 (3.3.8) ends at 2147483647
_DAY = timedelta(days=1)


class BadCalendar(ValueError):
    """The text is no calendar, or none that is read here; the message tells its sender why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, recurrences expanded: instants in UTC, and everybody whom it could mean, in the order to try."""

    starts_at: datetime
    ends_at: datetime
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Property:
    parameters: str
    value: str

    def parameter(self, name: str) -> str:
        found = re.search(rf';{name}=("[^"]*"|[^;]*)', self.parameters, re.IGNORECASE)
        return found[1].strip('"') if found else ""


_Event = Mapping[str, list[_Property]]
_Key = tuple[
    str, datetime | int | None
]  # a UID, and which instance was changed; without a UID a number


@dataclass(frozen=True, slots=True)
class _Moment:
    """A wall time and its zone; `is_day` where the calendar gave a day alone."""

    wall: datetime
    zone: str
    is_day: bool = False

    @property
    def instant(self) -> datetime:
        return to_utc(self.wall, self.zone)


def entries(text: str, zone: str, start: datetime, end: datetime) -> list[Entry]:
    """Return the events that meet [start, end) (aware), in order, equal ones once.

    Days, and times without a zone, are those of `zone`. Raises BadCalendar.
    """
    found: set[Entry] = set()
    events = _latest(_events(_lines(text)), zone)
    if sum(len(event.get("RRULE", ())) for event, _ in events.values()) > MOST_SERIES:
        raise BadCalendar(f"It has more than {MOST_SERIES} events that recur.")
    replaced: dict[str, set[datetime]] = {}
    for uid, instant in events:
        if isinstance(instant, datetime):
            replaced.setdefault(uid, set()).add(instant)
    for (uid, instant), (event, first) in events.items():
        gone: set[datetime] = set() if isinstance(instant, datetime) else replaced.get(uid, set())
        for entry in _entries(event, first, gone, (start, end)):
            found.add(entry)
            if len(found) > MOST_FOUND:
                raise BadCalendar(f"It has more than {MOST_FOUND} events within half a year.")
    return sorted(found, key=lambda one: (one.starts_at, one.ends_at, one.names))


def _lines(text: str) -> list[str]:
    """Return the content lines, put together where they were folded; without any the text is no calendar."""
    whole = re.sub(r"(?:\r\n|\n|\r)[ \t]", "", text.removeprefix("\ufeff"))
    found = [line for line in re.split(r"\r\n|\n|\r", whole) if line.strip()]
    if not found:
        raise BadCalendar("It is empty: a calendar begins with BEGIN:VCALENDAR.")
    return found


def _events(lines: Iterable[str]) -> Iterator[_Event]:
    """Yield what each VEVENT says; other parts, and parts inside it, are passed over."""
    inside: list[str] = []
    event: dict[str, list[_Property]] = {}
    for line in lines:
        name, found = _property(line)
        if name == "BEGIN":
            inside.append(found.value.strip().upper())
            event = event if len(inside) > len(_EVENT) else {}
        if inside[:1] != _EVENT[:1] or len(inside) > _DEEPEST:
            raise BadCalendar("This is no calendar: it is not between BEGIN:VCALENDAR and its END.")
        if name == "END":
            if inside == _EVENT:
                yield event
            _leave(inside, found.value)
        elif inside == _EVENT:
            event.setdefault(name, []).append(found)
    if inside:
        raise BadCalendar(f"The calendar is cut off: {inside[-1][:60]} does not end.")


def _leave(inside: list[str], part: str) -> None:
    if inside.pop() != part.strip().upper():
        raise BadCalendar(f"END:{part[:60]} ends what did not begin.")


def _property(line: str) -> tuple[str, _Property]:
    found = _LINE.fullmatch(line)
    if found is None:
        return "", _Property("", "")  # no line of a calendar; what matters will be missed by name
    return found[1].upper(), _Property(found[2], found[3])


def _latest(events: Iterable[_Event], zone: str) -> dict[_Key, tuple[_Event, _Moment]]:
    """Keep, of every event and of every instance that was changed, the latest revision, with when it begins."""
    found: dict[_Key, tuple[_Event, _Moment]] = {}
    revisions: dict[_Key, int] = {}
    for number, event in enumerate(events):
        if number >= MOST_EVENTS:
            raise BadCalendar(f"It has more than {MOST_EVENTS} events.")
        if "DTSTART" not in event:
            raise BadCalendar("An event has no beginning (DTSTART).")
        first = _moment(event["DTSTART"][0], zone)
        instant: datetime | None = None
        for changed in event.get("RECURRENCE-ID", ())[:1]:
            if changed.parameter("RANGE"):
                raise BadCalendar("A change of one event and all later ones (RANGE) can't be read here.")  # fmt: skip
            instant = _moment(changed, zone).instant
        uid = _text(event, "UID")
        key: _Key = (uid, instant) if uid else ("", number)
        counted = _NUMBER.fullmatch(_text(event, "SEQUENCE"))
        revision = int(counted[0]) if counted else 0
        if revision >= revisions.get(key, 0):
            found[key], revisions[key] = (event, first), revision
    return found


def _entries(
    event: _Event, first: _Moment, replaced: set[datetime], window: tuple[datetime, datetime]
) -> Iterator[Entry]:
    length = _length(event, first)
    if length <= timedelta() or _text(event, "STATUS").upper() == "CANCELLED":
        return
    gone = replaced | {moment.instant for moment in _listed(event, "EXDATE", first)}
    mails = [one.value.lower().removeprefix("mailto:").strip() for one in event.get("ATTENDEE", ())]
    names = (*mails, " ".join(_text(event, "SUMMARY").split())[:200])
    for moment in _moments(event, first, length, window):
        starts, ends = moment.instant, replace(moment, wall=moment.wall + length).instant
        if starts not in gone and starts < ends and starts < window[1] and ends > window[0]:
            if ends - starts > LONGEST:
                raise BadCalendar("An event lasts over a year.")
            yield Entry(starts, ends, names)


def _moments(
    event: _Event, first: _Moment, length: timedelta, window: tuple[datetime, datetime]
) -> Iterator[_Moment]:
    """Yield when an event takes place, near the window at least."""
    yield from _listed(event, "RDATE", first)
    if "RRULE" not in event:
        yield first
        return
    if length > LONGEST:
        raise BadCalendar("An event that recurs lasts over a year.")
    since = (window[0] - length - 2 * _DAY).date()
    until = (window[1] + 2 * _DAY).date()
    for written in event["RRULE"]:
        parts = {
            name: values.split(",")
            for name, _, values in (one.partition("=") for one in written.value.split(";"))
        }
        last = parts.get("UNTIL", parts.get("until"))
        limit = _moment(_Property("", last[0]), first.zone) if last else None
        try:
            found = days(rule_of(parts), first.wall.date(), since, until)
        except BadRule as error:
            raise BadCalendar(str(error)) from error
        for day in found:
            moment = replace(first, wall=datetime.combine(day, first.wall.time()))
            if limit is not None and _is_past(moment, limit):
                break
            yield moment


def _is_past(moment: _Moment, limit: _Moment) -> bool:
    """Tell whether an instance begins after a rule's UNTIL, which names the last one or its day."""
    if limit.is_day:
        return moment.wall.date() > limit.wall.date()
    return moment.instant > limit.instant


def _listed(event: _Event, name: str, first: _Moment) -> Iterator[_Moment]:
    for listed in event.get(name, ()):
        if listed.parameter("VALUE").upper() == "PERIOD":
            raise BadCalendar(f"{name} with periods can't be read here.")
        for text in listed.value.split(","):
            moment = _moment(_Property(listed.parameters, text), first.zone)
            if moment.is_day and not first.is_day:
                at = datetime.combine(moment.wall.date(), first.wall.time())
                moment = replace(moment, wall=at)
            yield moment


def _length(event: _Event, first: _Moment) -> timedelta:
    """Return how long an event lasts on the wall clock: one at night ends at the same hour, whatever the clock does."""
    if "DTEND" in event:
        last = _moment(event["DTEND"][0], first.zone)
        if last.zone == first.zone:
            return last.wall - first.wall
        return to_wall(last.instant, first.zone) - first.wall
    found = _LENGTH.fullmatch(_text(event, "DURATION").upper())
    if found is None and "DURATION" in event:
        raise BadCalendar(f"{_text(event, 'DURATION')[:40]} is no length (DURATION).")
    if found is None:
        return _DAY if first.is_day else timedelta()
    weeks, whole, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    length = timedelta(weeks=weeks, days=whole, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def _moment(written: _Property, zone: str) -> _Moment:
    """Read 20261201T080000Z, 20261201T080000 or 20261201; years that nobody reckons with come to their edge."""
    found = _TIME.fullmatch(written.value.strip().upper())
    try:
        if found is None:
            raise ValueError  # noqa: TRY301  one way out for all that is no time
        wall = datetime.strptime(found[1] + (found[2] or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007  the zone stands beside it
    except ValueError as error:
        raise BadCalendar(f"{written.value[:40]} is no time of a calendar.") from error
    if wall.year not in _YEARS:
        edge = min(max(wall.year, _YEARS[0]), _YEARS[-1])
        wall = datetime(edge, 1, 1)  # noqa: DTZ001  as above
    named = written.parameter("TZID")
    place = "UTC" if found[3] else _zone(named) if named and found[2] else zone
    return _Moment(wall, place, is_day=found[2] is None)


@lru_cache(maxsize=256)
def _zone(name: str) -> str:
    """Return the IANA zone that a calendar means: its name, Windows' word for it, or the end of a longer name."""
    for place in (name, WINDOWS_TO_OLSON.get(name, ""), "/".join(name.split("/")[-2:])):
        try:
            zone_named(place)
        except UnknownZone:
            continue
        return place
    raise BadCalendar(f"There is no time zone {name[:60]}; a calendar names places such as Europe/Berlin.")  # fmt: skip


def _text(event: _Event, name: str) -> str:
    """Return the first value of a property, its escapes read; "" where it is absent."""
    listed = event.get(name)
    if not listed:
        return ""
    return re.sub(r"\\(.)", lambda one: "\n" if one[1] in "nN" else one[1], listed[0].value)
