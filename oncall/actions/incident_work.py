"""Who worked on which incidents: deeds from their timelines, and who has a part in a bonus (R132)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from incidents.models import (
    Incident,
    Milestone,
    PlaybookVersion,
    RoleAssignment,
    TimelineEntry,
)
from incidents.playbook import severity_for
from oncall.rota.windows import Span

PEOPLE = ("person", "reply")
NO_INCIDENTS = ("false_alarm", "merged", "cancelled")
BONUS_RANKS = (1, 2)


@dataclass(frozen=True, slots=True)
class Named:
    """An incident as a report names it. `code`: its severity in its playbook's word."""

    number: int
    title: str
    rank: int
    code: str
    team: int


def workers(teams: Collection[int], window: Span) -> set[int]:
    """Return everybody who did something in the window on an incident of these teams while it was live."""
    rows = _deeds(window).filter(incident__service__team__in=teams)
    return set(rows.order_by().values_list("actor_user", flat=True).distinct())


def deeds(people: Collection[int], window: Span) -> dict[int, list[tuple[int, datetime]]]:
    """Return what each person did in the window on live incidents: incident and instant of each."""
    rows = _deeds(window).filter(actor_user__in=people)
    found: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for user, incident, at in rows.order_by().values_list("actor_user", "incident", "recorded_at"):
        if user is not None:
            found[user].append((incident, at))
    return found


def first_resolved(teams: Collection[int], window: Span) -> dict[int, datetime]:
    """Return the declared incidents of the two worst severities whose first resolution lies in the window.

    The first one, so that reopening moves none into another month. What turned out to be no incident is left out.
    """
    earlier = Milestone.objects.filter(
        incident=OuterRef("incident"), kind="resolved", at__lt=OuterRef("at")
    )
    rows = Milestone.objects.filter(
        ~Exists(earlier),
        kind="resolved", at__gte=window[0], at__lt=window[1],
        incident__declared_at__isnull=False, incident__rank__in=BONUS_RANKS,
        incident__service__team__in=teams,
    )  # fmt: skip
    rows = rows.exclude(incident__state__in=NO_INCIDENTS)
    return dict(rows.order_by().values_list("incident", "at"))


def parts_in(incidents: Collection[int]) -> dict[int, set[int]]:
    """Return the incidents that each person has a part in: they took a step of it while it was live, or held a role."""
    steps = TimelineEntry.objects.filter(_WHILE_LIVE, incident__in=incidents, kind="state", actor_kind__in=PEOPLE)  # fmt: skip
    roles = RoleAssignment.objects.filter(incident__in=incidents)
    found: dict[int, set[int]] = defaultdict(set)
    for user, incident in {*_pairs(steps, "actor_user"), *_pairs(roles, "user")}:
        found[user].add(incident)
    return found


def named(incidents: Iterable[int]) -> dict[int, Named]:
    """Return these incidents by number."""
    rows = Incident.objects.filter(pk__in=set(incidents)).values_list(
        "pk", "title", "rank", "playbook", "service__team"
    )
    listed = list(rows.order_by())
    pinned = PlaybookVersion.objects.in_bulk({row[3] for row in listed})
    return {
        pk: Named(pk, title, rank, severity_for(pinned[version].playbook, rank).code, team)
        for pk, title, rank, version, team in listed
    }


_WHILE_LIVE = Q(incident__ended_at=None) | Q(recorded_at__lte=F("incident__ended_at"))


def _deeds(window: Span) -> QuerySet[TimelineEntry]:
    return TimelineEntry.objects.filter(
        _WHILE_LIVE, actor_kind__in=PEOPLE, actor_user__isnull=False,
        recorded_at__gte=window[0], recorded_at__lt=window[1],
    )  # fmt: skip


def _pairs(rows: QuerySet[TimelineEntry] | QuerySet[RoleAssignment], user: str) -> Iterable[tuple[int, int]]:  # fmt: skip
    return rows.filter(**{f"{user}__isnull": False}).order_by().values_list(user, "incident")
