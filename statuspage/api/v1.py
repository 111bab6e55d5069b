"""REST API of public incidents: the list, one, and the way to say something. A write calls one action."""

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from core import clock
from core.api.auth import caller
from core.api.filters import chosen, number, word
from core.api.operations import PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.versions import one
from core.api.views import Door, address, fields
from core.errors import NotFound
from core.permissions import require
from statuspage.actions import publish
from statuspage.actions.places import place_of
from statuspage.api import shapes
from statuspage.api.reading import completed, read
from statuspage.models import ComponentChange, PublicIncident, PublicUpdate
from statuspage.rules.ids import is_id
from statuspage.rules.states import Stage

FILTERS = (
    word("status", "state", Stage),
    number("incident", "incident", "The number of the incident that it tells of."),
)
CODES = {
    "leak_suspected": "409: something in it looks like ours alone; `findings` names each passage.",
    "second_needed": "409: the page asks a second person to agree; `alone_because` publishes all the same.",
    "not_possible": "409: in triage, without a component that stands for its service, or no such step.",
    "unknown_page": "422: no component of a page of that id stands for the service.",
    "unknown_component": "422: the page has no component of that id.",
    "version_conflict": "412: somebody published meanwhile; see `update_number`.",
}


class PublicIncidents(Door):
    """`/api/v1/public-incidents/`: what the public was told, and where a person tells it more."""

    tag = "Status page"
    parameters = (*PAGING, *FILTERS)
    operations = {
        "get": Operation("List public incidents", page_of(shapes.PUBLIC_INCIDENT)),
        "post": Operation(
            "Publish an update of an incident",
            shapes.WHOLE_PUBLIC_INCIDENT,
            status=201,
            takes=shapes.NEW_UPDATE,
            refuses=(404, 409, 412),
            is_versioned=True,
            detail=(
                "The first one of an incident opens its public incident. Visible at once. "
                "A draft that somebody keeps for it stays as it is."
            ),
            codes=CODES,
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of public incidents, the newest first."""
        require(caller(request), "statuspage.view")
        pages = CursorPages()
        rows = pages.paginate_queryset(chosen(_rows(), request.query_params, FILTERS), request)
        return pages.get_paginated_response([_incident(row) for row in rows])

    def post(self, request: Request) -> HttpResponse:
        """Publish, and return the public incident with its Location."""
        asked = read(fields(request))
        update = publish(
            asked.incident,
            completed(asked),
            by=caller(request),
            at=clock.now(),
            press=asked.press,
        )
        public_id = update.incident.public_id
        headers = {"Location": address("api-public-incident", public_id)}
        return one(request, _whole(public_id), status=201, headers=headers)


class OnePublicIncident(Door):
    """`/api/v1/public-incidents/<id>/`."""

    tag = "Status page"
    places = {"public_id": shapes.PUBLIC_ID}
    operations = {
        "get": Operation(
            "Show a public incident with its updates",
            shapes.WHOLE_PUBLIC_INCIDENT,
            is_versioned=True,
        )
    }

    def get(self, request: Request, public_id: str) -> HttpResponse:
        """Return one public incident with every update."""
        require(caller(request), "statuspage.view")
        return one(request, _whole(public_id))


def _rows() -> QuerySet[PublicIncident]:
    rows = PublicIncident.objects.select_related("page")
    return rows.annotate(update_count=Count("updates"))


def _whole(public_id: str) -> dict[str, Any]:
    changes = Prefetch("changes", ComponentChange.objects.select_related("component"))
    updates = PublicUpdate.objects.select_related("published_by").prefetch_related(changes)
    wanted = public_id if is_id(public_id) else ""
    rows = _rows().prefetch_related(Prefetch("updates", updates.order_by("number")))
    found = rows.filter(public_id=wanted).first()
    if found is None:
        raise NotFound(f"There is no public incident {public_id[:50]!r}.")
    return {**_incident(found), "updates": [_update(row) for row in found.updates.all()]}


def _incident(row: Any) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "url": place_of(row.page).url(row.path),
        "page": row.page.public_id,
        "incident": row.incident_id,
        "name": row.name,
        "status": row.state,
        "impact": row.impact,
        "advice": row.advice,
        "started_at": row.started_at,
        "resolved_at": row.resolved_at,
        "next_update_by": row.next_update_by,
        "update_count": row.update_count,
    }


def _update(row: PublicUpdate) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "number": row.number,
        "status": row.state,
        "body": row.body,
        "at": row.display_at,
        "next_update_by": row.next_update_by,
        "components": [
            {
                "component": change.component.public_id,
                "name": change.component.name,
                "old_status": change.old_state,
                "new_status": change.new_state,
            }
            for change in row.changes.all()
        ],
        "published_by": row.published_by.username if row.published_by else None,
    }
