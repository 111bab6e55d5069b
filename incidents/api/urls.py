"""Addresses of the REST API of incidents."""

from django.urls import URLPattern, path

from incidents.api import catalogue, checklists, signals, timeline, v1

urlpatterns: list[URLPattern] = [
    path("incidents/", v1.Incidents.as_view(), name="api-incidents"),
    path("incidents/bulk/", v1.ManyIncidents.as_view(), name="api-incidents-bulk"),
    path("incidents/<pk>/", v1.OneIncident.as_view(), name="api-incident"),
    path("incidents/<pk>/timeline/", timeline.Timeline.as_view(), name="api-incident-timeline"),
    path(
        "incidents/<pk>/timeline/<entry>/", timeline.OneEntry.as_view(), name="api-incident-entry"
    ),
    path(
        "incidents/<pk>/timeline/<entry>/<mark>/",
        timeline.EntryMark.as_view(),
        name="api-incident-entry-mark",
    ),
    path("incidents/<pk>/notes/", timeline.Notes.as_view(), name="api-incident-notes"),
    path("incidents/<pk>/decisions/", timeline.Decisions.as_view(), name="api-incident-decisions"),
    path(
        "incidents/<pk>/hypotheses/", timeline.Hypotheses.as_view(), name="api-incident-hypotheses"
    ),
    path(
        "incidents/<pk>/checklists/",
        checklists.Checklists.as_view(),
        name="api-incident-checklists",
    ),
    path("incidents/<pk>/<verb>/", v1.IncidentVerb.as_view(), name="api-incident-verb"),
    path("alerts/", signals.Alerts.as_view(), name="api-alerts"),
    path("alerts/<pk>/", signals.OneAlert.as_view(), name="api-alert"),
    path("events/", signals.Events.as_view(), name="api-events"),
    path("events/<pk>/", signals.OneEvent.as_view(), name="api-event"),
    path("services/", catalogue.Services.as_view(), name="api-services"),
    path("services/<slug>/", catalogue.OneService.as_view(), name="api-service"),
    path("sources/", catalogue.Sources.as_view(), name="api-sources"),
    path("sources/<pk>/", catalogue.OneSource.as_view(), name="api-source"),
    path("sources/<pk>/rotate-key/", catalogue.RotatedKey.as_view(), name="api-source-rotate-key"),
    path("sources/<pk>/revoke-key/", catalogue.RevokedKey.as_view(), name="api-source-revoke-key"),
    path("sources/<pk>/<switch>/", catalogue.SwitchedSource.as_view(), name="api-source-switch"),
]
