"""Incidents: every verb is a POST that calls one action; no form ever saves a row."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest

from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.panel import Panel, When, link_to
from core.admin.rights import allows, who
from incidents import actions
from incidents.admin.forms import Declaration, has_number
from incidents.admin.story import panels_of
from incidents.admin.verbs import buttons_of
from incidents.models import Incident
from incidents.playbook import label, severity_for
from incidents.playbook.lifecycle import ENDED, LIVE


class Kind(admin.SimpleListFilter):
    """Keep what is in triage apart from what is declared (design.md 5)."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the two kinds."""
        return [("declared", "Declared"), ("triage", "In triage")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those of the chosen kind."""
        if self.value() in ("declared", "triage"):
            return queryset.filter(declared_at__isnull=self.value() == "triage")
        return queryset


class Openness(admin.SimpleListFilter):
    """Keep what still needs somebody apart from what is over."""

    title = "open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return open and over."""
        return [("yes", "Open"), ("nobody", "Open, nobody has it"), ("no", "Over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those of the chosen sort."""
        chosen = {"yes": list(LIVE), "nobody": [LIVE[0]], "no": list(ENDED)}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(state__in=chosen)


_LATER = {
    "description": "description", "unpaged_reason": "unpaged_reason", "opened_by": "opened_by_id",
    "source": "source_id", "declared": "declared_at", "answered": "acknowledged_at", "ended": "ended_at",
    "merged_link": "merged_into_id",
}  # fmt: skip


def _has(incident: Incident | None, column: str) -> bool:
    return bool(getattr(incident, column, None))


@admin.register(Incident)
class IncidentAdmin(AddsByAction[Incident]):
    """One incident: facts, what can be done now, timeline, paging, alerts, history."""

    view_verb = "incidents.view"
    logs = False
    add_label = "Declare"
    opened, ended = When("opened_at", "opened"), When("ended_at", "ended")
    declared, answered = When("declared_at", "declared"), When("acknowledged_at", "acknowledged")
    list_display = (
        "number",
        "severity",
        "title",
        "holder",
        "state_word",
        "kind",
        "service",
        "opened",
    )
    list_display_links = ("number", "title")
    list_select_related = ("service", "acknowledged_by")
    list_filter = (Kind, Openness, "rank", "service")
    search_fields = ("title", "=pk")
    list_per_page = 50
    fields = readonly_fields = (
        "number", "title", "description", "state_word", "kind", "severity", "service", "holder", "unpaged_reason",
        "opened", "opened_by", "source", "declared", "answered", "ended", "merged_link", "playbook",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        """Read each playbook once, however many incidents share it."""
        return super().get_queryset(request).prefetch_related("playbook")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> Any:
        """Find INC-12 by its number."""
        return super().get_search_results(request, queryset, has_number(search_term))

    def get_fields(self, request: HttpRequest, obj: Incident | None = None) -> Any:
        """Leave out what does not apply."""
        return [name for name in self.fields if name not in _LATER or _has(obj, _LATER[name])]

    def headline(self, request: HttpRequest) -> str:
        """Say whether anything waits for somebody."""
        alone = Incident.objects.unheld().count()
        there = Incident.objects.open().count()
        if not there:
            return "Nothing is open."
        return (
            f"{there} open; {alone} of them nobody has."
            if alone
            else f"{there} open; each has somebody."
        )

    @admin.display(description="number", ordering="pk")
    def number(self, incident: Incident) -> str:
        """Return the number as people say it."""
        return incident.label

    @admin.display(description="severity", ordering="rank")
    def severity(self, incident: Incident) -> str:
        """Return the playbook's word for the rank."""
        return severity_for(incident.playbook.playbook, incident.rank).code

    @admin.display(description="state", ordering="state")
    def state_word(self, incident: Incident) -> str:
        """Return the playbook's word for the state."""
        return label(incident.playbook.playbook, incident.state)

    @admin.display(description="kind", ordering="declared_at")
    def kind(self, incident: Incident) -> str:
        """Return whether it was declared."""
        return "declared" if incident.is_declared else "in triage"

    @admin.display(description="held by", ordering="acknowledged_by")
    def holder(self, incident: Incident) -> str:
        """Return who has it."""
        person = incident.acknowledged_by
        return person.display_name if person else "Nobody"

    @admin.display(description="merged into")
    def merged_link(self, incident: Incident) -> str:
        """Return a link to the incident that lives on."""
        return link_to(incident.merged_into)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may declare adds."""
        return allows(request, "incidents.declare")

    def add_form(self, request: HttpRequest) -> Callable[..., Form]:
        """Return the declaration."""
        return Declaration

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[Incident, str]:
        """Declare."""
        made = actions.declare(rank=cleaned.pop("severity"), by=by, at=at, **cleaned)
        paged = "Nobody is paged." if made.unpaged_reason else "The engine pages within seconds."
        return made, f"{made.label} is declared. {paged}"

    def buttons(self, request: HttpRequest, obj: Incident) -> Sequence[Button]:
        """Return every verb."""
        return buttons_of(obj, who(request))

    def panels(self, request: HttpRequest, obj: Incident) -> Sequence[Panel]:
        """Return the story."""
        return panels_of(request, obj)
