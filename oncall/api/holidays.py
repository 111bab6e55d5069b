"""REST API of holiday calendars: made for a country, read with their days, days added and taken out."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.bodies import Body
from core.api.operations import ID, PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import day as a_day
from core.api.shapes import page_of
from core.api.versions import one
from core.api.views import Door, address, fields, number
from core.errors import NotFound
from core.models import Team
from core.permissions import require
from oncall.actions import holidays
from oncall.actions.public_days import LONGEST_NAME
from oncall.actions.schedules import require_creator
from oncall.api import holiday_shapes as shapes
from oncall.models import Holiday, HolidayCalendar, Schedule

VIEW = "oncall.view"
_NEVER = date.min  # stands for what `done` refuses
_ROWS = HolidayCalendar.objects.select_related("team")


class HolidayCalendars(Door):
    """`/api/v1/holiday-calendars/`."""

    tag = "On call"
    parameters = PAGING
    operations = {
        "get": Operation("List holiday calendars", page_of(shapes.CALENDAR)),
        "post": Operation(
            "Make a holiday calendar",
            shapes.WHOLE_CALENDAR,
            status=201,
            takes=shapes.NEW_CALENDAR,
            is_versioned=True,
            detail="Filled with the public days of its country from this year to three years ahead, and kept so.",
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of calendars, without their days."""
        require(caller(request), VIEW)
        pages = CursorPages()
        rows = pages.paginate_queryset(_ROWS, request)
        following = holidays.followers([row.pk for row in rows], clock.now())
        return pages.get_paginated_response([_facts(row, following) for row in rows])

    def post(self, request: Request) -> HttpResponse:
        """Make one; answers 201 with it and its days."""
        require_creator(by := caller(request))
        body = Body(fields(request))
        name = body.text("name", longest=holidays.LONGEST_CALENDAR)
        country, subdivision = body.text("country", longest=2), body.text("subdivision", longest=40)
        team = _team(body)
        body.done()
        wish = holidays.CalendarWish(name, country, subdivision, team)
        made = holidays.create_calendar(wish, by=by, at=clock.now())
        headers = {"Location": address("api-holiday-calendar", made.pk)}
        return one(request, _whole(made), status=201, headers=headers)


class OneHolidayCalendar(Door):
    """`/api/v1/holiday-calendars/<id>/`."""

    tag = "On call"
    places = {"pk": ID}
    operations = {
        "get": Operation(
            "Show a holiday calendar with its days", shapes.WHOLE_CALENDAR, is_versioned=True
        ),
        "delete": Operation(
            "Delete a holiday calendar",
            None,
            status=204,
            refuses=(409,),
            detail="One that a layer follows, or has followed, stays: 409 names the schedules.",
        ),
    }

    def get(self, request: Request, pk: str) -> HttpResponse:
        """Return one calendar and every day that counts."""
        require(caller(request), VIEW)
        return one(request, _whole(_found(pk)))

    def delete(self, request: Request, pk: str) -> Response:
        """Delete it."""
        require_creator(by := caller(request))
        holidays.remove_calendar(number(pk), by=by)
        return Response(status=204)


class Holidays(Door):
    """`/api/v1/holiday-calendars/<id>/days/`."""

    tag = "On call"
    places = {"pk": ID}
    operations = {
        "post": Operation(
            "Add a day to a holiday calendar",
            shapes.HOLIDAY,
            status=201,
            takes=shapes.NEW_HOLIDAY,
            refuses=(404, 409),
            detail="A day of your own; a public day that was taken out is put back. Whoever's shifts it moves is told.",
        )
    }

    def post(self, request: Request, pk: str) -> Response:
        """Add it; answers 201 with it."""
        require_creator(by := caller(request))
        body = Body(fields(request))
        day = body.day("date", required=True)
        name = body.text("name", longest=LONGEST_NAME)
        body.done()
        made = holidays.add_day(number(pk), day or _NEVER, name, by=by, at=clock.now())
        headers = {"Location": address("api-holiday", pk, f"{made.date}")}
        return Response(_day(made), status=201, headers=headers)


class OneHoliday(Door):
    """`/api/v1/holiday-calendars/<id>/days/<day>/`."""

    tag = "On call"
    places = {"pk": ID, "day": a_day("A day of the calendar.")}
    operations = {
        "get": Operation("Show a day of a holiday calendar", shapes.HOLIDAY),
        "delete": Operation(
            "Take a day out of a holiday calendar",
            None,
            status=204,
            refuses=(409,),
            detail="Also a public one, which stays out from then on. Days that are over stay.",
        ),
    }

    def get(self, request: Request, pk: str, day: str) -> Response:
        """Return the day."""
        require(caller(request), VIEW)
        row = _found(pk).days.kept().filter(date=_read_day(day)).first()
        if row is None:
            raise NotFound("The calendar has no such day.")
        return Response(_day(row))

    def delete(self, request: Request, pk: str, day: str) -> Response:
        """Take it out; twice changes nothing."""
        require_creator(by := caller(request))
        holidays.take_out_day(number(pk), _read_day(day), by=by, at=clock.now())
        return Response(status=204)


def _found(pk: str) -> HolidayCalendar:
    row = _ROWS.filter(pk=number(pk)).first()
    if row is None:
        raise NotFound("There is no such holiday calendar.")
    return row


def _read_day(text: str) -> date:
    body = Body({"day": text})
    day = body.day("day")
    if day is None:
        raise NotFound("The calendar has no such day.")
    return day


def _team(body: Body) -> int | None:
    slug = body.text("team", longest=50)
    if not slug:
        return None
    found = Team.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        body.refuse("team", f"There is no team {slug}.", "unknown_team")
    return found


def _facts(row: HolidayCalendar, following: Mapping[int, Sequence[Schedule]]) -> dict[str, object]:
    return {
        "id": row.pk,
        "name": row.name,
        "team": row.team.slug,
        "country": row.country or None,
        "subdivision": row.subdivision or None,
        "filled_to": row.filled_to,
        "schedules": [schedule.slug for schedule in following.get(row.pk, ())],
    }


def _whole(row: HolidayCalendar) -> dict[str, object]:
    following = holidays.followers([row.pk], clock.now())
    days = [_day(one) for one in row.days.kept()]
    return {**_facts(row, following), "days": days}


def _day(row: Holiday) -> dict[str, object]:
    return {"date": f"{row.date}", "name": row.name, "public": row.is_public}
