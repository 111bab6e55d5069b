"""Addresses of the REST API of statuspage."""

from django.urls import URLPattern, path

from statuspage.api import maintenances, proposals, v1

urlpatterns: list[URLPattern] = [
    path("public-incidents/", v1.PublicIncidents.as_view(), name="api-public-incidents"),
    path(
        "public-incidents/<public_id>/", v1.OnePublicIncident.as_view(), name="api-public-incident"
    ),
    path("public-proposals/", proposals.Proposals.as_view(), name="api-public-proposals"),
    path("public-proposals/<pk>/", proposals.OneProposal.as_view(), name="api-public-proposal"),
    path(
        "public-proposals/<pk>/<verb>/",
        proposals.ProposalVerb.as_view(),
        name="api-public-proposal-verb",
    ),
    path(
        "status-maintenance-proposals/",
        proposals.WorkProposals.as_view(),
        name="api-status-maintenance-proposals",
    ),
    path(
        "status-maintenances/",
        maintenances.Maintenances.as_view(),
        name="api-status-maintenances",
    ),
    path(
        "status-maintenances/<public_id>/",
        maintenances.OneMaintenance.as_view(),
        name="api-status-maintenance",
    ),
    path(
        "status-maintenances/<public_id>/updates/",
        maintenances.MaintenanceUpdates.as_view(),
        name="api-status-maintenance-updates",
    ),
    path(
        "status-maintenances/<public_id>/<verb>/",
        maintenances.MaintenanceVerb.as_view(),
        name="api-status-maintenance-verb",
    ),
]
