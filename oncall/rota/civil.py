"""Civil time: the one place where a wall clock somewhere becomes an instant in UTC.

Rules (the areas' cases 1 to 8): a wall time that a spring change skips is the first instant after
the gap; one that an autumn change repeats is its first occurrence, or its last where the caller
closes a window, so that a change of clocks never takes coverage away.
"""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

# Present in many zone folders, but no places: the first is whatever this machine is set to.
_NOT_PLACES = frozenset({"localtime", "posixrules", "Factory"})
_NOT_CIVIL = ("right/", "posix/")

# The same number on both scales: differences from it are several times cheaper than replace().
_WALL_ZERO = datetime.fromisoformat("2000-01-01")
_UTC_ZERO = _WALL_ZERO.replace(tzinfo=UTC)


class UnknownZone(ValueError):
    """The name is not a place of the IANA time zone database."""


@cache
def zone_named(name: str) -> ZoneInfo:
    """Give the rules of an IANA zone such as ``Europe/Berlin``; raise UnknownZone otherwise.

    Only names that exist are kept in memory, and each file is read once.
    """
    if name in _NOT_PLACES or name.startswith(_NOT_CIVIL):
        raise UnknownZone(name)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # missing, malformed, or a folder's name
        raise UnknownZone(name) from error


def to_utc(local: datetime, zone: str, *, last: bool = False) -> datetime:
    """Give the UTC instant at which clocks in ``zone`` show the naive ``local`` time.

    Nonexistent: the first instant after the gap. Ambiguous: the first occurrence, or with
    ``last`` the last one. Raises UnknownZone, and ValueError for an aware ``local``.
    """
    if local.tzinfo is not None:
        raise ValueError("a local time is naive: its zone is given beside it")
    place = zone_named(zone)
    since = local - _WALL_ZERO
    first = _UTC_ZERO + (since - _offset(place, _WALL_ZERO + since))  # the sum has fold 0
    second = _UTC_ZERO + (since - _offset(place, local.replace(fold=1)))
    if second < first:  # only inside a gap does the later rule come out earlier (PEP 495)
        return _gap_end(second, first, place)
    return second if last else first


def to_wall(at: datetime, zone: str) -> datetime:
    """Give the naive time that clocks in ``zone`` show at the aware instant ``at``."""
    place = zone_named(zone)
    return _WALL_ZERO + (at - _UTC_ZERO + _offset(place, at.astimezone(place)))


def _offset(place: ZoneInfo, local: datetime) -> timedelta:
    return place.utcoffset(local) or timedelta()


def utc(at: datetime) -> datetime:
    """Give the same instant in UTC; raise ValueError for a naive one, which names no instant."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC)


def _gap_end(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """Find the change of clocks that lies after ``before`` and not after ``after`` (both UTC)."""
    base = before.replace(microsecond=0)
    old = _offset(place, base.astimezone(place))
    width = int((after - base).total_seconds()) + 1

    def changed(seconds: int) -> bool:
        return _offset(place, (base + timedelta(seconds=seconds)).astimezone(place)) != old

    return base + timedelta(seconds=bisect_left(range(width), True, key=changed))
