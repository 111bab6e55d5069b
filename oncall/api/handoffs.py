"""REST API of handoffs: listed, begun with notes, accepted."""

from collections.abc import Mapping
from typing import cast

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.bodies import Body
from core.api.operations import ID, PAGING, Operation, Parameter
from core.api.paging import CursorPages
from core.api.parameters import bad_parameter
from core.api.shapes import page_of, text
from core.api.views import Door, address, fields, number
from core.errors import NotFound
from core.models import User
from core.permissions import require
from oncall.actions.handoffs import HAND_OVER, LONGEST, accept, begin, write_notes
from oncall.api import handoff_shapes as shapes
from oncall.api.reading import person, schedule_of
from oncall.models import Handoff, Schedule

VIEW = "oncall.view"
_ROWS = Handoff.objects.select_related("schedule", "from_user", "to_user", "accepted_by")
_STATES: Mapping[str, Mapping[str, object]] = {
    "draft": {"opened_at": None},
    "open": {"opened_at__isnull": False, "accepted_at": None},
    "accepted": {"accepted_at__isnull": False},
}


class Handoffs(Door):
    """`/api/v1/handoffs/`."""

    tag = "On call"
    parameters = (
        *PAGING,
        Parameter("schedule", text("The slug of one schedule.", longest=50)),
        Parameter("state", text(one_of=_STATES)),
    )
    operations = {
        "get": Operation("List handoffs", page_of(shapes.HANDOFF), refuses=(404,)),
        "post": Operation(
            "Begin a handoff with notes",
            shapes.HANDOFF,
            status=201,
            takes=shapes.NEW_HANDOFF,
            refuses=(404, 409),
            detail="For the shift that runs now. It is opened to whoever takes over when the shift ends; without this "
            "it is opened then without notes.",
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of handoffs, the newest first."""
        require(caller(request), VIEW)
        pages = CursorPages()
        rows = pages.paginate_queryset(_asked(request), request)
        return pages.get_paginated_response([facts(row) for row in rows])

    def post(self, request: Request) -> Response:
        """Begin one; answers 201 with it."""
        require(by := caller(request), HAND_OVER)
        body = Body(fields(request))
        schedule = _schedule(body)
        notes = body.text("notes", required=True, longest=LONGEST, may_be_blank=True)
        seat = body.text("seat", longest=9) or "primary"
        if seat not in shapes.SEATS:
            body.refuse("seat", f"seat is one of {', '.join(shapes.SEATS)}.")
        user = person(body, "from") or cast(User, by.user)
        body.done()
        made = begin(cast(Schedule, schedule), user, notes, by=by, at=clock.now(), seat=seat)
        headers = {"Location": address("api-handoff", made.pk)}
        return Response(facts(made), status=201, headers=headers)


class OneHandoff(Door):
    """`/api/v1/handoffs/<id>/`."""

    tag = "On call"
    places = {"pk": ID}
    operations = {
        "get": Operation("Show a handoff", shapes.HANDOFF),
        "patch": Operation(
            "Write its notes",
            shapes.HANDOFF,
            takes=shapes.NOTES,
            refuses=(409,),
            detail="By the outgoing person or a manager, until it is accepted.",
        ),
    }

    def get(self, request: Request, pk: str) -> Response:
        """Return one handoff."""
        require(caller(request), VIEW)
        return Response(facts(_found(pk)))

    def patch(self, request: Request, pk: str) -> Response:
        """Change the notes."""
        require(by := caller(request), HAND_OVER)
        body = Body(fields(request))
        notes = body.text("notes", required=True, longest=LONGEST, may_be_blank=True)
        body.done()
        write_notes(_found(pk).pk, notes, by=by, at=clock.now())
        return Response(facts(_found(pk)))


class AcceptedHandoff(Door):
    """`/api/v1/handoffs/<id>/accept/`."""

    tag = "On call"
    places = {"pk": ID}
    operations = {
        "post": Operation(
            "Accept a handoff",
            shapes.HANDOFF,
            refuses=(409,),
            detail="It says that the notes were read. Who is paged, the schedule alone decides.",
        )
    }

    def post(self, request: Request, pk: str) -> Response:
        """Accept it; twice changes nothing."""
        require(by := caller(request), HAND_OVER)
        Body(fields(request)).done()
        accept(_found(pk).pk, by=by, at=clock.now())
        return Response(facts(_found(pk)))


def facts(row: Handoff) -> dict[str, object]:
    """Return a handoff as the API writes it."""
    return {
        "id": row.pk,
        "schedule": row.schedule.slug,
        "seat": row.seat,
        "state": row.state,
        "from": row.from_user.username,
        "to": row.to_user.username if row.to_user else None,
        "start": row.starts_at,
        "end": row.ends_at,
        "notes": row.notes,
        "incidents": row.incidents,
        "opened_at": row.opened_at,
        "accept_by": row.due_at,
        "accepted_at": row.accepted_at,
        "accepted_by": row.accepted_by.username if row.accepted_by else None,
        "chased": row.chased_at is not None,
    }


def _asked(request: Request) -> QuerySet[Handoff]:
    rows, slug = _ROWS.all(), request.query_params.get("schedule")
    if slug is not None:
        rows = rows.filter(schedule=schedule_of(slug))
    state = request.query_params.get("state")
    if state is not None and state not in _STATES:
        raise bad_parameter("state", f"state is one of {', '.join(_STATES)}.")
    return rows.filter(**_STATES[state]) if state is not None else rows


def _schedule(body: Body) -> Schedule | None:
    slug = body.text("schedule", required=True, longest=50)
    found = None if "\0" in slug else Schedule.objects.filter(slug=slug).first()
    if slug and found is None:
        body.refuse("schedule", f"There is no schedule {slug}.")
    return found


def _found(pk: str) -> Handoff:
    row = _ROWS.filter(pk=number(pk)).first()
    if row is None:
        raise NotFound("There is no such handoff.")
    return row
