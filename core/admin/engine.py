"""The house's own rows: beats of its processes, and promised calls that have not succeeded yet."""

from collections.abc import Sequence
from functools import partial

from django.contrib import admin
from django.http import HttpRequest

from core import promises
from core.admin.base import ReadOnlyAdmin
from core.admin.buttons import Button
from core.admin.panel import When
from core.admin.rights import allows
from core.models import Heartbeat, LateCall


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin[Heartbeat]):
    """When each process was last alive."""

    beat = When("beat_at", "last beat")
    list_display = fields = readonly_fields = ("part", "beat", "detail")


@admin.register(LateCall)
class LateCallAdmin(ReadOnlyAdmin[LateCall]):
    """Promises that are still to be kept; a row goes when its call has succeeded."""

    due = When("due_at", "due")
    promised = When("created_at", "promised")
    list_display = ("fact", "handler", "object_id", "attempts", "due", "promised")
    list_filter = ("fact",)
    fields = readonly_fields = (*list_display, "last_error")

    def buttons(self, request: HttpRequest, obj: LateCall) -> Sequence[Button]:
        """Offer to run it now."""
        act = partial(promises.run_again, obj.pk)
        return [
            Button("run_again", "Run again now", act, shown=allows(request, "core.edit_people"))
        ]
