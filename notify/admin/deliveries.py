"""The paging log: what was to be sent, by which way, when, and the proof of it (staff.md 7.10)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock
from core.admin.base import ReadOnlyAdmin
from core.admin.panel import NOTHING, Panel, When, moment
from core.templatetags.house import channel, icon, moment_s, person, plural
from notify.admin import outcomes
from notify.admin.chips import WINDOW, ByChannel, ByKind, ByOutcome, Since
from notify.admin.subjects import About, Subject, drawn, subjects_of
from notify.models import KEPT, Delivery

HOUR = timedelta(hours=1)


class LogPage(ChangeList):
    """One page of the log, read together with what its rows are about."""

    subjects: Mapping[About, Subject] = {}

    def get_results(self, request: HttpRequest) -> None:
        """Read the rows, then their subjects in one go."""
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        found = subjects_of(rows)
        for row in rows:
            row.subject = found.get((row.kind, row.object_id))
        self.result_list = rows


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    """One message to one address. Addresses are not shown: they are their owners'."""

    view_verb = "notify.view"
    change_list_template = "notify/deliveries.html"
    made, ends = When("created_at", "asked for"), When("expires_at", "of no use after")
    due_at, sent = When("not_before", "due"), When("sent_at", "sent")
    list_display = ("due", "who", "way", "about", "sent_time", "late", "outcome")
    list_display_links = ("due",)
    list_select_related = ("recipient",)
    list_filter = (Since, ByOutcome, ByChannel, ByKind, "state")
    sortable_by = ()
    search_fields = ("recipient__username", "recipient__first_name", "recipient__last_name")
    fieldsets = (
        ("What it is", {"fields": ("about", "who", "way")}),
        ("When", {"fields": ("made", "due_at", "sent", "late", "ends")}),
        ("What came of it", {"fields": ("outcome", "proof", "error")}),
    )
    readonly_fields = (
        "about", "who", "way", "made", "due_at", "sent", "late", "ends", "outcome", "proof", "error",
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the page that reads subjects with its rows."""
        return LogPage

    def headline(self, request: HttpRequest) -> str:
        """Say what left within the hour, and what of the last 24 hours needs a look."""
        return _sentence(clock.now())

    @admin.display(description="due (UTC)")
    def due(self, row: Delivery) -> str:
        """Return when it was to leave, to the second."""
        return moment_s(row.not_before)

    @admin.display(description="sent (UTC)")
    def sent_time(self, row: Delivery) -> str:
        """Return when it left."""
        return moment_s(row.sent_at) or NOTHING

    @admin.display(description="who")
    def who(self, row: Delivery) -> str:
        """Return the person; a dash for a deleted one."""
        return person(row.recipient) if row.recipient else NOTHING

    @admin.display(description="channel")
    def way(self, row: Delivery) -> SafeString:
        """Return the channel with its icon."""
        return channel(row.channel)

    @admin.display(description="for")
    def about(self, row: Any) -> SafeString:
        """Return what it is about, with a link; the log has read its rows' subjects already."""
        if not hasattr(row, "subject"):
            row.subject = subjects_of([row]).get((row.kind, row.object_id))
        return drawn(row, row.subject)

    @admin.display(description="late")
    def late(self, row: Delivery) -> str:
        """Return by how many seconds it was, or is, late; a dash up to five."""
        late = outcomes.late_by(row, clock.now())
        if late is None:
            return NOTHING
        return format_html(
            '<span class="warn">{}&nbsp;{}&nbsp;s</span>',
            icon("triangle"),
            f"{late.total_seconds():,.0f}",
        )

    @admin.display(description="outcome")
    def outcome(self, row: Delivery) -> SafeString:
        """Return what became of it, as a word with a mark."""
        return outcomes.outcome_of(row).drawn

    def panels(self, request: HttpRequest, obj: Delivery) -> Sequence[Panel]:
        """Show every try."""
        rows = [
            (row.number, moment(row.started_at), moment(row.finished_at), outcomes.TRIES.get(row.outcome, row.outcome), row.detail)
            for row in obj.tries.all()
        ]  # fmt: skip
        columns = ("Try", "Began (UTC)", "Ended (UTC)", "Outcome", "What was said")
        count = plural(len(rows), "try,tries")
        return [Panel("Tries", "", columns, rows, "It has not been tried yet.", count=count)]


def _sentence(at: datetime) -> str:
    found = Delivery.objects.filter(created_at__gte=at - WINDOW).aggregate(
        sent=Count("pk", filter=Q(sent_at__gte=at - HOUR) & ~Q(proof=KEPT)),
        lost=Count("pk", filter=outcomes.FAILED & Q(created_at__gte=at - HOUR)),
        waits=Count("pk", filter=outcomes.WAITS),
        unproven=Count("pk", filter=outcomes.UNPROVEN),
    )
    waits = f"{plural(found['waits'], 'message waits,messages wait')}"
    return (
        f"{found['sent']:,} sent in the last hour, {found['lost']:,} failed. "
        f"{waits}, {found['unproven']:,} without proof of arrival in 24 h."
    )
