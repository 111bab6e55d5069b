"""Addresses of the REST API of incidents."""

from django.urls import URLPattern, path

from incidents.api import v1

urlpatterns: list[URLPattern] = [
    path("incidents/", v1.Incidents.as_view(), name="api-incidents"),
    path("incidents/<pk>/", v1.OneIncident.as_view(), name="api-incident"),
    path("incidents/<pk>/<verb>/", v1.IncidentVerb.as_view(), name="api-incident-verb"),
    path("events/<pk>/", v1.OneEvent.as_view(), name="api-event"),
    path("services/", v1.Services.as_view(), name="api-services"),
]
