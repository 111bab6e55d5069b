"""Filters of large tables: their values are known to the code, so that no table is read to list them."""

from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest


class KnownValues(SimpleListFilter):
    """Keeps the rows whose column `parameter_name` holds the chosen one of `known`, given as (value, label)."""

    known: ClassVar[tuple[tuple[str, str], ...]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the values."""
        return list(self.known)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen value; an unknown one keeps all."""
        chosen = self.value()
        is_known = chosen in dict(self.known)
        return queryset.filter(**{str(self.parameter_name): chosen}) if is_known else queryset
