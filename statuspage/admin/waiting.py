"""The words owed to the public, in the list of what waits for somebody (staff.md 7.1)."""

from datetime import datetime

from django.db.models import Q

from core.actor import person
from core.models import User
from core.navigation import Waiting
from core.permissions import may
from incidents.models import Incident, RoleAssignment
from statuspage.admin.listed import standings
from statuspage.admin.panels import publish_url


def waiting(user: User, at: datetime) -> list[Waiting]:
    """Return the next public word of each open incident that a person has, or has a role in; where one is owed."""
    if not may(person(user), "statuspage.publish"):
        return []
    duties = RoleAssignment.objects.filter(user=user, to_at=None).values("incident")
    mine = Incident.objects.open().filter(Q(acknowledged_by=user) | Q(pk__in=duties))
    rows = list(mine.filter(declared_at__isnull=False).select_related("playbook"))
    owed = standings(rows) if rows else {}
    return [
        Waiting(
            "horn",
            "Tell the public",
            f"of {row.label}, {row.title}",
            publish_url(row),
            owed[row.pk].due_at,
            act="Look",
        )
        for row in rows
        if row.pk in owed and owed[row.pk].due_at is not None
    ]
