"""Filters of lists: each by its own name, with its own check; nothing reaches a query by a name that was sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from core.api.operations import LARGEST_ID, Parameter
from core.api.parameters import bad_parameter
from core.api.shapes import text, whole

Rows = QuerySet[Any]
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Filter(Parameter):
    """A query parameter that narrows a list: `narrow(rows, value)`; raises Invalid for a bad value."""

    narrow: Callable[[Rows, str], Rows] = field(kw_only=True)


def chosen(rows: Rows, parameters: QueryDict, filters: Iterable[Filter]) -> Rows:
    """Return the rows that the filters in the query leave; raises Invalid for a bad value."""
    for one in filters:
        value = parameters.get(one.name)
        if value is not None:
            rows = one.narrow(rows, value)
    return rows


def word(name: str, column: str, words: Iterable[str], detail: str = "") -> Filter:
    """Return the filter of a column that holds one of a few words."""
    known = list(words)

    def narrow(rows: Rows, value: str) -> Rows:
        if value not in known:
            raise bad_parameter(name, f"{name} is one of {', '.join(known)}.")
        return rows.filter(**{column: value})

    return Filter(name, text(detail, one_of=known), narrow=narrow)


def flag(name: str, true: Q, detail: str = "") -> Filter:
    """Return the filter of a condition that holds or does not."""

    def narrow(rows: Rows, value: str) -> Rows:
        if value not in {"true", "false"}:
            raise bad_parameter(name, f"{name} is true or false.")
        return rows.filter(true if value == "true" else ~true)

    return Filter(name, text(detail, one_of=["true", "false"]), narrow=narrow)


def known(name: str, column: str, others: Callable[[], Rows], by: str, detail: str) -> Filter:
    """Return the filter of a foreign key, named by the column `by` of what it points to; unknown is 422 unknown_NAME."""

    def narrow(rows: Rows, value: str) -> Rows:
        found = None if "\0" in value else others().filter(**{by: value}).only("pk").first()
        if found is None:
            raise bad_parameter(name, f"There is no {name} {value[:50]!r}.", f"unknown_{name}")
        return rows.filter(**{column: found.pk})

    return Filter(name, text(detail, longest=150), narrow=narrow)


def number(name: str, column: str, detail: str) -> Filter:
    """Return the filter of a foreign key by its number; a number that nothing has leaves nothing."""

    def narrow(rows: Rows, value: str) -> Rows:
        is_number = value.isascii() and value.isdigit() and len(value) <= len(str(LARGEST_ID))
        if not is_number or not 1 <= int(value) <= LARGEST_ID:
            raise bad_parameter(name, f"{name} is a number.")
        return rows.filter(**{column: int(value)})

    return Filter(name, whole(detail, 1, LARGEST_ID), narrow=narrow)


def search(column: str, detail: str) -> Filter:
    """Return the filter `q`: texts that hold these words as they are written, upper or lower case."""

    def narrow(rows: Rows, value: str) -> Rows:
        if not 1 <= len(value) <= LONGEST_SEARCH or "\0" in value or not value.strip():
            raise bad_parameter("q", f"q has 1 to {LONGEST_SEARCH} characters.")
        return rows.filter(**{f"{column}__icontains": value.strip()})

    return Filter("q", text(detail, longest=LONGEST_SEARCH, minLength=1), narrow=narrow)
