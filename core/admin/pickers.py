"""Rows of many are typed by name, with suggestions, and never chosen from a list of all (staff.md 13)."""

import operator
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from typing import Any, TypeVar

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Concat, Lower, Trim

from core.admin.panel import opts_of
from core.models import Membership, User

M = TypeVar("M", bound=Model)

MOST, NAMED = 20, 3  # suggestions under a field; rows that a refusal names
LONGEST = 500  # characters of one name: two names and a username
_NEAR = 200  # rows compared with a name that nothing has
_CLOSE = 0.4  # how alike, of 1, they must be
LONGEST_PK = 18  # digits
_AT_ONCE = 500  # names looked up by one statement
# What people are named by, the key first, and how much of it a search looks through.
_PEOPLE = ("username", "email", "whole_name", "first_name", "last_name")
_SEARCHED = 3


@dataclass(frozen=True, slots=True)
class Called:
    """What one row answers to. `key` and `alone` are its alone; a name, and `parts` of it, others may share."""

    key: str
    name: str
    alone: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the one writing that can't mean another row: Ines Okafor (ines); Payments, where both are one word."""
        name = " ".join(self.name.replace(",", " ").split())
        if name.casefold() == self.key.casefold():
            return name
        return f"{name} ({self.key})" if name else self.key

    @property
    def ways(self) -> tuple[frozenset[str], ...]:
        """Return what names it, folded, the strictest reading first."""
        said = ((self.text,), (self.key,), self.alone, (self.name,), self.parts)
        return tuple(frozenset(folded(one) for one in way if one) for way in said)


def called(row: Model) -> Called:
    """Return what a row answers to: a person to names and address, anything else to name and slug."""
    if isinstance(row, User):
        alone, parts = (row.email, str(row.pk)), (row.first_name, row.last_name)
        return Called(row.username, row.get_full_name(), alone, parts)
    return Called(str(getattr(row, "slug", "")), str(getattr(row, "name", "")), (str(row.pk),))


def is_keyed(model: Any) -> bool:
    """Return whether a row of a model can be typed: people, and whatever has a name and a slug."""
    return model is User or (hasattr(model, "name") and hasattr(model, "slug"))


def is_named(model: Any) -> bool:
    """Return whether rows of a model can be searched by their names."""
    return model is User or hasattr(model, "name")


def typed(text: str) -> str:
    """Return a text as it is looked up: blanks joined, no NUL, LONGEST at most."""
    return " ".join(text.replace("\0", " ").split())[:LONGEST]


def folded(text: str) -> str:
    """Return a text as names are compared: as it is looked up, in small letters."""
    return typed(text).casefold()


def meant(rows: QuerySet[M], texts: Iterable[str]) -> dict[str, list[M]]:
    """Return for each text, folded, the rows that it names in its strictest reading. One statement for _AT_ONCE."""
    wanted = list(dict.fromkeys(text for text in map(typed, texts) if text))
    found: dict[str, list[M]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        known = list(_named(rows, part)[: MOST * len(part)])
        found |= _strictest(known, part)
    return found


def _strictest(known: Iterable[M], texts: Iterable[str]) -> dict[str, list[M]]:
    index: dict[tuple[int, str], list[M]] = defaultdict(list)
    for row in known:
        for place, way in enumerate(called(row).ways):
            for one in way:
                index[place, one].append(row)
    return {
        text: next((rows for place in range(5) if (rows := index.get((place, text)))), [])
        or index.get((1, key_in(text)), [])
        for text in map(folded, texts)
    }


def key_in(text: str) -> str:
    """Return the key at the end of a row's text, in brackets; else the text."""
    return text.removesuffix(")").rpartition(" (")[2] if text.endswith(")") else text


def _named(rows: QuerySet[M], texts: Sequence[str]) -> QuerySet[M]:
    """Return the rows that may be meant, those by key first; letters as typed, and small ones."""
    columns, both = _columns(rows.model), (*texts, *map(key_in, texts))
    known: Any = _with_names(rows).annotate(**{f"low_{name}": Lower(name) for name in columns})
    by_key = _is_among(columns[:1], both) | Q(pk__in=_numbers(texts))
    order = Case(When(by_key, then=0), default=1)
    found: QuerySet[M] = known.filter(by_key | _is_among(columns[1:], texts))
    return found.order_by(order, columns[0])


def _is_among(columns: Iterable[str], texts: Sequence[str]) -> Q:
    small = [text.casefold() for text in texts]
    return _any(Q(**{f"{name}__in": texts}) | Q(**{f"low_{name}__in": small}) for name in columns)


def _numbers(texts: Iterable[str]) -> list[int]:
    return [
        int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= LONGEST_PK
    ]  # fmt: skip


def nearest(rows: QuerySet[M], text: str, most: int = NAMED) -> list[M]:
    """Return the rows whose names are most like a text that names none. Three statements at most, bounded."""
    wrong = folded(text)[:60]
    words = wrong.split()[:4]
    if not words:
        return []
    for wanted in (
        _holds(rows.model, max(words, key=len)),
        reduce(operator.and_, (_holds(rows.model, word[:3]) for word in words)),
        _any(_holds(rows.model, word[:2]) for word in words),
    ):
        found = list(_with_names(rows).filter(wanted).order_by(_columns(rows.model)[0])[:_NEAR])
        like = [(likeness, row) for row in found if (likeness := _likeness(row, wrong)) >= _CLOSE]
        if like:
            return [row for _, row in sorted(like, key=lambda one: -one[0])[:most]]
    return []


def matching(rows: QuerySet[M], text: str, most: int = MOST) -> list[M]:
    """Return the rows of `rows`, in its order, that hold every word of a text; else those nearest to it."""
    return list(holding(rows, text)[:most]) or nearest(rows, text, most)


def holding(rows: QuerySet[M], text: str) -> QuerySet[M]:
    """Return the rows whose names hold every word of a text, of the first four."""
    words = folded(text).split()[:4]
    wanted = reduce(operator.and_, (_holds(rows.model, word) for word in words), Q())
    return _with_names(rows).filter(wanted)


def likely(rows: QuerySet[M], reader: User | None) -> QuerySet[M]:
    """Return the rows with those of the reader's teams first; people who were here lately before others."""
    mine = Membership.objects.filter(user=reader).values("team")
    found: Any = rows.all()
    if rows.model is User:
        beside = Exists(Membership.objects.filter(user=OuterRef("pk"), team__in=mine))
        order = ("-is_mine", F("last_login").desc(nulls_last=True), "username")
        found = found.filter(is_active=True).annotate(is_mine=beside).order_by(*order)
    elif hasattr(rows.model, "team"):
        is_mine = ExpressionWrapper(Q(team__in=mine), output_field=BooleanField())
        found = found.annotate(is_mine=is_mine).order_by("-is_mine", "name", "pk")
    else:
        found = found.order_by("name", "pk")
    ordered: QuerySet[M] = found
    return ordered


def _columns(model: Any) -> tuple[str, ...]:
    if model is User:
        return _PEOPLE
    return ("slug", "name") if hasattr(model, "slug") else ("name",)


def _with_names(rows: QuerySet[M]) -> QuerySet[M]:
    if rows.model is not User:
        return rows
    whole = Trim(Concat("first_name", Value(" "), "last_name"))
    named: Any = rows.annotate(whole_name=whole)
    found: QuerySet[M] = named
    return found


def _holds(model: type[Model], word: str) -> Q:
    return _any(Q(**{f"{name}__icontains": word}) for name in _columns(model)[:_SEARCHED])


def _any(wanted: Iterable[Q]) -> Q:
    return reduce(operator.or_, wanted)


def _likeness(row: Model, wrong: str) -> float:
    one = called(row)
    said = [text.casefold()[:60] for text in (one.name, one.key, one.text, *one.alone)]
    return max(SequenceMatcher(None, wrong, text).ratio() for text in said)


def refusal(rows: QuerySet[Any], text: str, found: Sequence[Model]) -> str:
    """Return why a text names no one row of `rows`: several, with how to tell them apart, or none, with the nearest."""
    said, is_person, opts = typed(text)[:60], rows.model is User, opts_of(rows.model)
    if found:
        few = listed(found[:5])
        return f"Several {opts.verbose_name_plural} are called “{said}”: {few}. Write which, with what stands in brackets."
    none = "Nobody active" if is_person else f"No {opts.verbose_name}"
    near = nearest(likely(rows, None), text)
    return (
        f"{none} is called “{said}”. {f'Nearest: {listed(near)}.' if near else _HINTS[is_person]}"
    )


_HINTS = {
    True: "Write a name, a username or an e-mail address.",
    False: "Write its name or its slug.",
}


def listed(rows: Iterable[Model]) -> str:
    """Return the texts of rows, with commas between."""
    return ", ".join(called(row).text for row in rows)


class Picks:
    """What one field, or several alike on one page, suggest. Read when the first of them is drawn, and drawn once.

    `first`: rows that stand before all others. `chosen`: the ids of those that the fields hold already,
    so that their names are read together.
    """

    def __init__(
        self, name: str, rows: QuerySet[Any], reader: User | None = None, *, first: Iterable[Model] = ()
    ) -> None:  # fmt: skip
        self.id = f"picks-{name}"
        self.rows, self.reader = rows, reader
        self.first = list(first)
        self.chosen: QuerySet[Any, Any] | None = None
        self._is_drawn = False
        self._texts = {row.pk: called(row).text for row in self.first}
        self._stored: dict[str, Model] = {}

    @property
    def hint(self) -> str:
        """Return what an empty field says of what may be typed."""
        return "Name, username or e-mail" if self.rows.model is User else "Name"

    def draw(self) -> list[str] | None:
        """Return the suggestions, None where they stand on the page already."""
        if self._is_drawn:
            return None
        self._is_drawn = True
        return self.suggested()

    def suggested(self, making: str = "") -> list[str]:
        """Return the texts to suggest: for a name in the making, else the likeliest. MOST at most."""
        rows = likely(self.rows, self.reader)
        if making:
            found = matching(rows, making)
        else:
            found = [*self.first, *(rows[:MOST] if len(self.first) < MOST else ())]
        return list(dict.fromkeys(called(row).text for row in found))[:MOST]

    def text_of(self, pk: int) -> str:
        """Return the text of a row of any kind, "" for none of that number."""
        self._read_chosen()
        if pk not in self._texts:
            row = self._every().filter(pk=pk).first()
            self._texts[pk] = called(row).text if row is not None else ""
        return self._texts[pk]

    def stored(self, text: str) -> Model | None:
        """Return the row that a text, or a number, means of those that the fields hold already: it may stay."""
        self._read_chosen()
        return self._stored.get(folded(text))

    def _read_chosen(self) -> None:
        if self.chosen is None:
            return
        for row in self._every().filter(pk__in=self.chosen):
            self._texts[row.pk] = called(row).text
            self._stored |= {folded(called(row).text): row, str(row.pk): row}
        self.chosen = None

    def _every(self) -> Any:
        return self.rows.model._base_manager  # noqa: SLF001  documented: base managers
