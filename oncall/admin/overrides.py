"""Overrides: listed, and ended by their action; added on the screen of their schedule, never rewritten."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core import clock
from core.actor import Actor
from core.admin.base import GuardedAdmin
from core.admin.buttons import Button
from core.admin.panel import Named, When
from core.admin.rights import allows, manages, manages_some, who
from oncall.actions.overrides import cancel_override, may_cancel
from oncall.admin.wall import Wall
from oncall.models import Override, Schedule

EDIT = "oncall.edit_schedule"


@admin.register(Override)
class OverrideAdmin(GuardedAdmin[Override]):
    """Managers of the schedule's team add and end overrides."""

    view_verb = "oncall.view"
    starts, ends = Wall("starts_at", "from"), Wall("ends_at", "to")
    made, cancelled = When("created_at", "added"), When("cancelled_at", "cancelled")
    person, instead_of = Named("user", "who serves"), Named("subject", "instead of")
    added_by, ended_by = Named("created_by", "added by"), Named("cancelled_by", "ended by")
    list_display = (
        "schedule", "what", "person", "instead_of", "layer", "starts", "ends", "cancelled",
    )  # fmt: skip
    list_select_related = ("schedule", "user", "subject", "layer")
    list_filter = ("schedule",)
    fields = readonly_fields = (
        "schedule", "kind", *list_display[2:], "source", "reason", "made", "added_by", "ended_by",
    )  # fmt: skip

    def sentence(self, request: HttpRequest, obj: Override) -> str:
        """Say whether it is in force."""
        at = clock.now()
        if obj.cancelled_at is not None:
            return "Ended: from then on the schedule answers as if it had never been."
        if obj.ends_at <= at:
            return "Over: it was served, and stays as it was."
        return "In force now." if obj.starts_at <= at else "Still to come."

    @admin.display(description="kind", ordering="kind")
    def what(self, row: Override) -> str:
        """Return the kind in a word; the row's own page says what it means."""
        return row.kind

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who edits some schedule adds covers; the action asks for the one."""
        return allows(request, EDIT) or manages_some(request, EDIT)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask for which schedule: its own form shows what a cover would change."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        rows = Schedule.objects.filter(team__in=manages(request)).select_related("team")
        context = {
            **self.admin_site.each_context(request),
            "title": "Add a cover",
            "opts": self.opts,
            "schedules": list(rows.order_by("name")),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "oncall/schedule/which.html", context)

    def buttons(self, request: HttpRequest, obj: Override) -> Sequence[Button]:
        """Offer to end what is not over."""
        is_over = obj.cancelled_at is not None or obj.ends_at <= clock.now()
        shown = not is_over and may_cancel(who(request), obj)
        confirm = "From then on the schedule answers as if there were no cover."
        return [
            Button(
                "cancel", "End the cover", partial(_cancel, obj.pk), shown=shown, confirm=confirm
            )
        ]


def _cancel(cover_id: int, *, by: Actor, at: datetime) -> str:
    cancel_override(cover_id, by=by, at=at)
    return "The cover is ended."
