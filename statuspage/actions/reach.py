"""Where an incident is told: every page that lists a component of its service, or that told of it already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, Value
from django.db.models.functions import Cast

from incidents.models import Incident
from statuspage.actions.drafting import first_word_by
from statuspage.models import ComponentService, PublicIncident, SharedComponent

_TOLD, _BOUND = "told", "bound"
_PAGE = ("pk", "public_id", "name", "is_default")
_SAID = ("public_id", "state", "resolved_at", "next_update_by")


@dataclass(frozen=True, slots=True)
class Heard:
    """How one page stands towards one incident. `page`, `public_id`: ids in public; the latter and `state` are "" before
    the first word.

    `due_at`: by when the next word is owed there (UTC): what it promised, or the first as the playbook asks.
    """

    page_pk: int
    page: str
    page_name: str
    public_id: str = ""
    state: str = ""
    resolved_at: datetime | None = None
    due_at: datetime | None = None

    @property
    def is_told(self) -> bool:
        """Return whether this page has heard of it."""
        return self.public_id != ""


def heard_of(incidents: Sequence[Incident]) -> dict[int, list[Heard]]:
    """Return the pages of each of these that has any, the default page first; one statement however many there are.

    What is in triage, and what is over without a word, is only told of where it was told already.
    """
    told: dict[int, dict[int, Heard]] = {}
    bound: dict[int, dict[int, Heard]] = {}
    for kind, pk, page_pk, page, name, _first, *said in _rows(incidents):
        public_id, state, resolved_at, next_by = said
        heard = Heard(page_pk, page, name, public_id, state, resolved_at, next_by)
        (told if kind == _TOLD else bound).setdefault(pk, {})[page_pk] = heard
    return {row.pk: found for row in incidents if (found := _of(row, told, bound))}


def _of(
    row: Incident, told: dict[int, dict[int, Heard]], bound: dict[int, dict[int, Heard]]
) -> list[Heard]:
    mine = told.get(row.pk, {})
    if not row.is_live or row.declared_at is None:
        return list(mine.values())
    pages = bound.get(row.service_id, {})
    by = first_word_by(row) if pages.keys() - mine.keys() else None
    owed = {pk: Heard(one.page_pk, one.page, one.page_name, due_at=by) for pk, one in pages.items()}
    return [mine.get(pk, one) for pk, one in owed.items()] + [
        one for pk, one in mine.items() if pk not in owed
    ]


def _rows(incidents: Sequence[Incident]) -> list[tuple[Any, ...]]:
    """Return (told, incident, page, what was said) and (bound, service, page, nothing), the default page first."""
    none = Cast(Value(None), DateTimeField())
    blank = Value("", output_field=CharField())
    nothing = (blank, blank, none, none)
    services = {row.service_id for row in incidents if row.declared_at is not None and row.is_live}
    told = PublicIncident.objects.filter(incident__in=[row.pk for row in incidents])
    own = ComponentService.objects.filter(service__in=services, component__retired_at=None)
    shared = SharedComponent.objects.filter(
        component__bindings__service__in=services, component__retired_at=None
    )
    kind = {name: Value(name, output_field=CharField()) for name in (_TOLD, _BOUND)}
    first = told.order_by().values_list(kind[_TOLD], "incident", *_page("page"), *_SAID)
    second = own.order_by().values_list(
        kind[_BOUND], "service", *_page("component__page"), *nothing
    )
    third = shared.order_by().values_list(
        kind[_BOUND], "component__bindings__service", *_page("page"), *nothing
    )
    rows = list(first.union(second, third))
    return sorted(rows, key=lambda row: (not row[5], row[4], row[2]))


def _page(path: str) -> list[str]:
    return [f"{path}__{name}" for name in _PAGE]
