"""Addresses of the REST API of statuspage."""

from django.urls import URLPattern, path

from statuspage.api import v1

urlpatterns: list[URLPattern] = [
    path("public-incidents/", v1.PublicIncidents.as_view(), name="api-public-incidents"),
    path(
        "public-incidents/<public_id>/", v1.OnePublicIncident.as_view(), name="api-public-incident"
    ),
]
