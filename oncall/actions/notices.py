"""What people are told besides pages, and what the fate of a delivery means for an escalation."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from core.actor import ENGINE
from incidents import actions as incidents
from incidents.models import Incident, RoleOffer
from incidents.playbook.lifecycle import State
from notify.models import Delivery
from oncall.actions.advance import fall_back
from oncall.actions.escalate import tell_person
from oncall.models import ContactMethod, Escalation, Page


def tell_cleared(incident_id: int, at: datetime) -> None:
    """Tell everyone whose page left that it cleared itself; quiet for what a person ended (design.md 5)."""
    incident = Incident.objects.filter(pk=incident_id, state=State.RESOLVED).first()
    latest = incident.transitions.order_by("number").last() if incident else None
    if incident is None or latest is None or latest.actor_kind != "source":
        return
    pages = Page.objects.filter(escalation__incident=incident).values_list("pk", flat=True)
    left = [Delivery.State.SENT, Delivery.State.LEASED]
    told = Delivery.objects.filter(kind="page", object_id__in=list(pages), state__in=left)
    for user_id in sorted(
        set(told.filter(recipient__isnull=False).values_list("recipient_id", flat=True))
    ):
        tell_person(user_id, "cleared", incident.pk, str(latest.number), at)


def tell_command(ids: Sequence[int], at: datetime) -> None:
    """Tell the new commander and the one before of a change of command."""
    for incident in Incident.objects.filter(pk__in=ids):
        latest = incident.roles.filter(role="commander").order_by("-from_at", "-pk")[:2]
        for role in latest:
            tell_person(role.user_id, "command", incident.pk, str(latest[0].pk), at)


def tell_reopened(ids: Sequence[int], at: datetime) -> None:
    """Tell who had a reopened incident, and who commands it, unless it is whoever reopened it: they have it now."""
    for incident in Incident.objects.filter(pk__in=ids):
        line = incident.timeline.filter(data__verb="reopen").latest("pk")
        commander = incident.roles.filter(role="commander", to_at=None).first()
        readers = {line.data.get("former_holder"), commander.user_id if commander else None}
        for user_id in sorted(readers - {line.actor_user_id, None}):
            tell_person(user_id, "reopened", incident.pk, str(incident.step), at)


def tell_offer(ids: Sequence[int], at: datetime) -> None:
    """Tell who is to answer an offer of a role; once it is answered, who offered it."""
    for offer in RoleOffer.objects.filter(pk__in=ids):
        is_open = offer.state == RoleOffer.State.OPEN
        reader = offer.user_id if is_open else offer.offered_by_id
        tell_person(reader, "role_offer", offer.pk, offer.state, at)


def note_sent(ids: Sequence[int], at: datetime) -> None:
    """Remember which addresses work, so that a person who can't be reached is seen before a page."""
    for row in Delivery.objects.filter(pk__in=ids):
        ContactMethod.objects.filter(
            responder__user=row.recipient_id, channel=row.channel, address=row.address
        ).update(last_ok_at=at)


def note_failed(ids: Sequence[int], at: datetime) -> None:
    """Say on the timeline that a page did not arrive; when none of its addresses is left, go on at once."""
    for row in Delivery.objects.filter(pk__in=ids, kind="page"):
        page = Page.objects.select_related("user", "escalation").filter(pk=row.object_id).first()
        if page is None:
            continue
        text = f"The page to {page.user.display_name} by {row.channel} did not leave: {row.error}"
        incidents.tell(
            page.escalation.incident_id, "unreached", text, by=ENGINE, at=at, data={"page": page.pk}
        )
        if not _may_arrive([page.pk]):
            _hurry(page, at)


def _may_arrive(pages: Sequence[int]) -> bool:
    hopeful = [Delivery.State.PENDING, Delivery.State.LEASED, Delivery.State.SENT]
    return Delivery.objects.filter(kind="page", object_id__in=pages, state__in=hopeful).exists()


def _hurry(page: Page, at: datetime) -> None:
    """Make the next step due now, if the run still stands right after this page's step.

    Where a whole round has reached nobody the fallback is paged, which waits five minutes: addresses
    that refuse at once must not turn the steps into an endless chase. A run that somebody else has
    locked is being answered or is moving anyway; waiting for it could end in a deadlock.
    """
    rows = Escalation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    run = rows.select_related("incident").filter(pk=page.escalation_id).first()
    if run is None or not _stands_after(page, run):
        return
    this_round = run.pages.filter(cycle=page.cycle, unsent_reason="")
    if _may_arrive(_ids(this_round.filter(step=page.step))):
        return
    if page.step + 1 >= len(run.steps) and not _may_arrive(_ids(this_round)):
        fall_back(run, at)
        return
    run.next_due_at, run.unreached_at = at, at
    run.save(update_fields=["next_due_at", "unreached_at"])


def _ids(pages: QuerySet[Page]) -> list[int]:
    return list(pages.values_list("pk", flat=True))


def _stands_after(page: Page, run: Escalation) -> bool:
    """Whether the run waits for an answer to this page: not moved on, snoozed, stopped, or at its fallback."""
    is_waiting = run.state == Escalation.State.WAITING and run.snoozed_by_id is None
    if not is_waiting or page.is_fallback or (run.cycle, run.step) != page.place_after(run):
        return False
    # several of its messages can end at once: the fallback that the first of them called stands for all
    return not run.pages.filter(is_fallback=True, pk__gt=page.pk).exists()
