"""A query that is compiled once per process and then run with other values each time.

Django compiles a query anew for every run, which costs several times what the database needs for it. This is for
the few queries that every request makes. Rows come as the driver gives them: select numbers, and text by
`core.expressions`; SQLite has 0 and 1 for false and true.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

_RUNS = 5  # of a statement on one connection before the server keeps its plan
_MANY = {
    "postgresql": "SELECT UNNEST(%s::bigint[])",
    "sqlite": "SELECT value FROM JSON_EACH(%s)",
}


@dataclass(frozen=True, slots=True)
class _Place:
    name: str


def one(name: str) -> RawSQL:
    """Return the place of a value that is told at each run."""
    return RawSQL("%s", (_Place(name),))


def many(name: str) -> RawSQL:
    """Return the place of a list of ids that is told at each run, for `column__in`."""
    return RawSQL(_MANY[connection.vendor], (_Place(name),))  # noqa: S611


class Prepared:
    """`build` returns a `values_list` with places in it; it is called once, when a database is there."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build

    def rows(self, **given: object) -> list[tuple[Any, ...]]:
        """Return the rows for these values, one for each place, in one statement."""
        sql, params = self._compiled
        values: dict[str, Any] = {name: _as_parameter(value) for name, value in given.items()}
        with _cursor() as cursor:
            cursor.execute(
                sql, [values[one.name] if isinstance(one, _Place) else one for one in params]
            )
            return list(cursor.fetchall())

    @cached_property
    def _compiled(self) -> tuple[str, tuple[Any, ...]]:
        sql, params = self._build().query.sql_with_params()
        return sql, tuple(params)


def _cursor() -> Any:
    """Return a cursor; on PostgreSQL one whose statements the server plans once per connection, then keeps.

    Django's own sends every value inside the text, so that each run is planned anew, which for a list takes as long
    as the run. All its wrappers (errors, logging, tests) stay around this one.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    link, driver = connection.connection, cast("Any", connection).Database
    link.prepare_threshold = _RUNS
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with connection.wrap_database_errors:
        return wrapped(driver.Cursor(link))


def _as_parameter(value: object) -> object:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value) if connection.vendor == "postgresql" else json.dumps(list(value))
    return value
