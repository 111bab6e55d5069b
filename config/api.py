"""The REST API's address book: which app answers which path under /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from core.api.people import Users
from core.api.views import NoSuchPath

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("incidents.api.urls")),
    path("", include("oncall.api.urls")),
    path("users/", Users.as_view(), name="api-users"),
    re_path(r"", NoSuchPath.as_view(), name="api-nothing"),  # last: it takes whatever is left
]
