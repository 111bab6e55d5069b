"""REST API of foreign calendars: followed by a layer or by somebody's absences, fetched, refreshed, followed no more."""

from typing import cast

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.actor import Actor
from core.api.auth import caller
from core.api.bodies import Body
from core.api.operations import ID, PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.views import Door, address, fields, number
from core.errors import NotFound
from core.models import User
from core.permissions import require
from notify.addresses import LONGEST_URL
from oncall.actions.foreign import FollowWish, follow, refresh, unfollow
from oncall.api import foreign_shapes as shapes
from oncall.api.reading import person
from oncall.models import ForeignCalendar, Layer, Unavailability

VIEW, OWN = "oncall.view", "oncall.swap"
_ROWS = ForeignCalendar.objects.select_related("layer__schedule", "user", "created_by").defer(
    "content"
)


class ForeignCalendars(Door):
    """`/api/v1/foreign-calendars/`."""

    tag = "On call"
    parameters = PAGING
    operations = {
        "get": Operation("List foreign calendars", page_of(shapes.FOREIGN)),
        "post": Operation(
            "Follow a calendar at an address",
            shapes.FOREIGN,
            status=201,
            takes=shapes.NEW_FOREIGN,
            refuses=(409,),
            detail="It is fetched at once, and every 15 minutes from then on; the answer says what came of it. What it says "
            "is taken whole or not at all, and a fault never empties it.",
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of calendars, their addresses by host only."""
        require(caller(request), VIEW)
        pages = CursorPages()
        rows = pages.paginate_queryset(_ROWS, request)
        return pages.get_paginated_response([_facts(row) for row in rows])

    def post(self, request: Request) -> Response:
        """Follow it, fetch it, and say how that went; answers 201."""
        require(by := caller(request), OWN)
        wish = _read(Body(fields(request)), by)
        made = follow(wish, by=by, at=clock.now())
        refresh(made.pk, by=by, at=clock.now())
        headers = {"Location": address("api-foreign-calendar", made.pk)}
        return Response(_facts(_found(f"{made.pk}")), status=201, headers=headers)


class OneForeignCalendar(Door):
    """`/api/v1/foreign-calendars/<id>/`."""

    tag = "On call"
    places = {"pk": ID}
    operations = {
        "get": Operation("Show a foreign calendar", shapes.FOREIGN),
        "delete": Operation(
            "Follow a calendar no more", None, status=204, detail="What it said last stays."
        ),
    }

    def get(self, request: Request, pk: str) -> Response:
        """Return one calendar."""
        require(caller(request), VIEW)
        return Response(_facts(_found(pk)))

    def delete(self, request: Request, pk: str) -> Response:
        """Take it away."""
        require(by := caller(request), OWN)
        unfollow(number(pk), by=by)
        return Response(status=204)


class RefreshedForeignCalendar(Door):
    """`/api/v1/foreign-calendars/<id>/refresh/`."""

    tag = "On call"
    places = {"pk": ID}
    operations = {
        "post": Operation(
            "Fetch a foreign calendar now",
            shapes.FOREIGN,
            takes=shapes.REFRESH,
            refuses=(409,),
            detail="Answers how it stands then, also where it could not be read; within seconds of the fetch before: 409.",
        )
    }

    def post(self, request: Request, pk: str) -> Response:
        """Fetch it, and return it."""
        require(by := caller(request), OWN)
        body = Body(fields(request))
        may_be_empty = body.flag("may_be_empty")
        body.done()
        refresh(number(pk), by=by, at=clock.now(), may_be_empty=may_be_empty)
        return Response(_facts(_found(pk)))


def _read(body: Body, by: Actor) -> FollowWish:
    url = body.text("url", required=True, longest=LONGEST_URL)
    layer, user = _layer(body), person(body, "user")
    mode = body.text("mode", longest=4) or Unavailability.Mode.FLAG
    if mode not in Unavailability.Mode.values:
        body.refuse("mode", f"mode is one of {', '.join(Unavailability.Mode.values)}.")
    if layer is not None and user is not None:
        body.refuse("user", "A calendar says who holds a layer, or when somebody is away.")
    body.done()
    return FollowWish(url, layer, None if layer else user or cast(User, by.user), mode)


def _layer(body: Body) -> Layer | None:
    slug, name = body.text("schedule", longest=50), body.text("layer", longest=80)
    if not slug and not name:
        return None
    rows = Layer.objects.filter(schedule__slug=slug, name=name).select_related("schedule")
    found = rows.first()
    if found is None:
        body.refuse("layer", f"There is no schedule {slug} that has a layer {name}.")
    return found


def _facts(row: ForeignCalendar) -> dict[str, object]:
    layer, user = row.layer, row.user
    return {
        "id": row.pk,
        "host": row.host,
        "schedule": layer.schedule.slug if layer else None,
        "layer": layer.name if layer else None,
        "user": user.username if user else None,
        "mode": row.mode if user else None,
        "created_by": row.created_by.username if row.created_by else None,
        "created_at": row.created_at,
        "tried_at": row.tried_at,
        "read_at": row.ok_at,
        "due_at": row.due_at,
        "error": row.error or None,
        "failures": row.failures,
        "taken": {
            "added": row.added, "kept": row.kept, "cancelled": row.cancelled, "unknown": row.unknown,
        },
    }  # fmt: skip


def _found(pk: str) -> ForeignCalendar:
    row = _ROWS.filter(pk=number(pk)).first()
    if row is None:
        raise NotFound("There is no such calendar.")
    return row
