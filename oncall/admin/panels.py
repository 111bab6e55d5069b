"""What the pager shows on screens below it: the red bar, the proof of paging, who can't leave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core import clock
from core.admin.panel import Panel
from core.admin.rights import allows
from core.models import User
from core.pulse import pulse
from incidents.admin.contract import Paging
from incidents.models import Incident
from notify.admin.outcomes import outcome_of
from notify.models import Delivery
from oncall.actions.outlook import next_page as whom_next
from oncall.actions.rotation import resolve
from oncall.actions.wellbeing import unreached, why_not_well
from oncall.models import Escalation, EscalationPolicy, Page, Schedule

PROOF_ROWS = 30  # pages; the paging log has the rest


def pager_marks(at: datetime) -> list[str]:
    """Return a sentence for everything that may keep a page from leaving or from reaching somebody."""
    return list(dict.fromkeys([*why_not_well(at), *unreached(at), *_watchdog_findings()]))


def _watchdog_findings() -> list[str]:
    beat = pulse().beats.get("watchdog")
    found = beat.detail.get("red", []) if beat is not None and isinstance(beat.detail, dict) else []
    return [str(text) for text in found] if isinstance(found, list) else [str(found)]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One message to one person, or why there is none. `late_s`: seconds between due and sent, None unsent.

    `word`: what the receiving side said, or for a Viewer the outcome; "" is no proof. `acted`: what the person did, and when.
    """

    person: User
    page: Page
    delivery: Delivery | None
    late_s: int | None
    word: str
    acted: str
    acted_at: datetime | None


def paging_proof(request: HttpRequest, incident: Incident) -> Panel:
    """Return who was paged for an incident, by which channel, and what came of each message."""
    pages = list(_pages(incident)[: PROOF_ROWS + 1])
    is_open = allows(request, "notify.view")
    receipts = _receipts(incident, pages[:PROOF_ROWS], says_all=is_open)
    people = len({row.person.pk for row in receipts})
    sent = sum(row.delivery is not None for row in receipts)
    run = pages[0].escalation if pages else _latest_run(incident)
    return Panel(
        "Paging proof",
        _sentence(incident, run),
        key="proof",
        area="rail",
        count=f"{_count(people, 'person', 'people')}, {_count(sent, 'message', 'messages')}",
        link=(reverse("admin:notify_delivery_changelist"), "Log") if receipts and is_open else None,
        template="oncall/admin/_proof.html",
        data={"receipts": receipts, "more": len(pages) > PROOF_ROWS},
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _pages(incident: Incident) -> QuerySet[Page]:
    rows = Page.objects.filter(escalation__incident=incident)
    return rows.select_related("user", "escalation__snoozed_by").order_by("-pk")


def _latest_run(incident: Incident) -> Escalation | None:
    if incident.unpaged_reason:
        return None  # it says why there is none
    runs = Escalation.objects.filter(incident=incident).select_related("snoozed_by")
    return runs.order_by("-generation").first()


def _receipts(incident: Incident, pages: list[Page], *, says_all: bool) -> list[Receipt]:
    """Return one row per message, the first page first; with what the receiving side said where `says_all`."""
    if not pages:
        return []
    sent, acted = _deliveries(pages), _deeds(incident, {page.user_id for page in pages})
    return [
        _receipt(page, delivery, acted.get(page.user_id), says_all=says_all)
        for page in reversed(pages)
        for delivery in sent.get(page.pk) or [None]
    ]


def _deliveries(pages: list[Page]) -> dict[int, list[Delivery | None]]:
    found: dict[int, list[Delivery | None]] = {}
    rows = Delivery.objects.filter(kind="page", object_id__in=[page.pk for page in pages])
    for row in rows.order_by("pk"):
        found.setdefault(row.object_id, []).append(row)
    return found


def _deeds(incident: Incident, users: set[int]) -> dict[int, tuple[str, datetime]]:
    """Return what each of these people did first about it: acknowledged, resolved, passed it on, ..."""
    told = incident.timeline.filter(actor_user__in=users, kind__in=("state", "escalation"))
    found: dict[int, tuple[str, datetime]] = {}
    rows = told.order_by("recorded_at", "pk").values_list(
        "actor_user_id", "data__verb", "recorded_at"
    )
    for user_id, verb, at in rows:
        if verb:
            found.setdefault(user_id, (str(verb).replace("_", " "), at))
    return found


def _receipt(
    page: Page, delivery: Delivery | None, deed: tuple[str, datetime] | None, *, says_all: bool
) -> Receipt:
    did, at = deed if deed and deed[1] >= page.created_at else ("", None)
    if delivery is None:
        why = page.unsent_reason or "no message was written"
        return Receipt(page.user, page, None, None, why, did, at)
    late = delivery.sent_at - delivery.not_before if delivery.sent_at else None
    word = delivery.error or (delivery.proof if says_all else outcome_of(delivery).word)
    if delivery.state in (Delivery.State.SUPPRESSED, Delivery.State.EXPIRED):
        word = f"{delivery.get_state_display()}: {delivery.error}".rstrip(": ")
    return Receipt(
        page.user,
        page,
        delivery,
        int(late.total_seconds()) if late is not None else None,
        word,
        did,
        at,
    )


def paging_now(incident: Incident, at: datetime) -> Paging | None:
    """Return who is being woken for an incident, who follows and when; None when nothing runs."""
    runs = Escalation.objects.filter(incident=incident, state=Escalation.State.WAITING)
    run = runs.select_related("snoozed_by").first()
    if run is None:
        return None
    pages = run.pages.filter(unsent_reason="").select_related("user").order_by("-pk")[:20]
    latest = [page for page in pages if (page.cycle, page.step) == (pages[0].cycle, pages[0].step)]
    people = tuple(page.user.display_name for page in reversed(latest))
    if run.snoozed_by is not None:
        return Paging(people, run.snoozed_by.display_name, run.next_due_at)
    following = whom_next(run, None, at)
    return Paging(people, following.name if following else "", run.next_due_at)


def _sentence(incident: Incident, run: Escalation | None) -> str:
    if run is None:
        return f"No escalation: {incident.unpaged_reason or 'no reason was recorded'}."
    if run.state == Escalation.State.STOPPED:
        return f"Paging stopped at {run.stopped_at:%d %b %H:%M:%S} UTC: {run.stop_reason}."
    if run.snoozed_by is not None:
        name = run.snoozed_by.display_name
        return f"Snoozed: {name} is paged again at {run.next_due_at:%d %b %H:%M:%S} UTC."
    lost = " Nobody could be reached." if run.unreached_at else ""
    return f"Paging runs; step {run.step + 1} is due at {run.next_due_at:%d %b %H:%M:%S} UTC.{lost}"


def why_needed(user: User) -> list[str]:
    """Return why a person can't be deleted or switched off: on call now, or named by a policy."""
    return [*_on_call(user), *_named(user)]


def _on_call(user: User) -> list[str]:
    answers = resolve(Schedule.objects.values_list("pk", flat=True), clock.now()).values()
    return [
        f"{user.display_name} is on call now by {answer.schedule.name}; let somebody cover first."
        for answer in answers
        if user.pk in (*answer.users, *answer.seats.get("secondary", ()))
    ]


def _named(user: User) -> list[str]:
    policies: Any = EscalationPolicy.objects.filter(
        steps__people=user
    ) | EscalationPolicy.objects.filter(fallback=user)
    return [
        f"{user.display_name} is named by the policy {policy.name}."
        for policy in policies.distinct()
    ]
