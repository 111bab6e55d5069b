"""The outbox: what was to be sent, by which way, and the proof of it."""

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest

from core.admin.base import ReadOnlyAdmin
from core.admin.panel import Panel, When, moment
from notify.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    """One message to one address. Addresses are not shown: they are their owners'."""

    view_verb = "notify.view"
    due, sent = When("not_before", "due"), When("sent_at", "sent")
    made, ends = When("created_at", "asked for"), When("expires_at", "of no use after")
    list_display = (
        "id",
        "kind",
        "recipient",
        "channel",
        "state",
        "due",
        "sent",
        "attempts",
        "error",
    )
    list_select_related = ("recipient",)
    list_filter = ("state", "channel", "kind")
    search_fields = ("recipient__username",)
    show_full_result_count = False
    fields = readonly_fields = (
        "kind", "object_id", "recipient", "channel", "priority", "state", "made", "due", "ends", "sent", "attempts",
        "proof", "error",
    )  # fmt: skip

    def panels(self, request: HttpRequest, obj: Delivery) -> Sequence[Panel]:
        """Show every try."""
        rows = [
            (row.number, moment(row.started_at), moment(row.finished_at), row.outcome, row.detail)
            for row in obj.tries.all()
        ]
        columns = ("Try", "Began (UTC)", "Ended (UTC)", "Outcome", "What was said")
        return [Panel("Tries", "", columns, rows, "It has not been tried yet.")]
