"""The words owed to the public, in the list of what waits for somebody (staff.md 7.1)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet, Value

from core.actor import person
from core.models import User
from core.navigation import Waiting
from core.permissions import may
from incidents.models import Incident, RoleAssignment
from incidents.playbook.lifecycle import LIVE
from statuspage.actions.asking import place
from statuspage.actions.reach import Heard, heard_of
from statuspage.admin.page_tabs import publish_url
from statuspage.admin.works_waiting import steps, works_due
from statuspage.models import Proposal, PublicIncident


def waiting(user: User, at: datetime) -> list[Waiting]:
    """Return the next public word that is owed on what a person has, or has a role in, and the steps of planned work."""
    if not may(person(user), "statuspage.publish"):
        return []
    # Most have nothing: one statement asks for all of it.
    found: dict[str, list[int]] = defaultdict(list)
    asked = _incidents(user).values_list(Value("incident"), "pk")
    for kind, pk in asked.union(
        works_due(user, at).values_list(Value("work"), "pk"),
        _proposals(user).values_list(Value("proposal"), "pk"),
    ):
        found[kind].append(pk)
    return [
        *(_approvals(found["proposal"]) if found["proposal"] else ()),
        *(_words(found["incident"]) if found["incident"] else ()),
        *(steps(found["work"], at) if found["work"] else ()),
    ]


def _incidents(user: User) -> QuerySet[Incident]:
    duties = RoleAssignment.objects.filter(user=user, to_at=None).values("incident")
    told = PublicIncident.objects.filter(resolved_at=None, incident__isnull=False)
    wanted = Q(state__in=LIVE) | Q(pk__in=told.values("incident"))
    mine = Incident.objects.filter(wanted, Q(acknowledged_by=user) | Q(pk__in=duties))
    return mine.filter(declared_at__isnull=False).order_by()


def _words(incidents: Sequence[int]) -> list[Waiting]:
    rows = list(Incident.objects.filter(pk__in=incidents).select_related("playbook"))
    heard = heard_of(rows)
    return [
        _word(row, one, is_one_of_several=len(heard[row.pk]) > 1)
        for row in rows
        for one in heard.get(row.pk, ())
        if one.due_at is not None or (one.resolved_at is None and not row.is_live)
    ]


def _word(row: Incident, one: Heard, *, is_one_of_several: bool) -> Waiting:
    where = f", on {one.page_name}" if is_one_of_several else ""
    return Waiting(
        "horn",
        "Tell the public" if row.is_live else "Tell the public it is over",
        f"of {row.label}, {row.title}{where}",
        publish_url(row, one.page if is_one_of_several else ""),
        one.due_at,
        act="Look",
    )


def _proposals(user: User) -> QuerySet[Proposal]:
    """Return the public updates that wait for a second person, for everybody who may publish but their author."""
    rows = Proposal.objects.filter(state=Proposal.State.ASKED, page__needs_second=True)
    return rows.exclude(asked_by=user).order_by()


def _approvals(proposals: Sequence[int]) -> list[Waiting]:
    rows = Proposal.objects.filter(pk__in=proposals)
    rows = rows.select_related("incident", "asked_by", "page")
    return [
        Waiting(
            "horn",
            f"Approve {row.kind}",
            f"{row.of}, on {row.page.name}, by {row.asked_by.display_name}",
            place(row),
            act="Look",
        )
        for row in rows.order_by("asked_at", "pk")
    ]
