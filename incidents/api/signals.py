"""REST API of what arrived: alerts, and the events that they came in."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from core.api.auth import caller
from core.api.filters import chosen
from core.api.operations import ID, PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.versions import one
from core.api.views import Door, number
from core.errors import NotFound
from core.permissions import require
from incidents.api import filters, rows, shapes
from incidents.models import Alert, RawEvent

_ALERTS = Alert.objects.select_related("key", "source")
_EVENTS = RawEvent.objects.select_related("source").defer("body")


class Alerts(Door):
    """`/api/v1/alerts/`: episodes of conditions, the newest first."""

    tag = "Alerts"
    parameters = (*PAGING, *filters.ALERTS)
    operations = {"get": Operation("List alerts", page_of(shapes.ALERT))}

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of alerts."""
        require(caller(request), "incidents.view")
        pages = CursorPages()
        found = chosen(_ALERTS.all(), request.query_params, filters.ALERTS)
        page = pages.paginate_queryset(found, request)
        return pages.get_paginated_response([rows.whole_alert(alert) for alert in page])


class OneAlert(Door):
    """`/api/v1/alerts/<id>/`."""

    tag = "Alerts"
    places = {"pk": ID}
    operations = {"get": Operation("Show an alert", shapes.ALERT, is_versioned=True)}

    def get(self, request: Request, pk: str) -> HttpResponse:
        """Return one alert."""
        require(caller(request), "incidents.view")
        found = _ALERTS.filter(pk=number(pk)).first()
        if found is None:
            raise NotFound(f"There is no alert {pk}.")
        return one(request, rows.whole_alert(found))


class Events(Door):
    """`/api/v1/events/`: what was sent, the newest first."""

    tag = "Events"
    parameters = (*PAGING, *filters.EVENTS)
    operations = {"get": Operation("List events", page_of(shapes.EVENT))}

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of events with their verdicts; never a body."""
        require(caller(request), "incidents.view")
        pages = CursorPages()
        found = chosen(_EVENTS.all(), request.query_params, filters.EVENTS)
        page = pages.paginate_queryset(found, request)
        return pages.get_paginated_response([rows.event(event) for event in page])


class OneEvent(Door):
    """`/api/v1/events/<id>/`: what became of something that was sent."""

    tag = "Events"
    places = {"pk": ID}
    operations = {"get": Operation("Show an event", shapes.EVENT, is_versioned=True)}

    def get(self, request: Request, pk: str) -> HttpResponse:
        """Return an event with its verdict; never its body."""
        require(caller(request), "incidents.view")
        found = _EVENTS.filter(pk=number(pk)).first()
        if found is None:
            raise NotFound(f"There is no event {pk}.")
        return one(request, rows.event(found))
