"""REST API of schedules: documents in and out, the final schedule, gaps, and what an edit would change."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.bodies import Body
from core.api.operations import PAGING, SLUG, Operation, Parameter
from core.api.paging import CursorPages
from core.api.shapes import moment, page_of, text
from core.api.versions import one, unchanged
from core.api.views import Door, address, fields
from core.models import User
from core.permissions import require
from oncall import rota
from oncall.actions import impact
from oncall.actions.eligibility import seat_warnings
from oncall.actions.rotation import resolve
from oncall.actions.rules import rules_of
from oncall.actions.schedules import (
    EDIT,
    create_schedule,
    require_creator,
    write_schedule,
)
from oncall.actions.specs import ScheduleSpec, document, read
from oncall.api import shapes
from oncall.api.reading import SPAN, instant, schedule_of, span
from oncall.models import Layer, Schedule, plan_of

VIEW = "oncall.view"


class Schedules(Door):
    """`/api/v1/schedules/`."""

    tag = "On call"
    parameters = PAGING
    operations = {
        "get": Operation("List schedules", page_of(shapes.SCHEDULE)),
        "post": Operation(
            "Write a new schedule",
            shapes.SCHEDULE,
            status=201,
            takes=shapes.NEW_SCHEDULE,
            is_versioned=True,
            detail="It is in force from the first handoffs of its layers on.",
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of documents."""
        require(caller(request), VIEW)
        pages = CursorPages()
        rows = pages.paginate_queryset(Schedule.objects.all(), request)
        return pages.get_paginated_response([document(row) for row in rows])

    def post(self, request: Request) -> HttpResponse:
        """Store the document; answers 201 with it and its Location."""
        require_creator(by := caller(request))
        spec, _ = _read(request)
        made = create_schedule(spec, by=by, at=clock.now())
        headers = {"Location": address("api-schedule", made.slug)}
        return one(request, document(made), status=201, headers=headers)


class OneSchedule(Door):
    """`/api/v1/schedules/<slug>/`."""

    tag = "On call"
    places = {"slug": SLUG}
    parameters = (
        Parameter("at", moment("As it stands at this instant; as it stands last unless told.")),
    )
    operations = {
        "get": Operation("Show a schedule's document", shapes.SCHEDULE, is_versioned=True),
        "put": Operation(
            "Write a schedule anew from an instant on",
            shapes.SCHEDULE,
            takes=shapes.CHANGED_SCHEDULE,
            is_versioned=True,
            detail="What was served stays. A layer of the same name goes on; one that is left out ends.",
        ),
    }  # fmt: skip

    def get(self, request: Request, slug: str) -> HttpResponse:
        """Return the document."""
        require(caller(request), VIEW)
        return one(request, document(schedule_of(slug), at=instant(request, "at")))

    def put(self, request: Request, slug: str) -> HttpResponse:
        """Write it and return it."""
        schedule, by = schedule_of(slug), caller(request)
        require(by, EDIT, schedule)
        spec, effective = _read(request, schedule)
        rows = Schedule.objects.filter(pk=schedule.pk)
        with unchanged(request, rows, lambda: document(schedule_of(slug))):
            made = write_schedule(schedule.pk, spec, by=by, at=clock.now(), effective=effective)
        return one(request, document(made))


class FinalSchedule(Door):
    """`/api/v1/schedules/<slug>/final/`: who serves when, every layer and override settled."""

    tag = "On call"
    places = {"slug": SLUG}
    parameters = SPAN
    operations = {"get": Operation("Show the final schedule", shapes.FINAL)}

    def get(self, request: Request, slug: str) -> Response:
        """Return segments and gaps within the window."""
        require(caller(request), VIEW)
        schedule, (start, end) = schedule_of(slug), span(request)
        plan = plan_of(schedule, since=start, until=end)
        segments = told(schedule, rota.final(plan, start, end))
        return Response({"segments": segments, "gaps": _spans(_gaps(schedule, plan, start, end))})


class Gaps(Door):
    """`/api/v1/schedules/<slug>/gaps/`: where coverage is asked and nobody serves."""

    tag = "On call"
    places = {"slug": SLUG}
    parameters = SPAN
    operations = {"get": Operation("Show the gaps of a schedule", shapes.GAPS)}

    def get(self, request: Request, slug: str) -> Response:
        """Return gaps, how much is covered, and shifts of people who can't be paged."""
        require(caller(request), VIEW)
        schedule, (start, end) = schedule_of(slug), span(request)
        plan = plan_of(schedule, since=start, until=end)
        gaps = _gaps(schedule, plan, start, end)
        covered = rota.coverage(plan, start, end, schedule.expected, schedule.zone)
        shifts = [shift for shift in rota.final(plan, start, end) if shift.seat != "shadow"]
        gone = set(
            User.objects.filter(pk__in={one.user for one in shifts}, is_active=False).values_list("pk", flat=True)
        )  # fmt: skip
        missing = sum((gap.ends_at - gap.starts_at for gap in gaps), timedelta())
        return Response(
            {
                "expectation": schedule.expectation,
                "gaps": _spans(gaps),
                "hours": round(missing / timedelta(hours=1), 2),
                "coverage": round(covered * 100, 1),
                "empty_shifts": told(schedule, [one for one in shifts if one.user in gone]),
            }
        )


class Preview(Door):
    """`/api/v1/schedules/<slug>/preview/`: what a document would change, nothing saved."""

    tag = "On call"
    places = {"slug": SLUG}
    operations = {
        "post": Operation(
            "Show what writing a schedule would change",
            shapes.PREVIEW,
            takes=shapes.CHANGED_SCHEDULE,
            detail="Compares 26 weeks from `effective` on. Nothing is saved.",
        )
    }

    def post(self, request: Request, slug: str) -> Response:
        """Return the difference."""
        schedule, by = schedule_of(slug), caller(request)
        require(by, EDIT, schedule)
        spec, effective = _read(request, schedule)
        found = impact.impact_of_document(schedule, spec, at=clock.now(), effective=effective)
        return Response(_difference(schedule, spec, found))


class OnCallAt(Door):
    """`/api/v1/oncall/`: who is on call by every schedule, or by one."""

    tag = "On call"
    parameters = (
        Parameter("at", moment("Now unless told.")),
        Parameter("schedule", text("The slug of one schedule.", longest=50)),
    )
    operations = {"get": Operation("Show who is on call", shapes.ON_CALL_AT, refuses=(404,))}

    def get(self, request: Request) -> Response:
        """Return the holders of every seat."""
        require(caller(request), VIEW)
        at = instant(request, "at") or clock.now()
        slug = request.query_params.get("schedule")
        rows = [schedule_of(slug)] if slug is not None else list(Schedule.objects.order_by("name"))
        return Response({"at": at, "results": _seats(rows, at)})


def told(schedule: Schedule, shifts: Sequence[rota.Shift]) -> list[dict[str, object]]:
    """Return shifts as the API writes them, with names in the place of ids."""
    layers = dict(Layer.objects.filter(schedule=schedule).values_list("pk", "name"))
    names = usernames(one.user for one in shifts)
    return [
        {
            "start": one.starts_at, "end": one.ends_at, "user": names[one.user], "seat": one.seat,
            "layer": layers.get(one.layer or 0), "source": one.source,
        }
        for one in shifts
    ]  # fmt: skip


def usernames(ids: Iterable[int]) -> dict[int, str]:
    """Return the usernames of these people."""
    return dict(User.objects.filter(pk__in=set(ids)).values_list("pk", "username"))


def _read(
    request: Request, schedule: Schedule | None = None
) -> tuple[ScheduleSpec, datetime | None]:
    body = Body(fields(request))
    effective = body.moment("effective") if schedule else None
    spec = read(body, slug=schedule.slug if schedule else "")
    body.done()
    return spec, effective


def _gaps(
    schedule: Schedule, plan: rota.Plan, start: datetime, end: datetime
) -> list[rota.Segment]:
    return rota.gaps(plan, start, end, schedule.expected, schedule.zone)


def _spans(gaps: Iterable[rota.Segment]) -> list[dict[str, datetime]]:
    return [{"start": gap.starts_at, "end": gap.ends_at} for gap in gaps]


def _seats(rows: Sequence[Schedule], at: datetime) -> list[dict[str, object]]:
    answers = resolve([row.pk for row in rows], at)
    later = [one.following for one in answers.values() if one.following]
    everybody = [user for one in answers.values() for users in one.seats.values() for user in users]
    names = usernames([*everybody, *(user for one in later for user in one.users)])
    found: list[dict[str, object]] = []
    for row in rows:
        answer = answers[row.pk]
        held = {seat: [names[user] for user in users] for seat, users in answer.seats.items()}
        follows = answer.following
        fresh = [user for user in follows.users if user not in answer.users] if follows else []
        following = (
            {"username": names[fresh[0]], "from": follows.starts_at} if follows and fresh else None
        )
        found.append(
            {
                "schedule": row.slug, "users": held.get("primary", []), "secondary": held.get("secondary", []),
                "shadow": held.get("shadow", []), "until": answer.until, "next": following,
            }
        )  # fmt: skip
    return found


def _difference(schedule: Schedule, spec: ScheduleSpec, found: impact.Impact) -> dict[str, object]:
    hours = {*found.hours_before, *found.hours_after}
    names = usernames([*hours, *(u for _, one in found.moves for u in (*one.before, *one.after))])
    return {
        "from": found.starts_at,
        "to": found.ends_at,
        "changes": [
            {
                "start": one.starts_at, "end": one.ends_at, "seat": seat,
                "before": [names[user] for user in one.before], "after": [names[user] for user in one.after],
            }
            for seat, one in found.moves
        ],
        "people": sorted(names[user] for user in found.people),
        "new_gaps": [{"start": start, "end": end} for start, end in found.new_gaps],
        "closed_gaps": [{"start": start, "end": end} for start, end in found.closed_gaps],
        "conflicts": told(schedule, found.conflicts),
        "hours_before": {names[user]: length for user, length in found.hours_before.items()},
        "hours_after": {names[user]: length for user, length in found.hours_after.items()},
        "warnings": [
            *(f"{layer.name}: {said}" for layer in spec.layers for said in rota.warnings(layer.rotation())),
            *seat_warnings(found, spec.seated, rules_of(schedule)),
        ],
    }  # fmt: skip
