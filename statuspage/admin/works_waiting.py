"""Planned work that no clock moves, in the list of what waits for somebody (staff.md 7.1)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from core.models import Membership, User
from core.navigation import Waiting
from statuspage.models import Maintenance
from statuspage.rules.maintenance import owed
from statuspage.rules.states import RUNNING, Work

_WHAT = {"begin": "Begin planned work", "end": "End planned work that overruns"}


def works_due(user: User, at: datetime) -> QuerySet[Maintenance]:
    """Return the work that should have begun or ended, that a person has announced or that is on a page of their team's."""
    teams = Membership.objects.filter(user=user, role=Membership.Role.MANAGER).values("team")
    mine = Q(updates__published_by=user) | Q(page__team__in=teams)
    due = Q(state=Work.SCHEDULED, scheduled_for__lte=at) | Q(
        state__in=RUNNING, scheduled_until__lte=at
    )
    return Maintenance.objects.filter(mine, due).order_by()


def steps(works: Sequence[int], at: datetime) -> list[Waiting]:
    """Return the steps that are owed on these."""
    rows = Maintenance.objects.filter(pk__in=works).order_by("scheduled_for", "pk")
    return [
        Waiting(
            "clock",
            _WHAT[verb],
            f"of the status page: {row.name}",
            reverse("admin:statuspage_maintenance_change", args=[row.pk]),
            row.scheduled_for if verb == "begin" else row.scheduled_until,
            act="Look",
        )
        for row in rows
        if (verb := owed(Work(row.state), at, row.scheduled_for, row.scheduled_until))
    ]
