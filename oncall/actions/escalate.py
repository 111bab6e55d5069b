"""Start, stop and restart escalations: handlers of the kernel's facts, inside its transactions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from core.actor import ENGINE
from core.models import User
from incidents import actions as incidents
from incidents.models import Incident
from incidents.playbook.lifecycle import State
from notify import actions as notify
from notify.models import Delivery
from oncall.actions.plans import plans_for
from oncall.models import ContactMethod, Escalation, EscalationPolicy, Page, PolicyBinding

Steps = list[dict[str, Any]]


def start_escalations(ids: Sequence[int], at: datetime) -> None:
    """Begin one escalation per opened incident, unless it says why nobody is to be paged."""
    Escalation.objects.bulk_create(
        [
            Escalation(
                incident_id=plan.incident_id,
                generation=1,
                policy_id=plan.policy_id,
                steps=plan.steps,
                fallback_id=plan.fallback_id,
                next_due_at=at,
                started_at=at,
            )
            for plan in plans_for(ids)
        ]
    )


def policies_for(incidents_: Iterable[Incident]) -> dict[int, EscalationPolicy]:
    """Return the policy of each incident's service: its own binding, else the default."""
    services = {incident.service_id for incident in incidents_}
    bindings = PolicyBinding.objects.filter(Q(is_default=True) | Q(service__in=services))
    rows = bindings.select_related("policy").prefetch_related(
        "policy__steps__schedules", "policy__steps__people"
    )
    found: dict[int | None, EscalationPolicy] = {row.service_id: row.policy for row in rows}
    default = found.get(None)
    return {pk: policy for pk in services if (policy := found.get(pk, default)) is not None}


def snapshot(policy: EscalationPolicy | None) -> Steps:
    """Return a policy's steps as a run keeps them; edits of the policy don't reach a running escalation."""
    if policy is None:
        return []
    return [
        {
            "wait_s": step.wait_s,
            "schedules": [schedule.pk for schedule in step.schedules.all()],
            "people": [person.pk for person in step.people.all()],
            "seat": step.seat,
        }
        for step in policy.steps.all()
    ]


def new_run(
    incident: Incident, policy: EscalationPolicy | None, at: datetime, *, generation: int = 1
) -> Escalation:
    """Return an unsaved escalation that is due at once."""
    return Escalation(
        incident=incident,
        generation=generation,
        policy=policy,
        steps=snapshot(policy),
        fallback_id=policy.fallback_id if policy else None,
        next_due_at=at,
        started_at=at,
    )


def stop_escalations(ids: Sequence[int], at: datetime) -> None:
    """Stop what runs for these incidents, and call off pages that have not left yet (invariant 5)."""
    running = Escalation.objects.filter(incident__in=ids, state=Escalation.State.WAITING)
    stop(running.select_related("incident"), "somebody has it, or it is over", at)


def stop(runs: Iterable[Escalation], reason: str, at: datetime) -> None:
    """End these runs for one reason and suppress their pending pages."""
    rows = list(runs)
    for run in rows:
        run.state, run.next_due_at, run.stopped_at, run.stop_reason = (
            Escalation.State.STOPPED,
            None,
            at,
            reason,
        )
    Escalation.objects.bulk_update(rows, ["state", "next_due_at", "stopped_at", "stop_reason"])
    pages = Page.objects.filter(escalation__in=[run.pk for run in rows]).values_list(
        "pk", flat=True
    )
    if rows:
        notify.suppress("page", list(pages), reason=reason)


def restart(
    incident: Incident,
    steps: Steps,
    at: datetime,
    *,
    due_at: datetime,
    passed_by: User | None = None,
) -> Escalation:
    """Stop what runs and begin the next generation with these steps, due at `due_at`."""
    running = Escalation.objects.filter(incident=incident, state=Escalation.State.WAITING)
    stop(running, "a new run began", at)
    latest = (
        Escalation.objects.filter(incident=incident).aggregate(top=Max("generation"))["top"] or 0
    )
    policy = policies_for([incident]).get(incident.service_id)
    run = new_run(incident, policy, at, generation=latest + 1)
    run.steps, run.next_due_at, run.passed_by = steps or run.steps, due_at, passed_by
    run.save(force_insert=True)
    return run


def page_again(ids: Sequence[int], at: datetime) -> None:
    """A severity rose: begin anew where nobody has it, tell the holder where somebody has (R34)."""
    for incident in Incident.objects.filter(pk__in=ids).select_related(
        "service", "acknowledged_by"
    ):
        if incident.is_live and incident.acknowledged_by_id is None:
            restart(incident, [], at, due_at=at)
            incidents.tell(
                incident.pk, "escalation", "Paging begins anew: severity rose", by=ENGINE, at=at
            )
        elif incident.is_live and incident.acknowledged_by is not None:
            tell_person(
                incident.acknowledged_by_id,
                "severity",
                incident.pk,
                f"{incident.rank}:{at.isoformat()}",
                at,
            )


def page_joined(ids: Sequence[int], at: datetime) -> None:
    """An alert joined an incident that nobody has: page, unless it is being paged already (design.md 5)."""
    running = Escalation.objects.filter(incident__in=ids, state=Escalation.State.WAITING)
    silent = Incident.objects.filter(pk__in=ids, state=State.DETECTED).exclude(
        pk__in=running.values("incident_id")
    )
    for incident in silent.select_related("service"):
        restart(incident, [], at, due_at=at)


def tell_person(
    user_id: int | None, kind: str, object_id: int, occasion: str, at: datetime
) -> None:
    """Queue one message to every usable address of a person, once per occasion; to their mail where there is none."""
    usable = ContactMethod.objects.usable().filter(responder__user=user_id)
    found = [(str(one.pk), one.channel, one.address, one.secret) for one in usable]
    if not found:
        people = User.objects.filter(pk__in=[user_id], is_active=True).exclude(email="")
        found = [(f"mail-{person.pk}", "email", person.email, "") for person in people]
    notify.queue(
        [
            notify.Wish(
                unique_key=f"{kind}:{object_id}:{occasion}:{place}",
                kind=kind,
                object_id=object_id,
                recipient_id=user_id,
                channel=channel,
                address=address,
                secret=secret,
                priority=Delivery.Priority.NOTICE,
            )
            for place, channel, address, secret in found
        ],
        at=at,
    )
