"""REST API of the kernel: incidents and their verbs, events, services. A write calls one action."""

from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.paging import PARAMETERS, CursorPages
from core.api.views import Door, fields, number
from core.errors import NotFound
from core.permissions import require
from incidents.actions import declare
from incidents.actions.perform import perform
from incidents.api import filters, rows
from incidents.api.orders import read_declaration, read_order, verb_of
from incidents.models import RawEvent, Service


class Incidents(Door):
    """`/api/v1/incidents/`: the list, and where a person declares."""

    parameters = PARAMETERS | filters.NAMES

    def get(self, request: Request) -> Response:
        """Return a page of incidents, the newest first; filters: state, service, severity, declared."""
        require(caller(request), "incidents.view")
        pages = CursorPages()
        found = rows.readable(filters.chosen(request.query_params))
        page = pages.paginate_queryset(found, request)
        return pages.get_paginated_response(rows.summaries(page))

    def post(self, request: Request) -> Response:
        """Declare a new incident; answers 201 with it and its Location."""
        asked = read_declaration(fields(request))
        incident = declare(
            title=asked.title,
            service=asked.service,
            rank=asked.rank,
            description=asked.description,
            page_nobody=asked.page_nobody,
            by=caller(request),
            at=clock.now(),
        )
        address = reverse("api-incident", args=[incident.pk])
        headers = {"Location": f"{settings.STAFF_URL}{address}"}
        return Response(rows.whole(incident.pk), status=201, headers=headers)


class OneIncident(Door):
    """`/api/v1/incidents/<number>/`."""

    def get(self, request: Request, pk: str) -> Response:
        """Return one incident with alerts, pages and timeline."""
        require(caller(request), "incidents.view")
        return Response(rows.whole(number(pk)))


class IncidentVerb(Door):
    """`/api/v1/incidents/<number>/<verb>/`: every change of an incident."""

    def post(self, request: Request, pk: str, verb: str) -> Response:
        """Do it and return the incident; the same verb again by the same person changes nothing."""
        incident_id = number(pk)
        order = read_order(verb_of(verb), fields(request))
        perform(incident_id, order, by=caller(request), at=clock.now())
        return Response(rows.whole(incident_id))


class OneEvent(Door):
    """`/api/v1/events/<id>/`: what became of something that was sent."""

    def get(self, request: Request, pk: str) -> Response:
        """Return an event with its verdict; never its body."""
        require(caller(request), "incidents.view")
        found = (
            RawEvent.objects.select_related("source").defer("body").filter(pk=number(pk)).first()
        )
        if found is None:
            raise NotFound(f"There is no event {pk}.")
        return Response(
            {
                "id": found.pk,
                "source": found.source.name,
                "kind": found.kind,
                "received_at": found.received_at,
                "processed_at": found.processed_at,
                "verdict": found.verdict,
                "items": found.items,
                "error": found.error,
            }
        )


class Services(Door):
    """`/api/v1/services/`: what can break."""

    parameters = PARAMETERS

    def get(self, request: Request) -> Response:
        """Return a page of services, the newest first."""
        require(caller(request), "incidents.view")
        pages = CursorPages()
        found = Service.objects.select_related("team").prefetch_related("depends_on")
        return pages.get_paginated_response(
            [_service(row) for row in pages.paginate_queryset(found, request)]
        )


def _service(row: Service) -> dict[str, object]:
    return {
        "slug": row.slug,
        "name": row.name,
        "team": row.team.slug,
        "tier": row.tier,
        "depends_on": sorted(needed.slug for needed in row.depends_on.all()),
        "playbook": row.playbook_slug,
    }
