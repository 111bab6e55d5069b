"""Who was paged about an incident and what became of it, for the incident's own answer.

Wired as `incident_pages` and `incident_page_count` in PROVIDERS: the kernel does not know the pager.
"""

from typing import Any

from django.db.models import Subquery

from core import expressions
from core.expressions import gathered
from notify.models import Delivery
from oncall.models import Page

UNSENT = "unsent"


def rows_of(incident_id: int) -> list[dict[str, Any]]:
    """Return the pages of an incident, the oldest first: one row per delivery, with its channel.

    For every reader: `error` is our own words, and there is no address and nothing that the receiving side said.
    A page that has no delivery is one row, `unsent`, with no channel and the reason why it did not leave.
    """
    pages = list(
        Page.objects.filter(escalation__incident=incident_id).select_related("user").order_by("pk")
    )
    sent: dict[int, list[Delivery]] = {}
    about = Delivery.objects.filter(kind="page", object_id__in=[page.pk for page in pages])
    for delivery in about.order_by("pk"):
        sent.setdefault(delivery.object_id, []).append(delivery)
    return [
        row
        for page in pages
        for row in ([_delivered(page, one) for one in sent.get(page.pk, [])] or [_unsent(page)])
    ]


def counted() -> Subquery:
    """Return how many pages an incident has, as a column of a query of incidents."""
    return gathered(Page.objects.all(), "escalation__incident", expressions.Count("pk"))


def _delivered(page: Page, delivery: Delivery) -> dict[str, Any]:
    return {
        "person": page.user.username,
        "channel": delivery.channel,
        "state": delivery.state,
        "due_at": delivery.not_before,
        "sent_at": delivery.sent_at,
        "error": delivery.error or None,
        "unsent_reason": None,
    }


def _unsent(page: Page) -> dict[str, Any]:
    return {
        "person": page.user.username,
        "channel": None,
        "state": UNSENT,
        "due_at": page.created_at,
        "sent_at": None,
        "error": None,
        "unsent_reason": page.unsent_reason or None,
    }
