"""Inlines whose rights are those of the row above them."""

from typing import Any, TypeVar

from django.contrib.admin import StackedInline, TabularInline
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import F, Model, QuerySet
from django.forms import BaseInlineFormSet
from django.forms.models import (  # the admin's own way to an inline's parent
    _get_foreign_key,
)
from django.http import HttpRequest

from core.admin.base import GuardedAdmin
from core.admin.fields import HouseFields, Picker
from core.admin.rights import allows

MOST_NEW = (
    100  # rows in one save: each costs time to check and to draw, whether or not it says anything
)
ASIDE = 10_000  # further than any row has its place, and still a small integer

C = TypeVar("C", bound=Model)
P = TypeVar("P", bound=Model)


class _Guarded(HouseFields[C], InlineModelAdmin[C, P]):
    """Ask the screen that it stands on, for the object that it stands on."""

    extra = 1  # one empty row: pages work without script

    def get_queryset(self, request: HttpRequest) -> QuerySet[C]:
        """Read what the rows name with them."""
        many = [field.name for field in self.opts.many_to_many]
        return super().get_queryset(request).prefetch_related(*many)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the form of the rows; a save takes MOST_NEW more than there are."""
        there = self._there(request, obj)
        if request.method == "POST":
            most = there.count() + MOST_NEW
            kwargs |= {"max_num": most, "absolute_max": most}
        made = super().get_formset(request, obj, **kwargs)
        for name, field in made.form.base_fields.items():
            if isinstance(field, Picker):
                field.read_with(there.order_by().values(name))
        return made

    def _there(self, request: HttpRequest, obj: Any) -> QuerySet[C]:
        parent = _get_foreign_key(self.parent_model, self.model, fk_name=self.fk_name)
        rows = self.get_queryset(request)
        return rows.filter(**{parent.name: obj}) if obj is not None else rows.none()

    def _screen(self) -> GuardedAdmin[Any]:
        screen = self.admin_site.get_model_admin(self.parent_model)
        if not isinstance(screen, GuardedAdmin):
            raise TypeError(f"{screen} is not a guarded screen")
        return screen

    def _may_edit(self, request: HttpRequest, obj: Any) -> bool:
        screen = self._screen()
        return (
            screen.has_add_permission(request)
            if obj is None
            else screen.has_change_permission(request, obj)
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who sees the parent sees its rows."""
        return allows(request, self._screen().view_verb, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who edits the parent adds rows."""
        return self._may_edit(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who edits the parent edits rows."""
        return self._may_edit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who edits the parent removes rows."""
        return self._may_edit(request, obj)


class GuardedTable(_Guarded[C, P], TabularInline[C, P]):
    """Rows as a table."""


class GuardedStack(_Guarded[C, P], StackedInline[C, P]):
    """Rows as blocks, for more fields than a phone is wide."""


def save_in_places(
    formset: BaseInlineFormSet[Any, Any, Any], rows: QuerySet[Any], field: str
) -> None:
    """Save inline rows whose `field` is unique among `rows`; all step aside first, so that two may change places."""
    rows.update(**{field: F(field) + ASIDE})
    formset.save()
    for form in formset.initial_forms:
        if form not in formset.deleted_forms:
            form.instance.save(update_fields=[field])
