"""What an edit page shows of a stored row, as texts by label, so that two readings can be compared."""

from typing import TYPE_CHECKING, Any

from django.db.models import Field, Model
from django.forms.models import (  # the admin's own way to an inline's parent
    _get_foreign_key,
)
from django.http import HttpRequest

from core.admin.panel import opts_of

if TYPE_CHECKING:
    from core.admin.base import GuardedAdmin


def reading(screen: "GuardedAdmin[Any]", request: HttpRequest, obj: Model) -> dict[str, str]:
    """Return the stored texts of the editable fields and inline rows of `obj`."""
    found = {_label(obj, name): _text(obj, name) for name in screen.editable_names(request, obj)}
    for inline in screen.get_inline_instances(request, obj):
        found.update(_rows(screen, inline, request, obj))
    return found


def _rows(
    screen: "GuardedAdmin[Any]", inline: Any, request: HttpRequest, obj: Model
) -> dict[str, str]:
    parent = _get_foreign_key(screen.model, inline.model, fk_name=inline.fk_name)
    many = [field.name for field in inline.opts.many_to_many]
    rows = inline.get_queryset(request).filter(**{parent.name: obj}).prefetch_related(*many)
    names = [field.name for field in inline.opts.concrete_fields if field.editable] + many
    return {
        f"{inline.opts.verbose_name} {row.pk}".capitalize(): ", ".join(
            _text(row, name) for name in names
        )
        for row in rows
    }


def _label(obj: Model, name: str) -> str:
    return str(getattr(opts_of(obj).get_field(name), "verbose_name", name)).capitalize()


def _text(obj: Model, name: str) -> str:
    field = opts_of(obj).get_field(name)
    value = field.value_from_object(obj) if isinstance(field, Field) else ""
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
