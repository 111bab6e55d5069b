"""Every public path of the house (design.md 3)."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import api
from core import health

urlpatterns = [
    path("healthz", health.process),
    path("readyz", health.ready),
    path("livez/engine", health.engine),
    path("", include("incidents.ingest.urls")),
    path("", include("oncall.replies.urls")),
    path("api/v1/", include(api.urlpatterns)),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(url="/admin/")),
]
