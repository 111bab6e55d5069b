"""Status pages: where they are, whose, for whom, and what they show."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from core import clock
from core.admin.base import Deleted
from core.admin.buttons import Button
from core.admin.panel import Panel, link, opts_of
from core.admin.rights import allows
from statuspage.actions.founding import make_default, new_secret_link
from statuspage.actions.leaving import forget_copies
from statuspage.actions.places import place_of
from statuspage.admin import promised
from statuspage.admin.inlines import Shared
from statuspage.admin.page_form import PageForm
from statuspage.admin.page_panels import panels_of
from statuspage.admin.screens import PublicScreen
from statuspage.models import Mailing, Page, Reader, Subscriber, SubscriberList

_OWN: tuple[type[Model], ...] = (Subscriber, SubscriberList, Mailing, Reader)


@admin.register(Page)
class PageAdmin(PublicScreen[Page]):
    """The page itself; managers of its team edit it."""

    form = PageForm
    fieldsets = (
        (None, {"fields": ("name", "slug", "team", "time_zone", "hosts")}),
        ("Who reads it", {"fields": ("audience", "networks", "is_indexed", "takes_subscribers")}),
        ("Help", {"fields": ("support_url", "product_url")}),
        ("What is shown", {"fields": ("shows_uptime", "uptime_rule", "shows_promises")}),
        ("Publishing", {"fields": ("needs_second",)}),
    )
    list_display = ("name", "where", "team", "audience", "is_default", "time_zone")
    list_select_related = ("team",)
    search_fields = ("name", "slug")
    page_field = "pk"
    inlines = (Shared,)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> Any:
        """Make the slug from the name while the page is new."""
        return {} if obj is not None else {"slug": ("name",)}

    def headline(self, request: HttpRequest) -> str:
        """Say which page answers where."""
        return "The default page answers on every host that no other page has; a page without a host lies below /status/."

    @admin.display(description="answers at")
    def where(self, page: Page) -> str:
        """Return its address."""
        url = f"{place_of(page).site}/"
        return link(url, url.partition("://")[2].rstrip("/"))

    def page_shown(self, obj: Page) -> Page:
        """Return itself."""
        return obj

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: bool) -> None:
        """Make the first page the default one."""
        if not change:
            obj.is_default = not Page.objects.exists()
        super().save_model(request, obj, form, change)

    def buttons(self, request: HttpRequest, obj: Page) -> Sequence[Button]:
        """Return what its managers can do besides."""
        may = allows(request, "statuspage.edit_page", obj)
        return (
            Button(
                "make_default",
                "Make it the default page",
                partial(_make_default, obj.pk),
                shown=may and not obj.is_default and obj.is_public,
                confirm=f"{obj.name} then answers on every host that no other page has, in place of the present default page.",
            ),
            Button(
                "new_link",
                "Make a new secret link",
                partial(_new_link, obj.pk),
                shown=may and obj.audience == Page.Audience.LINK,
                confirm="The new link is shown once. Whoever came by a former one is out at once.",
            ),
        )

    def panels(self, request: HttpRequest, obj: Page) -> Sequence[Panel]:
        """Lead to the look and to who reads it, say where its copies are, and show how promises were kept."""
        return [*panels_of(request, obj), promised.panel(obj, clock.now())]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Deleted:
        """Let those who were told go with the page that told them: their screens delete nobody alone."""
        gone, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return gone, counts, lacking - {str(opts_of(one).verbose_name) for one in _OWN}, protected

    def delete_model(self, request: HttpRequest, obj: Page) -> None:
        """Delete it with its subscribers, and forget where messages to them went."""
        forget_copies(obj.subscribers.all())
        super().delete_model(request, obj)

    def why_kept(self, obj: Page) -> Sequence[str]:
        """Keep what was said in public, and the page that answers everywhere."""
        said = obj.incidents.count()
        told = [f"{said} public incidents are told on it."] if said else []
        if obj.is_default and Page.objects.count() > 1:
            told.append("It is the default page; make another one the default first.")
        return told


def _make_default(page_id: int, **who_and_when: Any) -> str:
    page = make_default(page_id, **who_and_when)
    return f"{page.name} is the default page."


def _new_link(page_id: int, **who_and_when: Any) -> str:
    return f"The secret link, shown this once: {new_secret_link(page_id, **who_and_when)}"
