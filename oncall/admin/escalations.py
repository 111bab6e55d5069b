"""What the pager did and will do: read-only."""

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest

from core.admin.base import ReadOnlyAdmin
from core.admin.panel import Named, Panel, When, link_to, moment
from core.admin.rights import allows
from notify.admin.outcomes import outcome_of
from notify.models import Delivery
from oncall.models import Escalation, Page


@admin.register(Escalation)
class EscalationAdmin(ReadOnlyAdmin[Escalation]):
    """One run of a policy for one incident."""

    view_verb = "oncall.view"
    due, started, stopped = (
        When("next_due_at", "next due"),
        When("started_at", "began"),
        When("stopped_at", "stopped"),
    )
    unreached = When("unreached_at", "reached nobody")
    list_display = (
        "incident",
        "generation",
        "state",
        "policy",
        "step",
        "due",
        "unreached",
        "stopped",
        "stop_reason",
    )
    list_select_related = ("incident", "policy")
    list_filter = ("state", "policy")
    fields = readonly_fields = (
        *list_display,
        "cycle",
        "started",
        "fallback",
        "snoozed_by",
        "passed_by",
    )

    def panels(self, request: HttpRequest, obj: Escalation) -> Sequence[Panel]:
        """Show its pages."""
        rows = [
            (link_to(page, f"page {page.pk}"), page.user.display_name, page.cycle + 1, page.step + 1, page.why,
             moment(page.created_at), page.unsent_reason)
            for page in obj.pages.select_related("user").order_by("pk")
        ]  # fmt: skip
        columns = ("Page", "Person", "Cycle", "Step", "Why", "Written (UTC)", "Not sent because")
        return [Panel("Pages", "", columns, rows)]


@admin.register(Page)
class PageAdmin(ReadOnlyAdmin[Page]):
    """One person called once."""

    view_verb = "oncall.view"
    written, person = When("created_at", "written"), Named("user", "person")
    list_display = ("written", "person", "incident", "why", "is_fallback", "unsent_reason")
    list_select_related = ("user", "escalation__incident")
    list_filter = ("is_fallback", "user")
    fields = readonly_fields = (*list_display, "generation", "cycle", "step", "subject")

    @admin.display(description="incident")
    def incident(self, page: Page) -> str:
        """Return a link to what it was about."""
        return link_to(page.escalation.incident)

    def panels(self, request: HttpRequest, obj: Page) -> Sequence[Panel]:
        """Show what came of each message; what the receiving side said of it to those who may read the paging log."""
        says_all = allows(request, "notify.view")
        rows = [
            (
                link_to(row, row.channel) if says_all else row.channel,
                row.state,
                moment(row.not_before),
                moment(row.sent_at),
                row.error or (row.proof if says_all else outcome_of(row).word),
            )
            for row in Delivery.objects.filter(kind="page", object_id=obj.pk).order_by("pk")
        ]
        return [
            Panel(
                "Messages",
                "",
                ("Channel", "State", "Due (UTC)", "Sent (UTC)", "Proof or error"),
                rows,
            )
        ]
