"""What the screens of public things share: a saved change is rendered in the transaction that saves it."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model
from django.http import HttpRequest

from core import clock
from core.admin.base import GuardedAdmin
from core.admin.panel import opts_of
from statuspage.actions import render
from statuspage.models import Page

M = TypeVar("M", bound=Model)
NO_PAGE = "First comes a page: its name, its team and its time zone. Its components follow."


class PublicScreen(GuardedAdmin[M]):
    """A screen of something that visitors see; managers of the page's team edit it."""

    view_verb = "statuspage.view"
    edit_verb = "statuspage.edit_page"
    hint = ""
    page_field = "page"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say in a list that is empty what the next step is."""
        words = self.hint if Page.objects.exists() else NO_PAGE
        return super().changelist_view(request, {"empty_words": words, **(extra_context or {})})

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> M | None:
        """Lock the page before what stands on it, as publishing does; then read the row."""
        if connection.in_atomic_block and request.method == "POST" and object_id.isdecimal():
            rows = opts_of(self.model).base_manager.filter(pk=int(object_id)).order_by()
            Page.objects.filter(pk__in=rows.values(self.page_field)).locked().first()
        return super().get_object(request, object_id, from_field)

    def page_shown(self, obj: Any) -> Page:
        """Return the page that shows `obj`."""
        page: Page = obj.page
        return page

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save with the instants that visitors are told."""
        at = clock.now()
        if not change:
            obj.created_at = at
        obj.updated_at = at
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save what belongs to it, then show the page as it is now."""
        super().save_related(request, form, formsets, change)
        show(self.page_shown(form.instance), clock.now())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete it, and show the page without it."""
        page = self.page_shown(obj)
        super().delete_model(request, obj)
        show(page, clock.now())


def show(page: Page, at: datetime) -> None:
    """Render a page that has changed, in the present transaction."""
    known = Page.objects.filter(pk=page.pk).locked().first()
    if known is None:
        return
    known.updated_at = at
    known.save(update_fields=["updated_at"])
    render(known, at)
