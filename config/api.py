"""The REST API's address book: which app answers which path under /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from core.api.people import OneUser, Users
from core.api.published import Schema, pages
from core.api.teams import OneTeam, Teams
from core.api.views import NoSuchPath

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("incidents.api.urls")),
    path("", include("oncall.api.urls")),
    path("", include("notify.api.urls")),
    path("", include("postmortems.api.urls")),
    path("", include("statuspage.api.urls")),
    path("users/", Users.as_view(), name="api-users"),
    path("users/<username>/", OneUser.as_view(), name="api-user"),
    path("teams/", Teams.as_view(), name="api-teams"),
    path("teams/<slug>/", OneTeam.as_view(), name="api-team"),
    path("schema/", Schema.as_view(), name="api-schema"),
    path("docs/", pages, name="api-docs"),
    re_path(r"", NoSuchPath.as_view(), name="api-nothing"),  # last: it takes whatever is left
]
