"""REST API of overrides: listed, added, cancelled; never rewritten."""

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.operations import ID, PAGING, SLUG, Operation
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.views import Door, address, fields, number
from core.errors import NotFound
from core.permissions import require
from oncall.actions.overrides import EDIT, add_override, cancel_override
from oncall.api import shapes
from oncall.api.reading import read_override, schedule_of
from oncall.models import Override

VIEW = "oncall.view"
_ROWS = Override.objects.select_related("user", "subject", "layer")


class Overrides(Door):
    """`/api/v1/schedules/<slug>/overrides/`."""

    tag = "On call"
    places = {"slug": SLUG}
    parameters = PAGING
    operations = {
        "get": Operation("List overrides of a schedule", page_of(shapes.OVERRIDE)),
        "post": Operation(
            "Add an override",
            shapes.OVERRIDE,
            status=201,
            takes=shapes.NEW_OVERRIDE,
            refuses=(409,),
            detail="cover: `user` takes the seat, whoever holds it. substitute: `user` serves wherever `subject` would. "
            "add: `user` serves as well. remove: `subject` does not serve, and nobody below fills in.",
            codes={"circular": "409: people would stand in for each other in a circle."},
        ),
    }

    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Return a page of overrides, cancelled ones too, the newest first."""
        require(caller(request), VIEW)
        pages = CursorPages()
        rows = pages.paginate_queryset(_ROWS.filter(schedule=schedule_of(slug)), request)
        return pages.get_paginated_response([facts(row) for row in rows])

    def post(self, request: Request, slug: str) -> Response:
        """Add an override; answers 201 with it."""
        schedule, by = schedule_of(slug), caller(request)
        require(by, EDIT, schedule)
        wish = read_override(schedule, fields(request))
        made = add_override(schedule, wish, by=by, at=clock.now())
        headers = {"Location": address("api-override", slug, made.pk)}
        return Response(facts(made), status=201, headers=headers)


class OneOverride(Door):
    """`/api/v1/schedules/<slug>/overrides/<id>/`."""

    tag = "On call"
    places = {"slug": SLUG, "pk": ID}
    operations = {
        "get": Operation("Show an override", shapes.OVERRIDE),
        "delete": Operation(
            "Cancel an override",
            None,
            status=204,
            refuses=(409,),
            detail="What it did so far was served and stays; the rest is as if it had never been.",
        ),
    }

    def get(self, request: Request, slug: str, pk: str) -> Response:
        """Return one override."""
        require(caller(request), VIEW)
        return Response(facts(_found(slug, pk)))

    def delete(self, request: Request, slug: str, pk: str) -> Response:
        """Cancel it; twice changes nothing."""
        cancel_override(_found(slug, pk).pk, by=caller(request), at=clock.now())
        return Response(status=204)


def facts(row: Override) -> dict[str, object]:
    """Return an override as the API writes it."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "user": row.user.username if row.user else None,
        "subject": row.subject.username if row.subject else None,
        "layer": row.layer.name if row.layer else None,
        "start": row.starts_at,
        "end": row.ends_at,
        "reason": row.reason,
        "source": row.source,
        "created_at": row.created_at,
        "cancelled_at": row.cancelled_at,
    }


def _found(slug: str, pk: str) -> Override:
    row = _ROWS.filter(schedule=schedule_of(slug), pk=number(pk)).first()
    if row is None:
        raise NotFound("There is no such override.")
    return row
