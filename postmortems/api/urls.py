"""Addresses of the REST API of learning."""

from django.urls import URLPattern, path

from postmortems.api import v1

urlpatterns: list[URLPattern] = [
    path("postmortems/", v1.Postmortems.as_view(), name="api-postmortems"),
    path("postmortems/<pk>/", v1.OnePostmortem.as_view(), name="api-postmortem"),
    path("postmortems/<pk>/<verb>/", v1.PostmortemVerb.as_view(), name="api-postmortem-verb"),
    path("action-items/", v1.ActionItems.as_view(), name="api-action-items"),
    path("action-items/<pk>/", v1.OneActionItem.as_view(), name="api-action-item"),
    path("action-items/<pk>/<verb>/", v1.ActionItemVerb.as_view(), name="api-action-item-verb"),
]
