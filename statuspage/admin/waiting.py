"""The words owed to the public, in the list of what waits for somebody (staff.md 7.1)."""

from datetime import datetime

from django.db.models import Q

from core.actor import person
from core.models import User
from core.navigation import Waiting
from core.permissions import may
from incidents.models import Incident, RoleAssignment
from incidents.playbook.lifecycle import LIVE
from statuspage.admin.listed import standings
from statuspage.admin.panels import publish_url
from statuspage.models import PublicIncident


def waiting(user: User, at: datetime) -> list[Waiting]:
    """Return the next public word that is owed on what a person has, or has a role in: also that it is over."""
    if not may(person(user), "statuspage.publish"):
        return []
    duties = RoleAssignment.objects.filter(user=user, to_at=None).values("incident")
    told = PublicIncident.objects.filter(resolved_at=None, incident__isnull=False)
    wanted = Q(state__in=LIVE) | Q(pk__in=told.values("incident"))
    mine = Incident.objects.filter(wanted, Q(acknowledged_by=user) | Q(pk__in=duties))
    rows = list(mine.filter(declared_at__isnull=False).select_related("playbook"))
    owed = standings(rows) if rows else {}
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
