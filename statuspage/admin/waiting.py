"""The words owed to the public, in the list of what waits for somebody (staff.md 7.1)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet, Value

from core.actor import person
from core.models import User
from core.navigation import Waiting
from core.permissions import may
from incidents.models import Incident, RoleAssignment
from incidents.playbook.lifecycle import LIVE
from statuspage.admin.listed import public_words
from statuspage.admin.panels import publish_url
from statuspage.admin.works_waiting import steps, works_due
from statuspage.models import PublicIncident


def waiting(user: User, at: datetime) -> list[Waiting]:
    """Return the next public word that is owed on what a person has, or has a role in, and the steps of planned work."""
    if not may(person(user), "statuspage.publish"):
        return []
    # Most have neither: one statement asks for both.
    found = list(
        _incidents(user)
        .values_list(Value("incident"), "pk")
        .union(works_due(user, at).values_list(Value("work"), "pk"))
    )
    incidents = [pk for kind, pk in found if kind == "incident"]
    works = [pk for kind, pk in found if kind == "work"]
    return [*(_words(incidents) if incidents else ()), *(steps(works, at) if works else ())]


def _incidents(user: User) -> QuerySet[Incident]:
    duties = RoleAssignment.objects.filter(user=user, to_at=None).values("incident")
    told = PublicIncident.objects.filter(resolved_at=None, incident__isnull=False)
    wanted = Q(state__in=LIVE) | Q(pk__in=told.values("incident"))
    mine = Incident.objects.filter(wanted, Q(acknowledged_by=user) | Q(pk__in=duties))
    return mine.filter(declared_at__isnull=False).order_by()


def _words(incidents: Sequence[int]) -> list[Waiting]:
    rows = list(Incident.objects.filter(pk__in=incidents).select_related("playbook"))
    owed = public_words(rows)
    return [
        Waiting(
            "horn",
            "Tell the public" if row.is_live else "Tell the public it is over",
            f"of {row.label}, {row.title}",
            publish_url(row),
            owed[row.pk].due_at,
            act="Look",
        )
        for row in rows
        if row.pk in owed and (owed[row.pk].due_at is not None or not row.is_live)
    ]
