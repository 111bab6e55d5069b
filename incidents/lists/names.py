"""What a list needs before its incidents: the reader's own views, and the services and people that filters name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Concat

from core.models import User
from incidents.lists.wanted import ME, NOBODY, Wanted
from incidents.models import SavedView, Service

WORDS = 6
MATCHES = 100

_Row = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """`service` and `holder` are (id, name) of what the filters name, (0, text) for nobody we know.

    `hits`: for each word of the search, the ids of services and of people whose names hold it.
    `kept`: the reader's views as (id, name, query).
    """

    service: tuple[int, str] = (0, "")
    holder: tuple[int, str] = (0, "")
    words: tuple[str, ...] = ()
    hits: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)
    kept: tuple[_Row, ...] = ()


def look_up(wanted: Wanted, user_id: int | None) -> Names:
    """Return what the names in these filters stand for, and the user's views; one statement."""
    words = tuple(dict.fromkeys(wanted.q.split()))[:WORDS]
    holder = wanted.holder if wanted.holder not in (ME, NOBODY) else ""
    parts = [_views(user_id), _services(wanted.service, words), _people(holder, words)]
    views, services, people = _fetch(parts)
    return Names(
        service=_named(wanted.service, services),
        holder=_named(holder, people),
        words=words,
        hits={word: (_having(word, services), _having(word, people)) for word in words},
        kept=tuple(views),
    )


def _views(user_id: int | None) -> QuerySet[Any]:
    rows = SavedView.objects.filter(user=user_id or 0).order_by("pk")
    return rows.values_list("pk", "name", "query")


def _services(slug: str, words: Sequence[str]) -> QuerySet[Any]:
    wanted = Q(slug=slug) | Q(name__iexact=slug) if slug else Q()
    for word in words:
        wanted |= Q(slug__icontains=word) | Q(name__icontains=word)
    rows = Service.objects.filter(wanted) if wanted else Service.objects.none()
    return rows.order_by("pk").values_list("pk", "slug", "name")


def _people(username: str, words: Sequence[str]) -> QuerySet[Any]:
    wanted = Q(username=username) | _called(username) if username else Q()
    for word in words:
        wanted |= Q(username__icontains=word)
        wanted |= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    rows = User.objects.filter(wanted) if wanted else User.objects.none()
    called = Concat(F("first_name"), Value(" "), F("last_name"), output_field=CharField())
    return rows.order_by("pk").values_list("pk", "username", called)


def _fetch(parts: Sequence[QuerySet[Any]]) -> list[list[_Row]]:
    """Read several tables in one statement; a part that asks for nothing is left out."""
    statements: list[str] = []
    values: list[Any] = []
    for number, rows in enumerate(parts):
        if rows.query.is_empty():
            continue
        sql, given = rows[:MATCHES].query.sql_with_params()
        statements.append(f"SELECT {number}, part.* FROM ({sql}) part")  # noqa: S608  made by the ORM
        values += given
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), values)
        found = cursor.fetchall()
    return [
        sorted((pk, key, name.strip()) for part, pk, key, name in found if part == number)
        for number in range(len(parts))
    ]


def _called(name: str) -> Q:
    wanted = Q(pk__gt=0)
    for part in name.split()[:WORDS]:
        wanted &= Q(first_name__icontains=part) | Q(last_name__icontains=part)
    return wanted


def _named(key: str, rows: Sequence[_Row]) -> tuple[int, str]:
    """Return the row of that key, else the one of that name."""
    wanted = key.casefold() or None
    for pk, known, name in sorted(rows, key=lambda row: row[1] != key):
        if known == key or name.casefold() == wanted:
            return pk, name or known
    return 0, key


def _having(word: str, rows: Sequence[_Row]) -> list[int]:
    wanted = word.casefold()
    return [pk for pk, key, name in rows if wanted in key.casefold() or wanted in name.casefold()]
