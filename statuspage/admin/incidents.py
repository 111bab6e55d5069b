"""What the public was told: to read. New words are written beside the internal incident."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from core.admin.base import ReadOnlyAdmin
from core.admin.panel import Panel, When, link, link_to, moment
from core.admin.rights import allows
from statuspage.actions.places import place_of
from statuspage.models import PublicIncident, PublicUpdate
from statuspage.rules.states import words


@admin.register(PublicIncident)
class PublicIncidentAdmin(ReadOnlyAdmin[PublicIncident]):
    """Each public incident with its updates."""

    view_verb = "statuspage.view"
    hint = "Open a declared incident and choose “Review and publish” on its status page panel."
    started = When("started_at", "started")
    resolved = When("resolved_at", "resolved")
    promised = When("next_update_by", "next update by")
    list_display = ("name", "state", "impact", "started", "resolved", "update_count")
    list_filter = ("state", "impact")
    search_fields = ("name",)
    ordering = ("-started_at", "-pk")
    fields = readonly_fields = (
        "name", "state", "impact", "inside", "started", "resolved", "promised", "advice", "public_url",
    )  # fmt: skip

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say in a list that is empty where the first word is written."""
        return super().changelist_view(request, {"empty_words": self.hint, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> Any:
        """Count the updates with the rows."""
        rows = super().get_queryset(request).select_related("incident", "page")
        return rows.annotate(update_count=Count("updates"))

    def sentence(self, request: HttpRequest, obj: PublicIncident) -> str:
        """Say whether visitors still wait for a word, and lead to where the next one is written."""
        if not obj.is_open:
            return "Over: visitors read it in the history."
        due = obj.next_update_by
        said = (
            f"Open; the next update is promised by {due:%H:%M} UTC."
            if due
            else "Open; no next update is promised."
        )
        if obj.incident is None or not allows(request, "statuspage.publish", obj.incident):
            return said
        url = reverse("admin:statuspage_publish", args=[obj.incident.pk])
        return format_html("{} {}", said, link(url, "Write the next update"))

    @admin.display(description="updates", ordering="update_count")
    def update_count(self, row: Any) -> int:
        """Return how many updates there are."""
        number: int = row.update_count
        return number

    @admin.display(description="tells of")
    def inside(self, row: PublicIncident) -> str:
        """Return the internal incident."""
        return link_to(row.incident)

    @admin.display(description="public page")
    def public_url(self, row: PublicIncident) -> str:
        """Return where visitors read it."""
        url = place_of(row.page).url(row.path)
        return link(url, url)

    def panels(self, request: HttpRequest, obj: PublicIncident) -> Sequence[Panel]:
        """Show what was said, the latest first."""
        rows = obj.updates.select_related("published_by").order_by("-number")
        columns = ("No.", "Said (UTC)", "Stage", "Text", "Next update by (UTC)", "By")
        return [Panel("Updates", "", columns, [_row(row) for row in rows], "Nothing was said.")]


def _row(row: PublicUpdate) -> list[object]:
    return [
        row.number,
        moment(row.display_at),
        words(row.state),
        row.body,
        moment(row.next_update_by),
        row.published_by.display_name if row.published_by else "a machine",
    ]
