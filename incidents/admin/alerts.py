"""Alerts: each episode of each condition."""

from django.contrib import admin
from django.http import HttpRequest

from core.admin.base import ReadOnlyAdmin
from core.admin.panel import Panel, When, link_to
from incidents.models import Alert


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
        "title",
        "state",
        "severity",
        "source",
        "incident_link",
        "count",
        "received",
        "ended",
    )
    list_select_related = ("source", "incident")
    list_filter = ("state", "severity", "source")
    search_fields = ("title", "key__key")
    show_full_result_count = False
    fields = readonly_fields = (
        "title", "description", "state", "severity", "severity_raw", "is_unmapped", "source", "key", "episode",
        "incident_link", "count", "client", "started", "received", "latest", "held", "ended", "group_key",
        "first_event",
    )  # fmt: skip

    @admin.display(description="incident", ordering="incident")
    def incident_link(self, alert: Alert) -> str:
        """Return a link to its incident."""
        return link_to(alert.incident)

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
