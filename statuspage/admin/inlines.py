"""What stands in rows on the screen of a page."""

from typing import Any

from django.db.models import ForeignKey, Q
from django.forms import ModelChoiceField
from django.http import HttpRequest

from core.admin.inlines import GuardedTable
from core.admin.rights import manages
from statuspage.models import Component, ComponentGroup, Page, SharedComponent


class Shared(GuardedTable[SharedComponent, Page]):
    """Components of other pages that this page lists too."""

    model = SharedComponent
    verbose_name = "component of another page"
    verbose_name_plural = "components of other pages that it lists too"
    fields = ("component", "name", "group", "position")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer what everybody may read on other pages, and what this person may edit there; and groups of this one."""
        page = getattr(request, "resolver_match", None)
        number = page.kwargs.get("object_id", "") if page else ""
        here = int(number) if number.isdecimal() else 0
        if db_field.name == "component":
            is_theirs = Q(page__audience=Page.Audience.PUBLIC) | Q(page__team__in=manages(request))
            is_shared = Q(pk__in=SharedComponent.objects.filter(page=here).values("component"))
            offered = Component.objects.filter(is_theirs | is_shared).exclude(page=here)
            kwargs["queryset"] = offered.select_related("page")
        if db_field.name == "group":
            kwargs["queryset"] = ComponentGroup.objects.filter(page=here)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
