"""Components and their groups: what visitors know our services as."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from core.admin.buttons import Button
from core.admin.inlines import GuardedTable
from core.admin.panel import Panel, moment
from core.admin.rights import allows
from statuspage.actions import set_component
from statuspage.actions.ledger import present_states
from statuspage.admin.screens import PublicScreen
from statuspage.models import Component, ComponentGroup, ComponentInterval, ComponentService, Page
from statuspage.models.ledger import STATE_CHOICES
from statuspage.rules.states import words

LATEST = 20


class Standing(forms.Form):
    """How a component does, said by hand."""

    state = forms.ChoiceField(choices=STATE_CHOICES, label="set it to")


class Bindings(GuardedTable[ComponentService, Component]):
    """The services behind a component."""

    model = ComponentService
    fields = ("service",)


class OnPage(PublicScreen[Any]):
    """Something that stands on a page; the default page is chosen beforehand."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Choose the default page."""
        page = Page.objects.filter(is_default=True).values_list("pk", flat=True).first()
        return {"page": page, **super().get_changeform_initial_data(request)}


@admin.register(ComponentGroup)
class GroupAdmin(OnPage):
    """A heading with components below it."""

    fields = ("page", "name", "description", "position")
    list_display = ("name", "page", "position")
    list_select_related = ("page",)
    ordering = ("page", "position")


@admin.register(Component)
class ComponentAdmin(OnPage):
    """One component, with its services and the ledger of its states."""

    fieldsets = (
        (None, {"fields": ("page", "group", "name", "description", "position")}),
        (
            "What is shown",
            {"fields": ("shows_uptime", "only_show_if_degraded", "start_date")},
        ),
    )
    list_display = ("name", "group", "page", "position", "standing")
    list_select_related = ("group", "page")
    list_filter = ("group",)
    search_fields = ("name",)
    ordering = ("page", "group__position", "position")
    inlines = (Bindings,)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the open intervals with the components."""
        return super().get_queryset(request).prefetch_related("intervals")

    @admin.display(description="state")
    def standing(self, component: Component) -> str:
        """Return how it does now."""
        rows = component.intervals.all()
        held = [row.state for row in rows if row.to_at is None and not row.is_corrected]
        return words(held[0] if held else "operational")

    def headline(self, request: HttpRequest) -> str:
        """Say how many there are and how they do."""
        components = list(Component.objects.all())
        states = present_states(components).values()
        troubled = sum(state != "operational" for state in states)
        return f"{len(components)} components, {troubled} not operational."

    def buttons(self, request: HttpRequest, obj: Component) -> Sequence[Button]:
        """Offer to say how it does."""
        return (
            Button(
                "set_component",
                "Set its state by hand",
                partial(_set, obj.public_id),
                form=Standing,
                shown=allows(request, "statuspage.publish", obj),
                opens=True,
            ),
        )

    def panels(self, request: HttpRequest, obj: Component) -> Sequence[Panel]:
        """Show the ledger, the latest first."""
        rows = obj.intervals.select_related("corrected_by").order_by("-from_at", "-pk")[:LATEST]
        columns = ("State", "From (UTC)", "To (UTC)", "Remark")
        return [
            Panel(
                "Ledger",
                "Every figure on the page comes from these rows; what is operational has none.",
                columns,
                [_row(row) for row in rows],
                "It was always operational.",
            )
        ]


def _set(public_id: str, *, state: str, **who_and_when: Any) -> str:
    component = set_component(public_id, state, **who_and_when)
    return f"{component.name}: {words(state)}, said by hand. Open incidents still hold it."


def _row(row: ComponentInterval) -> list[object]:
    remark = ""
    if row.is_corrected:
        remark = "corrected, counts no more"
    elif row.corrected_at is not None:
        who = row.corrected_by.display_name if row.corrected_by else "a machine"
        remark = f"corrected by {who}, {row.corrected_at:%d %b %Y %H:%M} UTC: {row.reason}"
    return [words(row.state), moment(row.from_at), moment(row.to_at), remark]
