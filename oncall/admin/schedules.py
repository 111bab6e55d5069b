"""Schedules: the list, the screen with the picture, the pages that change who serves (staff.md 7.5)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html

from core import clock
from core.actor import Actor
from core.admin.base import GuardedAdmin
from core.admin.buttons import Button
from core.admin.panel import NOTHING
from core.admin.rights import allows, who
from core.models import User
from oncall import rota
from oncall.actions.overrides import take_pager
from oncall.admin import screen
from oncall.admin.bars import wall_time
from oncall.admin.layer_page import new_layer, one_layer
from oncall.admin.new_schedule import new_schedule
from oncall.admin.people import NOBODY
from oncall.admin.plan_page import plan_page
from oncall.models import Schedule, plans

EDIT = "oncall.edit_schedule"
Show = Callable[..., HttpResponse]


@admin.register(Schedule)
class ScheduleAdmin(GuardedAdmin[Schedule]):
    """Managers of its team edit a schedule; every Responder asks for swaps and takes the pager."""

    view_verb = "oncall.view"
    edit_verb = EDIT
    fields = ("name", "slug", "team", "time_zone", "expectation", "swap_needs_approval")
    list_display = ("name", "team", "time_zone", "on_call_now", "until")
    list_select_related = ("team",)
    list_filter = ("team",)
    search_fields = ("name", "slug")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read the plans of all rows of the page at once, and the people on call."""
        found = super().get_changelist_instance(request)
        at = clock.now()
        rows = [row.pk for row in found.result_list]
        known = plans(rows, since=at - rota.LOOK_AHEAD)
        answers = {pk: rota.who(known[pk], at) for pk in rows}
        people = User.objects.in_bulk({pk for one in answers.values() for pk in one.users})
        for row in found.result_list:
            row.known_answer, row.known_people = answers[row.pk], people
        return found

    @admin.display(description="on call now")
    def on_call_now(self, schedule: Any) -> str:
        """Return who answers at this moment."""
        people = schedule.known_people
        names = [people[pk].display_name for pk in schedule.known_answer.users if pk in people]
        return ", ".join(names) or format_html('<b class="bad">{}</b>', NOBODY)

    @admin.display(description="until (local time)")
    def until(self, schedule: Any) -> str:
        """Return when that ends."""
        at = schedule.known_answer.until
        return wall_time(at, schedule.zone) if at else NOTHING

    def why_kept(self, obj: Schedule) -> Sequence[str]:
        """Keep what a policy pages by, and what somebody has served by: reports and pay follow from the ledger."""
        policies = obj.policystep_set.values_list("policy__name", flat=True).distinct()
        named = [f"The policy {name} pages by {obj}; take it out there first." for name in policies]
        served = f"People have served by {obj}, and what was served stays: end its layers instead."
        return [*named, *([served] if obj.served.exists() else [])]

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that change who serves."""
        pages: dict[str, tuple[str, Show]] = {
            "plan": ("plan/", plan_page),
            "new_layer": ("layers/add/", new_layer),
            "layer": ("layers/<int:layer>/", one_layer),
        }
        return [
            path(
                f"<path:object_id>/{address}", self.admin_site.admin_view(partial(self._page, show)),
                name=f"oncall_schedule_{name}",
            )
            for name, (address, show) in pages.items()
        ] + super().get_urls()  # fmt: skip

    def _page(self, show: Show, request: HttpRequest, object_id: str, **more: int) -> HttpResponse:
        schedule = self.get_object(request, unquote(object_id))
        if schedule is None:
            raise Http404
        if not self.has_view_permission(request, schedule):
            raise PermissionDenied
        return show(request, schedule, **more)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the schedule; its name, team and what it asks for are edited behind ?edit=details."""
        schedule = self.get_object(request, unquote(object_id))
        if request.method != "GET" or "edit" in request.GET or schedule is None:
            return super().change_view(request, object_id, form_url, extra_context)
        if not self.has_view_permission(request, schedule):
            raise PermissionDenied
        shown = [one for one in self.buttons(request, schedule) if one.shown]
        return screen.show(request, schedule, shown)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Make a schedule with its first layer."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return new_schedule(request)

    def response_post_save_change(
        self, request: HttpRequest, obj: Schedule
    ) -> HttpResponseRedirect:
        """Lead back to the schedule."""
        return HttpResponseRedirect(self.page_of(obj))

    def buttons(self, request: HttpRequest, obj: Schedule) -> Sequence[Button]:
        """Offer to take the pager to whoever has not got it."""
        user = who(request).user
        may = user is not None and allows(request, "oncall.take_pager", obj)
        confirm = "From now until the running shift ends, pages by this schedule come to you. Who has it now is told."
        act = partial(_take, obj)
        return [Button("take_pager", "Take the pager now", act, shown=may, confirm=confirm)]


def _take(schedule: Schedule, *, by: Actor, at: datetime) -> str:
    row = take_pager(schedule, by=by, at=at)
    return f"You have the pager until {wall_time(row.ends_at, schedule.zone)}."
