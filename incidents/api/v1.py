"""REST API of incidents: the list, one, its verbs. A write calls one action."""

from contextlib import AbstractContextManager
from functools import partial

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.actor import Actor
from core.api.auth import caller
from core.api.filters import chosen
from core.api.operations import ID, Operation, paging
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.versions import one, unchanged
from core.api.views import Door, address, fields, number
from core.errors import DomainError
from core.permissions import require
from incidents.actions.opening import open_declared
from incidents.actions.perform import Order, change, perform
from incidents.api import asked, filters, rows, shapes
from incidents.api.orders import (
    SEGMENTS,
    read_change,
    read_declaration,
    read_order,
    read_orders,
)  # fmt: skip
from incidents.models import Incident

_VERB_CODES = {
    "illegal_transition": "409: its state has no such step; `allowed` lists those that it has.",
    "guard_unmet": "409: the playbook asks for something first; `guards` lists it.",
    "not_possible": "409: not in its present state; `allowed` lists the steps.",
    "merge_self": "422: into itself.",
    "unknown_incident": "422: there is no incident of that number to merge into.",
    "merge_cycle": "409: the other was merged into this one.",
    "merge_ended": "409: the other is over.",
    "unknown_user": "422: nobody active has that name.",
}


class Incidents(Door):
    """`/api/v1/incidents/`: the list, and where a person declares."""

    tag = "Incidents"
    parameters = (*paging("number"), *filters.INCIDENTS)
    operations = {
        "get": Operation("List incidents", page_of(shapes.INCIDENT)),
        "post": Operation(
            "Declare an incident",
            shapes.WHOLE_INCIDENT,
            status=201,
            takes=asked.NEW_INCIDENT,
            is_versioned=True,
            detail="Whoever declares is not paged; the others are, as the service's policy says.",
            codes={"unknown_service": "422: there is no service of that slug."},
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of incidents, the newest first."""
        require(caller(request), "incidents.view")
        pages = CursorPages("number")
        found = chosen(Incident.objects.all(), request.query_params, filters.INCIDENTS)
        page = pages.paginate_queryset(found.values_list("pk", flat=True), request)
        return pages.get_paginated_response(rows.summaries(page))

    def post(self, request: Request) -> HttpResponse:
        """Declare a new incident; answers 201 with it and its Location."""
        wanted = read_declaration(fields(request))
        opened = open_declared(wanted, by=caller(request), at=clock.now())
        [incident] = opened.incidents
        told = rows.whole(incident.pk) if wanted.page_nobody else rows.just_opened(opened)
        headers = {"Location": address("api-incident", incident.pk)}
        return one(request, told, status=201, headers=headers)


class OneIncident(Door):
    """`/api/v1/incidents/<number>/`."""

    tag = "Incidents"
    places = {"pk": ID}
    operations = {
        "get": Operation("Show an incident", shapes.WHOLE_INCIDENT, is_versioned=True),
        "patch": Operation(
            "Change an incident's wording or severity",
            shapes.WHOLE_INCIDENT,
            takes=asked.CHANGED_INCIDENT,
            refuses=(409,),
            is_versioned=True,
            detail="Its state moves by verbs only. A changed severity needs a reason and is on the timeline.",
            codes={"read_only_field": "422: shown, but not written directly."},
        ),
    }

    def get(self, request: Request, pk: str) -> HttpResponse:
        """Return one incident with alerts, pages and timeline."""
        require(caller(request), "incidents.view")
        return one(request, rows.whole(number(pk)))

    def patch(self, request: Request, pk: str) -> HttpResponse:
        """Change title, description or severity, and return the incident."""
        incident_id, wanted = number(pk), read_change(fields(request))
        with _unchanged(request, incident_id):
            change(incident_id, wanted, by=caller(request), at=clock.now())
        return one(request, rows.whole(incident_id))


class IncidentVerb(Door):
    """`/api/v1/incidents/<number>/<verb>/`: every step of an incident, and what people say of it."""

    tag = "Incidents"
    places = {"pk": ID}
    choices = (
        "verb",
        {
            segment: Operation(
                segment.replace("-", " ").capitalize(),
                shapes.WHOLE_INCIDENT,
                takes=asked.order(verb),
                refuses=(409,),
                is_versioned=True,
                detail=asked.said(verb),
                codes=_VERB_CODES,
            )
            for segment, verb in SEGMENTS.items()
        },
    )

    def post(self, request: Request, pk: str, verb: str) -> HttpResponse:
        """Do it and return the incident; the same verb again by the same person changes nothing."""
        incident_id = number(pk)
        order = read_order(SEGMENTS[verb], fields(request))
        with _unchanged(request, incident_id):
            perform(incident_id, order, by=caller(request), at=clock.now())
        return one(request, rows.whole(incident_id))


class ManyIncidents(Door):
    """`/api/v1/incidents/bulk/`: one verb for up to 200 incidents."""

    tag = "Incidents"
    operations = {
        "post": Operation(
            "Do the same to many incidents",
            asked.OUTCOMES,
            takes=asked.MANY_ORDERS,
            detail="Each is done or refused by itself; the answer tells of each, in the order sent.",
            codes={
                "too_many_items": "413: more than 200 at once.",
                "unknown_verb": "422: there is no such verb.",
            },
        )
    }

    def post(self, request: Request) -> Response:
        """Do it to each, and return what became of each."""
        order, numbers = read_orders(fields(request))
        by = caller(request)
        require(by, "incidents.view")
        return Response({"results": [_outcome(pk, order, by) for pk in numbers]})


def _unchanged(request: Request, incident_id: int) -> AbstractContextManager[None]:
    return unchanged(
        request, Incident.objects.filter(pk=incident_id), partial(rows.whole, incident_id)
    )


def _outcome(incident_id: int, order: Order, by: Actor) -> dict[str, object]:
    try:
        perform(incident_id, order, by=by, at=clock.now())
    except DomainError as refusal:
        return {
            "incident": incident_id,
            "status": refusal.status,
            "code": refusal.code,
            "detail": str(refusal),
        }
    return {"incident": incident_id, "status": 200, "code": None, "detail": None}
