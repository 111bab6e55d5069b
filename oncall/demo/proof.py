"""Tell who was paged: the rows that the engine would have written, had it run while the history happened."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from core.models import User
from incidents import actions as incidents
from incidents.models import Incident, Milestone
from notify.models import Delivery, DeliveryAttempt
from oncall.actions import escalate, pages
from oncall.actions.rotation import resolve
from oncall.demo.teller import MUTED
from oncall.models import ContactMethod, Escalation, EscalationPolicy, Page

_SPACE = UUID("6f1d3c0a-5f0e-4f0b-9a63-2f1f0b6f2041")
_LIFE = timedelta(hours=24)
_KEPT = timedelta(days=365)
_TESTED = timedelta(days=6, hours=5)


def add_proof(at: datetime) -> None:
    """Write escalations, pages and proven mails for what somebody acknowledged, and a test to each address.

    What nobody has yet stays unpaged, and says so: the demo wakes nobody when it is loaded.
    """
    answered = list(_answered(at - _KEPT))
    policies = escalate.policies_for(answered)
    people = User.objects.in_bulk()
    runs = [_run(incident, policies[incident.service_id]) for incident in answered]
    called = [page for run in runs for page in _pages(run, people)]
    Escalation.objects.bulk_create(runs)
    Page.objects.bulk_create(called)
    incidents.tell_all(pages.line(page, page.created_at) for page in called)
    Milestone.objects.bulk_create(
        Milestone(
            incident=run.incident, kind="paged", at=run.started_at, recorded_at=run.started_at
        )
        for run in runs
    )
    Incident.objects.filter(pk__in=[incident.pk for incident in answered]).update(unpaged_reason="")
    _deliver([*_of_pages(called), *_of_tests(at), *_of_history(at)])


def _answered(since: datetime) -> Iterator[Incident]:
    rows = Incident.objects.filter(unpaged_reason=MUTED, source__isnull=False, opened_at__gte=since)
    rows = rows.filter(acknowledged_by__isnull=False, acknowledged_at__isnull=False)
    return rows.select_related("service").order_by("pk").iterator()


def _run(incident: Incident, policy: EscalationPolicy) -> Escalation:
    """Return a run that ended when somebody had it; it stands at the step that reached them."""
    until = incident.acknowledged_at or incident.opened_at
    steps = escalate.snapshot(policy)
    run = Escalation(
        incident=incident, generation=1, policy=policy, fallback=policy.fallback, steps=steps,
        state=Escalation.State.STOPPED, started_at=incident.opened_at,
        advanced_at=incident.opened_at, stopped_at=until, stop_reason="somebody has it, or it is over",
    )  # fmt: skip
    due = incident.opened_at
    while run.step + 1 < len(steps) and (due := due + _wait(steps[run.step])) < until:
        run.step, run.advanced_at = run.step + 1, due
    return run


def _wait(step: dict[str, Any]) -> timedelta:
    return timedelta(seconds=step["wait_s"])


def _pages(run: Escalation, people: dict[int, User]) -> Iterator[Page]:
    """Page whom each step names, or its schedule; at the last step whoever then answered."""
    due, holder = run.started_at, run.incident.acknowledged_by_id
    for place, step in enumerate(run.steps[: run.step + 1]):
        named = _named(step, due)
        if holder is not None and named and place == run.step and step["schedules"]:
            named = {holder: next(iter(named.values()))}
        for user_id, why in named.items():
            yield Page(
                escalation=run, generation=1, cycle=0, step=place, user=people[user_id], created_at=due, why=why
            )  # fmt: skip
        due += _wait(step)


def _named(step: dict[str, Any], at: datetime) -> dict[int, str]:
    """Return whom a step is for, each with why."""
    found = {
        user_id: f"on call by {answer.schedule.name}"
        for answer in resolve(step["schedules"], at).values()
        for user_id in answer.called(step)
    }
    return found | dict.fromkeys(step["people"], "named in the policy")


def _of_pages(called: Iterable[Page]) -> Iterator[Delivery]:
    for page in called:
        yield _mail(page.user, "page", page.pk, Delivery.Priority.PAGE, page.created_at)


def _of_tests(at: datetime) -> Iterator[Delivery]:
    """Everybody tried their address, one after the other; the last one added has not."""
    contacts = ContactMethod.objects.select_related("responder__user").order_by("pk")
    for number, contact in enumerate(list(contacts)[:-1]):
        tried = at - _TESTED - number * timedelta(hours=19, minutes=7)
        yield _mail(contact.responder.user, "test", contact.pk, Delivery.Priority.NOTICE, tried)


def _of_history(at: datetime) -> Iterator[Delivery]:
    """What people were told besides left as it was written: the demo sends nobody old news."""
    waiting = Delivery.objects.filter(state=Delivery.State.PENDING, created_at__lt=at)
    told = list(waiting.select_related("recipient"))
    waiting.delete()
    for row in told:
        if row.recipient is not None:
            mail = _mail(row.recipient, row.kind, row.object_id, row.priority, row.created_at)
            mail.unique_key = row.unique_key
            yield mail


def _mail(user: User, kind: str, object_id: int, priority: int, at: datetime) -> Delivery:
    """Return a mail that the server took within two seconds."""
    key = f"demo:{kind}:{object_id}"
    mark = uuid5(_SPACE, key)
    return Delivery(
        unique_key=key, kind=kind, object_id=object_id, recipient=user, channel="email", address=user.email,
        priority=priority, created_at=at, not_before=at, expires_at=at + _LIFE, attempts=1, state=Delivery.State.SENT,
        sent_at=at + timedelta(milliseconds=600 + mark.int % 1400), proof=f"250 2.0.0 Ok: queued as {mark.hex[:10].upper()}",
    )  # fmt: skip


def _deliver(mails: list[Delivery]) -> None:
    """Store the mails with their attempts, and remember which addresses work."""
    Delivery.objects.bulk_create(mails)
    DeliveryAttempt.objects.bulk_create(
        DeliveryAttempt(
            delivery=mail, number=1, lease_token=uuid5(_SPACE, f"attempt:{mail.unique_key}"), started_at=mail.not_before,
            finished_at=mail.sent_at, outcome=DeliveryAttempt.Outcome.SENT, detail=mail.proof,
        )
        for mail in mails
    )  # fmt: skip
    latest = {
        mail.recipient_id: mail.sent_at for mail in sorted(mails, key=lambda mail: mail.not_before)
    }
    contacts = list(ContactMethod.objects.select_related("responder"))
    for contact in contacts:
        contact.last_ok_at = latest.get(contact.responder.user_id)
    ContactMethod.objects.bulk_update(contacts, ["last_ok_at"])
