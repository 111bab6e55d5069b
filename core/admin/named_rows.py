"""Filters by a row of many: a few likely ones to press, and a field to type any other."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import FieldListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from core.admin.pickers import LONGEST_PK, MOST, holding, likely
from core.models import User


class NamedRows(FieldListFilter):
    """Keeps what belongs to one row (`?source=7`), or to any whose name holds the words typed (`?source=berlin`)."""

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: type[Model], model_admin: Any, field_path: str,
    ) -> None:  # fmt: skip
        super().__init__(field, request, params, model, model_admin, field_path)
        reader = request.user if isinstance(request.user, User) else None
        self.rows: QuerySet[Any] = field.related_model._default_manager.all()  # noqa: SLF001  documented: managers
        self.offered = {row.pk: _name(row) for row in likely(self.rows, reader)[:MOST]}
        if field.related_model is User and self.title == "user":
            self.title = "person"
        self.typed = f"{str(self.title).capitalize()} by name"
        self.rest: list[tuple[str, str]] = []

    def expected_parameters(self) -> list[str | None]:
        """Return the one parameter, called like the field."""
        return [self.field_path]

    @property
    def value(self) -> str:
        """Return what is asked for, "" for nothing."""
        given: Any = self.used_parameters.get(self.field_path) or [""]
        return str(given[-1]).strip()

    def has_output(self) -> bool:
        """Show nothing where there is nothing to tell apart."""
        return len(self.offered) > 1 or bool(self.value)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return what is kept."""
        if not self.value:
            return queryset
        if (pk := _number(self.value)) is not None:
            return queryset.filter(**{self.field_path: pk})
        return queryset.filter(
            **{f"{self.field_path}__in": holding(self.rows, self.value).values("pk")}
        )

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield all, what is chosen, and the likeliest others."""
        mine = {self.field_path}
        self.rest = [
            (name, one)
            for name, values in changelist.filter_params.items()
            if name not in mine
            for one in values
        ]
        yield {
            "selected": not self.value,
            "query_string": changelist.get_query_string(remove=[*mine]),
            "display": "All",
        }
        chosen = self._chosen()
        if chosen and _number(self.value) not in self.offered:
            yield {
                "selected": True,
                "query_string": changelist.get_query_string(),
                "display": chosen,
            }
        for pk, name in self.offered.items():
            query = changelist.get_query_string({self.field_path: pk})
            yield {"selected": str(pk) == self.value, "query_string": query, "display": name}

    def _chosen(self) -> str:
        pk = _number(self.value)
        if pk is None:
            return f"“{self.value[:60]}”" if self.value else ""
        row = self.rows.filter(pk=pk).first() if pk not in self.offered else None
        return self.offered.get(pk) or (_name(row) if row else "nobody")


def _name(row: Model) -> str:
    return row.display_name if isinstance(row, User) else str(row)


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_PK
    return int(text) if is_number else None
