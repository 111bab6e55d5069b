"""What the pager shows on screens below it: the red bar, the proof of paging, who can't leave."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core import clock
from core.admin.panel import Panel, link_to, moment
from core.models import Heartbeat, User
from incidents.models import Incident
from notify.models import Delivery
from oncall.actions.rotation import resolve
from oncall.actions.wellbeing import unreached, why_not_well
from oncall.models import Escalation, EscalationPolicy, Page, Schedule

PROOF_COLUMNS = (
    "Person", "Step", "Why", "Channel", "Due (UTC)", "Sent (UTC)", "State", "Proof or error",
)  # fmt: skip


def pager_marks(at: datetime) -> list[str]:
    """Return a sentence for everything that may keep a page from leaving or from reaching somebody."""
    return [*why_not_well(at), *unreached(at), *_watchdog_findings()]


def _watchdog_findings() -> list[str]:
    beat = Heartbeat.objects.filter(part="watchdog").first()
    found = beat.detail.get("red", []) if beat is not None and isinstance(beat.detail, dict) else []
    return [str(text) for text in found] if isinstance(found, list) else [str(found)]


def paging_proof(request: HttpRequest, incident: Incident) -> Panel:
    """Return who was paged for an incident, by which channel, and what came of each message."""
    pages = list(_pages(incident))
    sent = _deliveries(pages)
    rows = [row for page in pages for row in _rows(page, sent.get(page.pk, []))]
    return Panel(
        "Paging", _sentence(incident), PROOF_COLUMNS, rows, "No page has been written yet."
    )


def _pages(incident: Incident) -> QuerySet[Page]:
    rows = Page.objects.filter(escalation__incident=incident).select_related("user", "escalation")
    return rows.order_by("pk")


def _deliveries(pages: list[Page]) -> dict[int, list[Delivery]]:
    found: dict[int, list[Delivery]] = {}
    for row in Delivery.objects.filter(
        kind="page", object_id__in=[page.pk for page in pages]
    ).order_by("pk"):
        found.setdefault(row.object_id, []).append(row)
    return found


def _rows(page: Page, deliveries: list[Delivery]) -> list[list[object]]:
    head: list[object] = [
        page.user.display_name,
        f"{page.generation}.{page.cycle + 1}.{page.step + 1}",
        page.why,
    ]
    if not deliveries:
        why = page.unsent_reason or "no message was written"
        return [[*head, "none", moment(page.created_at), moment(None), "not sent", why]]
    return [[*head, *_cells(row)] for row in deliveries]


def _cells(row: Delivery) -> list[object]:
    said = row.error or row.proof or "no proof yet"
    return [
        row.channel,
        moment(row.not_before),
        moment(row.sent_at),
        link_to(row, row.get_state_display()),
        said,
    ]


def _sentence(incident: Incident) -> str:
    run = Escalation.objects.filter(incident=incident).order_by("-generation").first()
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
        if user.pk in answer.users
    ]


def _named(user: User) -> list[str]:
    policies: Any = EscalationPolicy.objects.filter(
        steps__people=user
    ) | EscalationPolicy.objects.filter(fallback=user)
    return [
        f"{user.display_name} is named by the policy {policy.name}."
        for policy in policies.distinct()
    ]
