"""Holiday calendars: filled with a country's public days for three years ahead, and with days of one's own."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from core.actor import ENGINE, Actor
from core.errors import Invalid, NotFound, NotPossible
from core.permissions import require
from oncall.actions.public_days import (
    COUNTRY_NAMES,
    LONGEST_NAME,
    country_of,
    public_days,
    subdivision_of,
)
from oncall.actions.schedules import EDIT, require_creator, team_of, turning
from oncall.models import Holiday, HolidayCalendar, RotationVersion, Schedule

logger = logging.getLogger(__name__)

YEARS_AHEAD = 3
MOST_DAYS = 1000
LONGEST_CALENDAR = 120
FIRST_ZONE, LAST_ZONE = (
    timedelta(hours=14),
    timedelta(hours=12),
)  # a day begins in UTC+14, and ends in UTC-12
_LATEST = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class CalendarWish:
    """A calendar as asked for. `name` "": that of its country. `country` "": it has days of one's own only."""

    name: str = ""
    country: str = ""
    subdivision: str = ""
    team_id: int | None = None


def create_calendar(wish: CalendarWish, *, by: Actor, at: datetime) -> HolidayCalendar:
    """Make a calendar, with the public days of its country from this year to three years ahead.

    Without a team it belongs to the first that the person manages. Raises NotAllowed, Invalid.
    """
    require_creator(by)
    row = HolidayCalendar(team=team_of(wish.team_id, by))
    require(by, EDIT, row)
    if wish.subdivision and not wish.country:
        raise Invalid.field("/subdivision", "Name the country that it is a part of.")
    row.country = country_of(wish.country) if wish.country else ""
    row.subdivision = subdivision_of(row.country, wish.subdivision)
    row.name = wish.name.strip() or _usual_name(row)
    if not row.name:
        raise Invalid.field("/name", "Name the calendar, or the country whose days it has.")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            if row.country:
                _fill(row, _filling(row, date(at.year, 1, 1), at), at)
    except IntegrityError as error:
        raise Invalid.field("/name", f"There is a calendar {row.name} already.") from error
    return row


def remove_calendar(calendar_id: int, *, by: Actor) -> None:
    """Delete a calendar that no layer follows, or has followed. Raises NotFound, NotAllowed, NotPossible."""
    with transaction.atomic():
        row = HolidayCalendar.objects.select_for_update().filter(pk=calendar_id).first()
        if row is None:
            raise NotFound("There is no such holiday calendar.")
        require(by, EDIT, row)
        if why := why_kept(row):
            raise NotPossible(why)
        row.delete()


def add_day(calendar_id: int, day: date, name: str = "", *, by: Actor, at: datetime) -> Holiday:
    """Add a day, or put one back that was taken out; whoever's shifts it moves is told.

    Raises NotFound, NotAllowed, Invalid for a day that is over, NotPossible for one that is there already.
    """
    with transaction.atomic():
        calendar = _locked(calendar_id, by)
        _refuse_day(day, at)
        row = calendar.days.filter(date=day).first() or Holiday(calendar=calendar, date=day)
        if row.pk and row.taken_out_at is None:
            raise NotPossible(f"{row} is in {calendar.name} already.")
        if not row.pk and calendar.days.count() >= MOST_DAYS:
            raise NotPossible(f"A calendar has at most {MOST_DAYS} days.")
        row.taken_out_at = None
        if not row.is_public:
            row.name = name.strip()[:LONGEST_NAME]
        with _turning(calendar, by, at):
            row.save()
    return row


def take_out_day(calendar_id: int, day: date, *, by: Actor, at: datetime) -> None:
    """Take a day out, also a public one; filling the calendar again does not bring it back. Twice changes nothing.

    Raises NotFound, NotAllowed, NotPossible for a day that is over.
    """
    with transaction.atomic():
        calendar = _locked(calendar_id, by)
        row = calendar.days.filter(date=day).first()
        if row is None:
            raise NotFound(f"{day:%d %b %Y} is no day of {calendar.name}.")
        if is_over(day, at):
            raise NotPossible(f"{day:%d %b %Y} is over; what was served then stays.")
        if row.taken_out_at is not None:
            return
        row.taken_out_at = at
        with _turning(calendar, by, at):
            row.save(update_fields=["taken_out_at"])


def refill(at: datetime) -> int:
    """Bring the public days of every calendar up to date, to three years ahead; return how many days changed.

    Days that have begun anywhere, days of one's own, and days that were taken out stay as they are. A calendar
    that can't be filled is logged, and spoils only its own. Twice changes nothing.
    """
    count = 0
    for pk in (
        HolidayCalendar.objects.exclude(country="").order_by("pk").values_list("pk", flat=True)
    ):
        try:
            count += _refill(pk, at)
        except (
            NotImplementedError,
            ValueError,
        ):  # a country, or a part of one, that is none any more
            logger.exception("the holidays of calendar %s can't be filled in", pk)
    return count


def followers(calendar_ids: Iterable[int], at: datetime | None = None) -> dict[int, list[Schedule]]:
    """Return, by calendar, the schedules whose layers follow it from `at` on; None: or ever did. Two statements."""
    versions = RotationVersion.objects.filter(holidays__in=list(calendar_ids))
    if at is not None:
        versions = versions.valid().exclude(effective_to__lte=at)
    pairs = set(versions.values_list("holidays", "layer__schedule"))
    rows = Schedule.objects.filter(pk__in={pk for _, pk in pairs}).select_related("team")
    found: dict[int, list[Schedule]] = defaultdict(list)
    for schedule in rows.order_by("name", "pk"):
        for calendar, pk in pairs:
            if pk == schedule.pk:
                found[calendar].append(schedule)
    return found


def why_kept(calendar: HolidayCalendar) -> str:
    """Return why a calendar can't be deleted, "" where it can."""
    found = followers([calendar.pk])
    names = ", ".join(schedule.name for schedule in found[calendar.pk])
    return f"Layers of {names} follow {calendar.name}, or did; it stays with them." if names else ""


def is_over(day: date, at: datetime) -> bool:
    """Return whether a local day is over everywhere: what was served then is not touched."""
    return day < (at - LAST_ZONE).date()


def _usual_name(row: HolidayCalendar) -> str:
    return ", ".join(filter(None, (COUNTRY_NAMES.get(row.country, ""), row.subdivision)))


def _locked(calendar_id: int, by: Actor) -> HolidayCalendar:
    row = HolidayCalendar.objects.select_for_update(no_key=True).filter(pk=calendar_id).first()
    if row is None:
        raise NotFound("There is no such holiday calendar.")
    require(by, EDIT, row)
    return row


def _refuse_day(day: date, at: datetime) -> None:
    if is_over(day, at):
        raise Invalid.field("/date", f"{day:%d %b %Y} is over; what was served then stays.")
    if day >= _LATEST:
        raise Invalid.field("/date", f"Write a day before the year {_LATEST.year}.")


def _turning(
    calendar: HolidayCalendar, by: Actor, at: datetime
) -> AbstractContextManager[list[Schedule]]:
    """Hold the schedules that follow a calendar while its days change."""
    following = [one.pk for one in followers([calendar.pk], at)[calendar.pk]]
    return turning(following, f"holidays:{calendar.pk}:{at.isoformat()}", by=by, at=at)


def _refill(calendar_id: int, at: datetime) -> int:
    with transaction.atomic():
        calendar = HolidayCalendar.objects.select_for_update(no_key=True).get(pk=calendar_id)
        tomorrow = (at + FIRST_ZONE).date() + timedelta(days=1)
        found = _filling(calendar, tomorrow, at)
        if found.moves:
            with _turning(calendar, ENGINE, at):
                _fill(calendar, found, at)
        else:
            _fill(calendar, found, at)
        return len(found.fresh) + len(found.gone)


@dataclass(frozen=True, slots=True)
class _Filling:
    """How a calendar's public days differ from what its country has now."""

    fresh: list[Holiday]
    gone: list[Holiday]
    renamed: list[Holiday]

    @property
    def moves(self) -> bool:
        """Return whether any day comes or goes."""
        return bool(self.fresh or self.gone)


def _filling(calendar: HolidayCalendar, since: date, at: datetime) -> _Filling:
    known = public_days(calendar.country, calendar.subdivision, _years(at))
    rows = {row.date: row for row in calendar.days.filter(date__gte=since)}
    public = [row for row in rows.values() if row.is_public and row.date.year in _years(at)]
    renamed = [row for row in public if row.name != known.get(row.date, row.name)]
    for row in renamed:
        row.name = known[row.date]
    return _Filling(
        [
            Holiday(calendar=calendar, date=day, name=name, is_public=True)
            for day, name in known.items()
            if day >= since and day not in rows
        ],
        [row for row in public if row.date not in known and row.taken_out_at is None],
        renamed,
    )


def _fill(calendar: HolidayCalendar, found: _Filling, at: datetime) -> None:
    Holiday.objects.bulk_create(found.fresh)
    Holiday.objects.filter(pk__in=[row.pk for row in found.gone]).delete()
    Holiday.objects.bulk_update(found.renamed, ["name"])
    if calendar.filled_to != _years(at)[-1]:
        calendar.filled_to = _years(at)[-1]
        calendar.save(update_fields=["filled_to"])


def _years(at: datetime) -> range:
    return range(at.year, at.year + YEARS_AHEAD + 1)
