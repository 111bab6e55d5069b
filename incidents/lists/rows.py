"""Which incidents somebody wants, as querysets that an index answers."""

import re
from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.db.models import ExpressionWrapper, IntegerField, Q, Subquery

from incidents.lists.names import Names
from incidents.lists.wanted import ME, NOBODY, SPANS, Wanted
from incidents.models import Incident
from incidents.models.incident import IncidentQuerySet
from incidents.playbook.lifecycle import LIVE, State
from incidents.rules.numbers import number_of

NEWEST = 20_000  # where no index helps a search, it looks at so many
WORD_INDEX = "incidents_title_words"
RECENTLY = timedelta(days=1)
REVIEWED = 2  # the playbooks ask for a review down to this rank; below, one that was begun counts
_INDEXED = re.compile(r"\w{3}")


def matching(wanted: Wanted, names: Names, *, me: int | None, at: datetime) -> IncidentQuerySet:
    """Return the incidents that the filters leave, live and ended; `at` is now, `me` who asks."""
    return Incident.objects.filter(_plain(wanted, names, me, at), _state(wanted.state, at))


def live(wanted: Wanted, names: Names, *, me: int | None, at: datetime) -> IncidentQuerySet:
    """Return those of them that are open."""
    state = Q() if wanted.state in ("", "recent", "open") else _state(wanted.state, at)
    return Incident.objects.open().filter(_plain(wanted, names, me, at), state)


def ended(wanted: Wanted, names: Names, *, me: int | None, at: datetime) -> IncidentQuerySet:
    """Return those of them that are over."""
    state = _recently(at) if wanted.state == "recent" else _state(wanted.state or "ended", at)
    return Incident.objects.filter(_plain(wanted, names, me, at), state)


def _recently(at: datetime) -> Q:
    return Q(ended_at__gte=at - RECENTLY) | Q(state=State.IN_REVIEW)


def _state(state: str, at: datetime) -> Q:
    meaning = {
        "": Q(),
        "recent": Q(state__in=LIVE) | _recently(at),
        "open": Q(state__in=LIVE),
        "unheld": Q(state=State.DETECTED),
        "ended": Q(ended_at__isnull=False),
        "review": Q(declared_at__isnull=False, state__in=[State.RESOLVED, State.IN_REVIEW])
        & (Q(state=State.IN_REVIEW) | Q(rank__lte=REVIEWED)),
    }
    return meaning.get(state, Q(state=state))


def _plain(wanted: Wanted, names: Names, me: int | None, at: datetime) -> Q:
    found = Q()
    if wanted.kind:
        found &= Q(declared_at__isnull=wanted.kind == "triage")
    if wanted.severity:
        found &= Q(rank__in=wanted.severity)
    if wanted.service:
        found &= Q(service=names.service[0])
    if wanted.holder:
        found &= _holder(wanted.holder, names, me)
    if wanted.since:
        found &= Q(opened_at__gte=at - timedelta(days=SPANS[wanted.since]))
    return found & _search(wanted.q, names)


def _holder(holder: str, names: Names, me: int | None) -> Q:
    if holder == NOBODY:
        return Q(acknowledged_by__isnull=True)
    return Q(acknowledged_by=(me or 0) if holder == ME else names.holder[0])


def _search(text: str, names: Names) -> Q:
    """Every word must stand in the title, the service's name or the holder's; a number is the incident's own."""
    if not text:
        return Q()
    number = number_of(text)
    if number is not None and not text.isdecimal():
        return Q(pk=number)
    found = Q()
    newest = _newest() if not is_indexed(names) else Q()
    for word in names.words:
        services, people = names.hits[word]
        hit = Q(title__icontains=word) & newest
        found &= hit | _among("service", services) | _among("acknowledged_by", people)
    return found if number is None else found | Q(pk=number)


def _among(column: str, ids: list[int]) -> Q:
    return Q(**{f"{column}__in": ids}) if ids else Q()


def _newest() -> Q:
    top = Subquery(Incident.objects.order_by("-pk").values("pk")[:1])
    return Q(pk__gt=ExpressionWrapper(top - NEWEST, output_field=IntegerField()))


def titled(text: str) -> Q:
    """Return that a title holds these words; where no index finds them, among the newest incidents only."""
    is_helped = has_word_index() and _INDEXED.search(text)
    return Q(title__icontains=text) & (Q() if is_helped else _newest())


def is_indexed(names: Names) -> bool:
    """Whether an index finds one of these words in titles; otherwise the newest incidents are searched."""
    return has_word_index() and any(_INDEXED.search(word) for word in names.words)


@cache
def has_word_index() -> bool:
    """Return whether PostgreSQL let the migration make the index of titles; asked once per process."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [WORD_INDEX])
        return bool(cursor.fetchone()[0])
