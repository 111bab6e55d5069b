"""What a page of the incident list shows of the status page, in one statement however many rows it has.

Wired as `incident_public_words` in PROVIDERS.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import CharField, DateTimeField, Value
from django.db.models.functions import Cast

from incidents.models import Incident
from incidents.provided import PublicWord
from statuspage.actions.drafting import first_word_by
from statuspage.models import ComponentService, PublicIncident

_TOLD, _BOUND = "told", "bound"


def public_words(rows: Sequence[Incident]) -> dict[int, PublicWord]:
    """Return how each of these stands towards the public; those that nobody outside hears of are left out."""
    found: dict[int, PublicWord] = {}
    services: set[int] = set()
    for kind, pk, resolved_at, next_by in _read([row.pk for row in rows]):
        if kind == _BOUND:
            services.add(pk)
        else:
            found[pk] = _worse(found.get(pk), resolved_at, next_by)
    for row in rows:
        is_owed = row.is_live and row.declared_at is not None and row.service_id in services
        if is_owed and row.pk not in found:
            found[row.pk] = PublicWord("draft", first_word_by(row))
    return found


def _read(ids: Sequence[int]) -> list[tuple[str, int, datetime | None, datetime | None]]:
    """Return the public incidents of these, and the services that components stand for."""
    none = Cast(Value(None), DateTimeField())
    told = PublicIncident.objects.filter(incident__in=ids).order_by()
    bound = ComponentService.objects.order_by()
    kind = {name: Value(name, output_field=CharField()) for name in (_TOLD, _BOUND)}
    first = told.values_list(kind[_TOLD], "incident", "resolved_at", "next_update_by")
    return list(first.union(bound.values_list(kind[_BOUND], "service", none, none)))


def _worse(
    before: PublicWord | None, resolved_at: datetime | None, next_by: datetime | None
) -> PublicWord:
    """Return what stands on several pages as one: live while it is live on any, the earliest word owed."""
    if resolved_at is not None:
        return before or PublicWord("ended")
    owed = [by for by in (before.due_at if before else None, next_by) if by is not None]
    return PublicWord("live", min(owed, default=None))
