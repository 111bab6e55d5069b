"""How much there is: many counts in one statement, each up to a bound; beyond it what the planner believes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from incidents.models import Incident
from incidents.models.incident import IncidentQuerySet

SMALL, LARGE = 1_000, 20_000
ALL, _BELIEVED = "all", "believed"


@dataclass(frozen=True, slots=True)
class Count:
    """A number of incidents; `is_more`: there are more than that; `is_estimate`: about that many."""

    number: int
    is_more: bool = False
    is_estimate: bool = False

    def __str__(self) -> str:
        if self.is_estimate:
            return f"about {_rounded(self.number):,}"
        return f"{self.number:,}{'+' if self.is_more else ''}"


class Counting:
    """Counts of several querysets, each to `bound`, and of the whole table, to a larger one.

    They are asked as columns: alone, or beside the rows of a page, whose statement then answers both.
    """

    def __init__(self, found: Mapping[str, IncidentQuerySet], bound: int = SMALL) -> None:
        self._bounds = {**dict.fromkeys(found, bound), ALL: LARGE}
        self._found = {**found, ALL: Incident.objects.all()}
        self.columns: dict[str, RawSQL] = {}
        self._names: dict[str, str] = {}
        for name, rows in self._found.items():
            self._ask(name, rows)
        if connection.vendor == "postgresql":
            table = Incident._meta.db_table  # noqa: SLF001  documented: the Model _meta API
            sql = "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass"
            self._column(_BELIEVED, sql, [table])

    def _ask(self, name: str, rows: IncidentQuerySet) -> None:
        # newest first, so that no plan reads the whole table for what lies at its end
        bounded = rows.order_by("-pk").values("pk")[: self._bounds[name] + 1]
        try:
            sql, values = bounded.query.sql_with_params()
        except EmptyResultSet:  # the filters contradict each other: there is none
            return
        self._column(name, f"SELECT COUNT(*) FROM ({sql}) bounded", values)  # noqa: S608  made by the ORM

    def _column(self, name: str, sql: str, values: Sequence[Any]) -> None:
        column = f"number_{len(self.columns)}"
        self._names[name] = column
        self.columns[column] = RawSQL(sql, values, output_field=BigIntegerField())  # noqa: S611  made above

    def read(self, row: Mapping[str, Any] | None = None) -> dict[str, Count]:
        """Return the counts from a row that has the columns; without one by a statement of their own."""
        told = self._alone() if row is None else row
        numbers = {name: int(told[column]) for name, column in self._names.items()}
        counts = {name: self._count(name, numbers.get(name, 0)) for name in self._found}
        believed = numbers.get(_BELIEVED, 0)
        if counts[ALL].is_more and believed > LARGE:
            counts[ALL] = Count(believed, is_estimate=True)
        return counts

    def _count(self, name: str, number: int) -> Count:
        bound = self._bounds[name]
        return Count(min(number, bound), is_more=number > bound)

    def _alone(self) -> dict[str, Any]:
        values = [value for column in self.columns.values() for value in column.params]
        with connection.cursor() as cursor:
            asked = ", ".join(f"({column.sql})" for column in self.columns.values())
            cursor.execute(f"SELECT {asked}", values)
            return dict(zip(self.columns, cursor.fetchone(), strict=True))


def believed(rows: IncidentQuerySet, counted: Count) -> Count:
    """Return what the planner believes of a count that passed its bound; PostgreSQL only, one statement."""
    if not counted.is_more or connection.vendor != "postgresql":
        return counted
    sql, values = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    number = int(plan[0]["Plan"]["Plan Rows"])
    return Count(number, is_estimate=True) if number > counted.number else counted


def _rounded(number: int) -> int:
    """Return a number with two significant digits: what is estimated is not known to the last one."""
    if number <= 0:
        return 0
    step: int = 10 ** max(0, floor(log10(number)) - 1)
    return number // step * step
