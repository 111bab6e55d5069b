"""Alerts: each episode of each condition; what fires stands first."""

from typing import get_args

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock
from core.admin.base import ReadOnlyAdmin
from core.admin.known import KnownValues
from core.admin.panel import NOTHING, Panel, When, link, link_to
from core.templatetags.house import icon, moment, plural, short_of
from incidents.models import Alert
from incidents.parsers.severity import Severity

STATE_MARKS = {
    Alert.State.FIRING: ("fire", "bad", "firing"),
    Alert.State.RESOLVED: ("check", "good", "ended"),
    Alert.State.SUPERSEDED: ("refresh", "dim", "replaced by a newer one"),
}
SEVERITY_MARKS = {
    "critical": ("sev-1", "t-red"),
    "error": ("sev-2", "t-orange"),
    "warning": ("sev-3", "t-amber"),
    "info": ("sev-4", "t-grey"),
}


class BySeverity(KnownValues):
    """How bad its sender calls it, in our words."""

    title, parameter_name = "severity", "severity"
    known = tuple((word, word) for word in get_args(Severity))


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin[Alert]):
    """One episode: what the sender said, and the incident that it belongs to."""

    view_verb = "incidents.view"
    started, received = When("started_at", "started"), When("first_received_at", "first received")
    latest, held, ended = (
        When("last_received_at", "last received"),
        When("held_until", "held until"),
        When("ended_at", "ended"),
    )
    list_display = (
        "title", "state_mark", "severity_mark", "source", "incident_link", "why", "count", "since", "until",
    )  # fmt: skip
    list_select_related = ("source", "incident")
    list_filter = ("state", BySeverity, "source")
    search_fields = ("title", "key__key")
    ordering = ("state", "-pk")  # "firing" comes before the ended ones
    fieldsets = (
        ("What it says", {
            "fields": ("title", "description", "state_mark", "severity_mark", "severity_raw", "is_unmapped", "client"),
        }),
        ("What came of it", {
            "fields": ("incident_link", "why", "count"),
            "description": "The event tells stage by stage why this paged, or why not.",
        }),
        ("When", {"fields": ("started", "received", "latest", "held", "ended")}),
        ("How it was told apart", {
            "fields": ("source", "key", "episode", "group_key"),
            "description": "Receipts with the same key are one alert; alerts of one group share an incident.",
        }),
    )  # fmt: skip
    readonly_fields = (
        "title", "description", "state_mark", "severity_mark", "severity_raw", "is_unmapped", "source", "key",
        "episode", "incident_link", "why", "count", "client", "started", "received", "latest", "held", "ended",
        "group_key",
    )  # fmt: skip

    def headline(self, request: HttpRequest) -> str:
        """Say what fires, and what of it has no incident."""
        found = Alert.objects.open().aggregate(
            firing=Count("pk"), alone=Count("pk", filter=Q(incident=None))
        )
        if not found["firing"]:
            return "No alert is firing."
        alone = f", {found['alone']:,} of them without an incident" if found["alone"] else ""
        return f"{plural(found['firing'], 'alert is,alerts are')} firing{alone}."

    def sentence(self, request: HttpRequest, obj: Alert) -> str:
        """Say first whether it still fires, and for how long."""
        word = "Fired for" if obj.ended_at else "Firing for"
        length = short_of((obj.ended_at or clock.now()) - obj.started_at)
        return f"{word} {length}, {plural(obj.count, 'receipt,receipts')} from {obj.source}."

    @admin.display(description="state", ordering="state")
    def state_mark(self, alert: Alert) -> SafeString:
        """Return the state as a word with its mark."""
        mark, tone, word = STATE_MARKS[Alert.State(alert.state)]
        return format_html('<span class="{}">{}&nbsp;{}</span>', tone, icon(mark), word)

    @admin.display(description="severity", ordering="severity")
    def severity_mark(self, alert: Alert) -> SafeString:
        """Return the sender's severity as a word with its mark; the incident has its own."""
        mark, tone = SEVERITY_MARKS.get(alert.severity, ("question", ""))
        return format_html('<span class="pill {}">{}{}</span>', tone, icon(mark), alert.severity)

    @admin.display(description="incident", ordering="incident")
    def incident_link(self, alert: Alert) -> str:
        """Return a link to its incident."""
        return link_to(alert.incident, alert.incident.label if alert.incident else "")

    @admin.display(description="paged")
    def why(self, alert: Alert) -> str:
        """Return a link to its first event, which tells why it did or did not page."""
        if alert.first_event_id is None:
            return NOTHING
        url = reverse("admin:incidents_rawevent_change", args=[alert.first_event_id])
        return link(url, "Why?")

    @admin.display(description="started (UTC)", ordering="started_at")
    def since(self, alert: Alert) -> str:
        """Return when it began."""
        return moment(alert.started_at)

    @admin.display(description="ended (UTC)", ordering="ended_at")
    def until(self, alert: Alert) -> str:
        """Return when it ended."""
        return moment(alert.ended_at) or NOTHING

    def panels(self, request: HttpRequest, obj: Alert) -> list[Panel]:
        """Show labels and links as the sender gave them; a link is shown, not followed."""
        labels = [(name, value) for name, value in sorted(obj.labels.items())]
        links = [
            (one.get("text", ""), one.get("href", "")) for one in obj.links if isinstance(one, dict)
        ]
        return [
            Panel("Labels", columns=("Name", "Value"), rows=labels, empty="It has none."),
            Panel(
                "Links of the sender", columns=("Text", "Address"), rows=links, empty="It has none."
            ),
        ]
