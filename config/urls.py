"""Every public path of the house (design.md 3)."""

from django.contrib import admin
from django.urls import include, path

from config import api
from core import health

urlpatterns = [
    path("healthz", health.process),
    path("readyz", health.ready),
    path("livez/engine", health.engine),
    path("", include("incidents.ingest.urls")),
    path("", include("oncall.replies.urls")),
    path("", include("oncall.urls")),
    path("api/v1/", include(api.urlpatterns)),
    path("v1/", include("statuspage.api.drop_in.urls")),
    path("", include("core.sign_in.urls")),
    path("admin/", admin.site.urls),
    path("", include("statuspage.views.urls")),
]
handler400 = "core.refusals.unreadable"
handler403 = "core.refusals.not_allowed"
handler404 = "statuspage.views.pages.nowhere"
handler429 = "core.sign_in.limits.too_many"
handler500 = "core.api.problems.broken"
