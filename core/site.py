"""The one admin site of the house. Outside `core.admin`, whose screens register with it while they are imported."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.module_loading import import_string

from core import clock
from core.races import again

AREAS = ("wide", "main", "rail", "below")


def _key(name: str) -> str:
    """Return the key of the panel that a function makes: its own name, so that a part asks for no more than itself."""
    return name.rsplit(".", 1)[-1].replace("_", "-")


class WatchbillSite(AdminSite):
    """Django's admin under our name; everyone who may sign in sees what `may` lets them see."""

    site_header = "Watchbill"
    site_title = "Watchbill"
    index_title = "Now"
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Take screens that ask `may` by a verb, and no others: django-q2's schedule form can run any function."""
        if not hasattr(admin_class, "view_verb"):
            return
        models = (
            [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        )
        super().register(models, admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Ask who is there, as ever; what somebody else came in between of is tried once more."""
        return super().admin_view(again(view), cacheable)

    def get_urls(self) -> list[Any]:
        """Add the staff pages that are no model's screen (wiring: STAFF_PAGES)."""
        pages: list[URLPattern] = [
            path(page.path, self.admin_view(import_string(page.view)), name=page.name)
            for page in settings.STAFF_PAGES
        ]
        return [*pages, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page gets; the list of apps is nobody's way in, so it isn't computed."""
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": "/",
            "has_permission": self.has_permission(request),
            "available_apps": [],
            "is_popup": False,
            "is_nav_sidebar_enabled": False,
            "log_entries": [],
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Return Now: what burns, who has it, what waits for the reader (staff.md 7.1)."""
        opening = import_string(settings.FIRST_RUN)(request) if settings.FIRST_RUN else None
        if opening is not None:
            return opening
        at = clock.now()
        part = request.GET.get("part")
        names = [name for name in settings.PANELS["now"] if part is None or _key(name) == part]
        panels = [panel for name in names if (panel := import_string(name)(request, at))]
        if part is not None:
            return self._one(request, panels)
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "areas": {area: [p for p in panels if p.area == area] for area in AREAS},
            **(extra_context or {}),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/index.html", context)

    def _one(self, request: HttpRequest, panels: list[Any]) -> HttpResponse:
        if not panels:
            return HttpResponse("No such part.", status=404, content_type="text/plain")
        return TemplateResponse(request, "admin/core/_panel_body.html", {"panel": panels[0]})

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Lead to Now: the sidebar is the way to every screen."""
        return HttpResponseRedirect(reverse("admin:index"))
