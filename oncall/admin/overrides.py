"""Overrides: added and ended by actions, never rewritten."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.forms import Form
from django.http import HttpRequest

from core import clock
from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.panel import When
from core.admin.rights import allows, manages, manages_some, who
from oncall.actions.overrides import add_override, cancel_override, may_cancel
from oncall.actions.wish import Wish
from oncall.admin.forms import CoverForm
from oncall.models import Override, Schedule

EDIT = "oncall.edit_schedule"


@admin.register(Override)
class OverrideAdmin(AddsByAction[Override]):
    """Managers of the schedule's team add and end overrides."""

    view_verb = "oncall.view"
    add_label = "Add a cover"
    starts, ends = When("starts_at", "from"), When("ends_at", "to")
    made, cancelled = When("created_at", "added"), When("cancelled_at", "cancelled")
    list_display = ("schedule", "kind", "user", "subject", "layer", "starts", "ends", "cancelled")
    list_select_related = ("schedule", "user", "subject", "layer")
    list_filter = ("schedule",)
    fields = readonly_fields = (
        *list_display,
        "source",
        "reason",
        "made",
        "created_by",
        "cancelled_by",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who edits some schedule adds covers; the action asks for the one."""
        return allows(request, EDIT) or manages_some(request, EDIT)

    def add_form(self, request: HttpRequest) -> Callable[..., Form]:
        """Offer the schedules of the person's teams."""
        return partial(CoverForm, schedules=Schedule.objects.filter(team__in=manages(request)))

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[Override, str]:
        """Add the cover."""
        schedule = cleaned.pop("schedule")
        row = add_override(schedule, Wish(**cleaned), by=by, at=at)
        return row, f"{cleaned['user'].display_name} covers {schedule.name}."

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
