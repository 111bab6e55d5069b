"""One verb for many incidents: first what each would answer, then all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q

from core.actor import Actor
from core.errors import NotFound, NotPossible
from core.permissions import may
from incidents.actions.command import change_severity
from incidents.actions.guards import Known, situated
from incidents.actions.merging import chain
from incidents.actions.perform import Order
from incidents.actions.steps import Request, move, take
from incidents.models import Alert, Incident, Milestone, RoleAssignment
from incidents.playbook import label, permitted, severity_for, unmet
from incidents.playbook.lifecycle import VERBS, State

MOST = 100
SEVERITY = "change_severity"
BULK = ("acknowledge", SEVERITY, "merge", "resolve", "mark_false_alarm")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one incident would answer: "" in `refusal` means that it can; `warnings` don't stand in the way."""

    incident: Incident
    refusal: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def can(self) -> bool:
        """Return whether the verb would go through."""
        return not self.refusal


def seen_of(incident: Incident) -> str:
    """Return what a person who looked at the incident knew of it; differs once anybody has changed it."""
    return f"{incident.step}.{incident.rank}.{incident.acknowledged_by_id or 0}"


def judge_all(ids: Sequence[int], order: Order, *, by: Actor, at: datetime) -> list[Verdict]:
    """Return what each incident would answer to `order`, in the order of `ids`; reads only.

    Unknown numbers are left out. The same few statements for one incident as for a hundred.
    """
    wanted = dict.fromkeys(ids)
    rows = Incident.objects.filter(pk__in=list(wanted)[:MOST])
    found = {row.pk: row for row in rows.select_related("service", "playbook", "acknowledged_by")}
    incidents = [found[pk] for pk in wanted if pk in found]
    known = _known(incidents) if order.verb in VERBS else {}
    return [_judge(row, order, known.get(row.pk), by=by, at=at) for row in incidents]


def do_all(seen: Mapping[int, str], order: Order, *, by: Actor, at: datetime) -> list[Incident]:
    """Do `order` to all of these incidents in one transaction, or to none.

    `seen`: number -> `seen_of` as the person saw it. Raises NotPossible (code `overtaken`) when one has
    changed since, and whatever the verb itself raises for the first that refuses.
    """
    with transaction.atomic():
        wanted = [*seen, *(chain(order.into) if order.verb == "merge" else [])]
        rows = Incident.objects.filter(pk__in=wanted).select_related("playbook", "service")
        found = [row for row in rows.locked() if row.pk in seen]
        _refuse_if_overtaken(found, seen)
        if order.verb == SEVERITY:
            for row in found:
                change_severity(row.pk, order.severity, reason=order.reason, by=by, at=at)
        elif order.verb == "merge":
            for row in found:
                move(row.pk, order.verb, by=by, at=at, into=order.into)
        else:
            take(found, Request(VERBS[order.verb], by, at, order.reason))
    return found


def _refuse_if_overtaken(found: Sequence[Incident], seen: Mapping[int, str]) -> None:
    if len(found) < len(seen):
        raise NotFound("One of these incidents is not there any more; nothing was done.")
    changed = [row.label for row in found if seen_of(row) != seen[row.pk]]
    if changed:
        names = ", ".join(changed[:5])
        raise NotPossible(f"{names} changed while you looked; nothing was done.", code="overtaken")


def _judge(
    incident: Incident, order: Order, known: Known | None, *, by: Actor, at: datetime
) -> Verdict:
    if not may(by, f"incidents.{order.verb}", incident):
        return Verdict(incident, f"{by.label} may not do this")
    if order.verb == SEVERITY:
        return Verdict(incident, _severity_refusal(incident, order.severity))
    verb, book = VERBS[order.verb], incident.playbook.playbook
    refusal = _step_refusal(incident, order, by, permitted(book, incident.state))
    if refusal or known is None:
        return Verdict(incident, refusal)
    asked = unmet(book, verb.name, situated(incident, verb, known, by=by, at=at))
    blocks = " ".join(guard.text for guard in asked if guard.mode == "block")
    return Verdict(incident, blocks, tuple(guard.text for guard in asked if guard.mode == "warn"))


def _step_refusal(incident: Incident, order: Order, by: Actor, possible: Sequence[str]) -> str:
    if order.verb == "merge" and order.into == incident.pk:
        return "It stays: the others are merged into it"
    if order.verb in possible:
        return ""
    if order.verb == "acknowledge" and incident.state == State.ACKNOWLEDGED:
        holder = incident.acknowledged_by
        if holder is not None and holder.pk == by.user_id:
            return "It is yours already"
        return f"{holder.display_name if holder else 'Somebody'} has it already"
    word = label(incident.playbook.playbook, incident.state)
    return f"It is “{word}”; there is no such step from there"


def _severity_refusal(incident: Incident, rank: int) -> str:
    if not incident.is_live:
        return "It is over; its severity stays"
    if incident.rank == rank:
        return f"It is {severity_for(incident.playbook.playbook, rank).code} already"
    return ""


def _known(incidents: Sequence[Incident]) -> dict[int, Known]:
    """Read what guards look at for all of these at once."""
    ids = [row.pk for row in incidents]
    roles, marks = dict[int, dict[str, int]](), dict[int, dict[str, datetime]]()
    held = RoleAssignment.objects.filter(incident__in=ids, to_at=None)
    for pk, role, user in held.values_list("incident_id", "role", "user_id"):
        roles.setdefault(pk, {})[role] = user
    reached = Milestone.objects.filter(incident__in=ids).order_by("at")
    for pk, kind, moment in reached.values_list("incident_id", "kind", "at"):
        marks.setdefault(pk, {})[kind] = moment
    alerts = Alert.objects.filter(incident__in=ids).order_by().values_list("incident_id")
    counted = alerts.annotate(
        firing=Count("pk", filter=Q(state=Alert.State.FIRING)), ended=Max("ended_at")
    )
    of_alerts = {pk: (firing, ended) for pk, firing, ended in counted}
    return {
        pk: Known(roles.get(pk, {}), marks.get(pk, {}), *of_alerts.get(pk, (0, None))) for pk in ids
    }
