"""What arrived, byte for byte, and what became of it: why did this (not) page?"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from core.admin.base import ReadOnlyAdmin
from core.admin.buttons import Button
from core.admin.known import KnownValues
from core.admin.panel import Panel, When, as_text
from core.admin.rights import allows
from incidents import actions
from incidents.admin.event_page import trace_context
from incidents.models import ChangeEvent, RawEvent, Rejection
from incidents.models.event import Verdict
from incidents.parsers import KINDS


def _replay(event_id: int, *, by: Any, at: Any) -> str:
    actions.replay(event_id, by=by, at=at)
    return "The event is in line again; the engine takes it within seconds."


class ByKind(KnownValues):
    """What a body was read as."""

    title, parameter_name = "kind", "kind"
    known = tuple((name, form.label) for name, form in KINDS.items())


@admin.register(RawEvent)
class RawEventAdmin(ReadOnlyAdmin[RawEvent]):
    """Every accepted request. Quarantined ones are named above the list and can be replayed."""

    view_verb = "incidents.view"
    change_form_template = "incidents/event.html"
    received, processed = When("received_at", "received"), When("processed_at", "processed")
    list_display = ("id", "received", "source", "kind_word", "verdict", "processed")
    list_display_links = ("id", "received")
    list_select_related = ("source",)
    list_filter = ("verdict", "source", ByKind)
    fields = readonly_fields = (
        "source", "key_prefix", "kind_word", "received", "verdict", "processed", "delivery_id", "attempts", "error",
    )  # fmt: skip

    @admin.display(description="kind", ordering="kind")
    def kind_word(self, event: RawEvent) -> str:
        """Return what its body was read as, in words."""
        form = KINDS.get(event.kind)
        return form.label if form else event.kind

    @admin.display(description="key")
    def key_prefix(self, event: RawEvent) -> str:
        """Return the beginning of the key that it came with."""
        return str(event.key) if event.key else "the key is gone"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RawEvent]:
        """Leave bodies, which may be large, where they are until one is looked at."""
        return super().get_queryset(request).defer("body", "items")

    def headline(self, request: HttpRequest) -> str:
        """Say how many events could not be read."""
        count = RawEvent.objects.filter(verdict=Verdict.QUARANTINED).count()
        if not count:
            return "No event is quarantined: everything that arrived could be read."
        url = reverse("admin:incidents_rawevent_changelist") + "?verdict__exact=quarantined"
        return format_html(
            '<a href="{}">{} quarantined</a>: they could not be read, and paged with a fixed text.',
            url,
            count,
        )

    def buttons(self, request: HttpRequest, obj: RawEvent) -> Sequence[Button]:
        """Offer to replay what is quarantined."""
        may = allows(request, "incidents.replay_event", obj.source)
        shown = may and obj.verdict == Verdict.QUARANTINED
        return [Button("replay", "Replay", partial(_replay, obj.pk), shown=shown)]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Draw the stages of the alert that `?item=` names, and what was sent as fields or raw."""
        event: RawEvent | None = context.get("original")
        if event is not None:
            context.update(trace_context(request, event))
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Rejection)
class RejectionAdmin(ReadOnlyAdmin[Rejection]):
    """Requests with a valid key that could not be accepted; the latest 100 of each source."""

    view_verb = "incidents.view"
    received = When("received_at", "received")
    list_display = ("received", "source", "status", "code", "detail")
    list_select_related = ("source",)
    list_filter = ("source", "code")
    fields = readonly_fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rejection]:
        """Leave bodies where they are until one is looked at."""
        return super().get_queryset(request).defer("body")

    def panels(self, request: HttpRequest, obj: Rejection) -> Sequence[Panel]:
        """Show the beginning of what was sent."""
        return [
            Panel("What was sent", "At most the first 4 096 bytes are kept.", pre=as_text(obj.body))
        ]


@admin.register(ChangeEvent)
class ChangeEventAdmin(ReadOnlyAdmin[ChangeEvent]):
    """What was changed on purpose; never pages."""

    view_verb = "incidents.view"
    occurred = When("occurred_at", "happened")
    list_display = ("occurred", "summary", "origin", "source")
    list_display_links = ("occurred", "summary")
    list_select_related = ("source",)
    list_filter = ("source",)
    search_fields = ("summary", "origin")
    fields = readonly_fields = ("occurred", "summary", "origin", "source", "links", "details")
