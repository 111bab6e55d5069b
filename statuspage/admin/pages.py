"""Status pages: name, zone, whose they are, and what they show."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from statuspage.admin.screens import PublicScreen
from statuspage.models import Page


@admin.register(Page)
class PageAdmin(PublicScreen[Page]):
    """The page itself; managers of its team edit it."""

    fieldsets = (
        (None, {"fields": ("name", "slug", "team", "is_default", "time_zone")}),
        ("Help", {"fields": ("support_url", "product_url")}),
        ("What is shown", {"fields": ("shows_uptime", "shows_promises")}),
    )
    list_display = ("name", "slug", "team", "is_default", "time_zone")
    list_select_related = ("team",)
    page_field = "pk"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow one page: a second one would be published to and served nowhere."""
        return super().has_add_permission(request) and not Page.objects.exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> Any:
        """Keep the page at the root: nothing else would answer there."""
        return () if obj is not None and not obj.is_default else ("is_default",)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> Any:
        """Make the slug from the name while the page is new."""
        return {} if obj is not None else {"slug": ("name",)}

    def headline(self, request: HttpRequest) -> str:
        """Say where the page is."""
        return "The page answers at the root of every address that leads here. There is one page."

    def page_shown(self, obj: Page) -> Page:
        """Return itself."""
        return obj

    def why_kept(self, obj: Page) -> Sequence[str]:
        """Keep what was said in public."""
        said = obj.incidents.count()
        return [f"{said} public incidents are told on it."] if said else []
