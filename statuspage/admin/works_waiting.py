"""Planned work that no clock moves, in the list of what waits for somebody (staff.md 7.1)."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from core.actor import person
from core.models import User
from core.navigation import Waiting
from core.permissions import may
from statuspage.models import Maintenance
from statuspage.rules.maintenance import owed
from statuspage.rules.states import RUNNING, Work

_WHAT = {"begin": "Begin planned work", "end": "End planned work that overruns"}


def waiting(user: User, at: datetime) -> list[Waiting]:
    """Return the steps that are owed on what a person has announced, or what is on a page of their team's."""
    if not may(person(user), "statuspage.publish"):
        return []
    mine = Q(updates__published_by=user) | Q(page__team__in=user.managed_team_ids)
    due = Q(state=Work.SCHEDULED, scheduled_for__lte=at) | Q(
        state__in=RUNNING, scheduled_until__lte=at
    )
    rows = Maintenance.objects.filter(mine, due).distinct().order_by("scheduled_for", "pk")
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
