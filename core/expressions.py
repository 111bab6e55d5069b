"""Columns that come out of either database alike, without a Python object being built for each value."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Model, OuterRef, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler

_WHOLE = len("2026-11-23 09:00:00.000001")


class Instant(Func):
    """A moment as the text that `instant_of` reads: UTC, microseconds only where there are any."""

    template = "(%(expressions)s AT TIME ZONE 'UTC')::text"
    output_field = models.TextField()
    arity = 1

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the column's own text; as a column, the driver would make a datetime of it."""
        return self.as_sql(compiler, connection, template="(%(expressions)s || '')", **context)


def instant_of(text: str) -> str:
    """Return a text of Instant as the API writes instants, `core.api.formats.instant`."""
    if len(text) == _WHOLE:
        return text.replace(" ", "T") + "Z"
    return f"{text[:10]}T{text[11:19]}{(text[19:] or '.').ljust(7, '0')}Z"


class Count(Func):
    """How many rows there are."""

    function = "COUNT"
    output_field = models.BigIntegerField()
    arity = 1


class Marked(Func):
    """Two texts with `=` between them; neither may be NULL."""

    template = "(%(expressions)s)"
    arg_joiner = " || '=' || "
    output_field = models.TextField()
    arity = 2


class JsonMap(Func):
    """Two columns of many rows as the text of one JSON object: names and values; may be NULL of no rows."""

    function = "JSON_OBJECT_AGG"
    template = "%(function)s(%(expressions)s)::text"
    on_sqlite = "JSON_GROUP_OBJECT"
    output_field = models.TextField()
    arity = 2

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the same for SQLite."""
        template = "%(function)s(%(expressions)s)"
        return self.as_sql(
            compiler, connection, function=self.on_sqlite, template=template, **context
        )


class JsonList(JsonMap):
    """One column of many rows as the text of a JSON list; may be NULL of no rows."""

    function = "JSON_AGG"
    on_sqlite = "JSON_GROUP_ARRAY"
    arity = 1


class Nested(Func):
    """A text of JSON as JSON again, to stand inside a JsonRow."""

    template = "(%(expressions)s)::json"
    output_field = models.JSONField()
    arity = 1

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the same for SQLite."""
        return self.as_sql(compiler, connection, template="JSON(%(expressions)s)", **context)


class JsonRow(Func):
    """Several columns of one row as a JSON list."""

    function = "JSONB_BUILD_ARRAY"
    output_field = models.JSONField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the same for SQLite."""
        return self.as_sql(compiler, connection, function="JSON_ARRAY", **context)


def gathered(rows: "QuerySet[Model]", column: str, by: Func, *, of: str = "pk") -> Subquery:
    """Return what `by` makes of all the rows whose `column` is the outer row's `of`, as one column.

    `by` is one of the functions above. They are no aggregates to Django, which would group by `column`: there is one
    group only, and PostgreSQL plans it in half the time.
    """
    own = rows.filter(**{column: OuterRef(of)}).order_by()
    return Subquery(own.annotate(gathered=by).values("gathered"))
