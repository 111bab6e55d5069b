"""Components and their groups: what visitors know our services as."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch
from django.http import HttpRequest

from core import clock
from core.admin.buttons import Button
from core.admin.inlines import GuardedTable
from core.admin.panel import Panel, moment
from core.admin.rights import allows
from statuspage.actions import correct_interval, set_component
from statuspage.actions.ledger import present_states
from statuspage.admin.screens import PublicScreen
from statuspage.models import (
    Component,
    ComponentGroup,
    ComponentInterval,
    ComponentService,
    FollowedComponent,
    Page,
)
from statuspage.models.ledger import STATE_CHOICES
from statuspage.rules.followed import FAILING_AFTER, is_failing, shown_provider
from statuspage.rules.states import words

LATEST = 20


class StateByHand(forms.Form):
    """How a component does, said by hand."""

    state = forms.ChoiceField(choices=STATE_CHOICES, label="set it to")


class Correction(forms.Form):
    """What a stretch of the ledger should have said."""

    state = forms.ChoiceField(choices=STATE_CHOICES, label="it was")
    reason = forms.CharField(
        max_length=1000,
        help_text="At least 10 characters. Visitors can read it, with the time, in the ledger.",
    )


class Bindings(GuardedTable[ComponentService, Component]):
    """The services behind a component."""

    model = ComponentService
    fields = ("service",)


class Followed(forms.ModelForm[FollowedComponent]):
    """Whose page is followed, and what on it."""

    def save(self, commit: bool = True) -> FollowedComponent:
        """Keep it; something else is read anew at once, since their "nothing moved" is said of what was asked before."""
        if {"url", "external_id", "external_name"}.intersection(self.changed_data):
            self.instance.etag, self.instance.next_check_at = "", None
        return super().save(commit)


class Follows(GuardedTable[FollowedComponent, Component]):
    """Whose page the component follows, if it is somebody else's."""

    model = FollowedComponent
    form = Followed
    fields = ("provider", "url", "external_id", "external_name")


class OnPage(PublicScreen[Any]):
    """Something that stands on a page; the default page is chosen beforehand."""

    selects = ("page",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Choose the default page."""
        page = Page.objects.filter(is_default=True).values_list("pk", flat=True).first()
        return {"page": page, **super().get_changeform_initial_data(request)}


@admin.register(ComponentGroup)
class GroupAdmin(OnPage):
    """A heading with components below it."""

    hint = "A page works without groups; they are headings above components that belong together."
    fields = ("page", "name", "description", "position")
    list_display = ("name", "page", "position")
    list_select_related = ("page",)
    ordering = ("page", "position")


@admin.register(Component)
class ComponentAdmin(OnPage):
    """One component, with its services and the ledger of its states."""

    hint = "Visitors know components, not services: name one, and bind the services behind it."
    fieldsets = (
        (None, {"fields": ("page", "group", "name", "description", "position")}),
        (
            "What is shown",
            {"fields": ("shows_uptime", "shows_history", "only_show_if_degraded", "start_date")},
        ),
    )
    list_display = ("name", "group", "position", "behind", "state_shown")
    list_select_related = ("group", "page", "followed")
    list_filter = ("page", "group")
    search_fields = ("name",)
    ordering = ("page", "group__position", "position")
    inlines = (Bindings, Follows)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the open intervals and the services with the components."""
        troubled = ComponentInterval.objects.filter(to_at=None, is_corrected=False)
        return (
            super()
            .get_queryset(request)
            .filter(retired_at=None)
            .prefetch_related(Prefetch("intervals", troubled, to_attr="troubles"), "services")
        )

    @admin.display(description="services behind it")
    def behind(self, component: Component) -> str:
        """Return the services that it stands for; without one, no incident reaches it."""
        names = sorted(service.name for service in component.services.all())
        return ", ".join(names) or "none: no incident reaches it"

    @admin.display(description="state")
    def state_shown(self, component: Component) -> str:
        """Return how it does now."""
        troubles: list[ComponentInterval] = getattr(component, "troubles", [])
        state = words(troubles[0].state if troubles else "operational")
        followed: FollowedComponent | None = getattr(component, "followed", None)
        return f"{state}, {_reported(followed)}" if followed else state

    def headline(self, request: HttpRequest) -> str:
        """Say how many there are and how they do."""
        components = list(Component.objects.filter(retired_at=None))
        states = present_states(components).values()
        troubled = sum(state != "operational" for state in states)
        return f"{len(components)} components, {troubled} not operational.{_unheard(clock.now())}"

    def buttons(self, request: HttpRequest, obj: Component) -> Sequence[Button]:
        """Offer to say how it does, and to correct what the ledger says of the past."""
        return (
            *_corrections(request, obj, _latest(obj)).values(),
            Button(
                "set_component",
                "Set its state by hand",
                partial(_set, obj.public_id),
                form=StateByHand,
                shown=allows(request, "statuspage.publish", obj),
                opens=True,
            ),
        )

    def panels(self, request: HttpRequest, obj: Component) -> Sequence[Panel]:
        """Show the ledger, the latest first."""
        rows = _latest(obj)
        correct = _corrections(request, obj, rows)
        columns = ("State", "From (UTC)", "To (UTC)", "Remark", *([""] if correct else []))
        return [
            Panel(
                "Ledger",
                "Every figure on the page comes from these rows; what is operational has none.",
                columns,
                [[*_row(row), *([correct.get(row.pk, "")] if correct else [])] for row in rows],
                "It was always operational.",
            ),
            *_followed(obj),
        ]


def _reported(row: FollowedComponent) -> str:
    """Say whose word a state is, and whether they can be heard."""
    who = f"reported by {shown_provider(row.provider, row.url)}"
    return f"{who}, who can't be reached" if is_failing(row.failing_since, clock.now()) else who


def _unheard(at: datetime) -> str:
    """Say how many components' providers can't be reached; begins with a space."""
    rows = FollowedComponent.objects.filter(component__retired_at=None)
    number = rows.filter(failing_since__lt=at - FAILING_AFTER).count()
    return f" {number} reported by a page that can't be reached." if number else ""


def _followed(component: Component) -> list[Panel]:
    """Show what was last read of the page that it follows."""
    rows = FollowedComponent.objects.filter(component=component)
    return [
        Panel(
            "Followed page",
            "Read once a minute. While nothing can be read the component keeps its last state.",
            ("State there", "Read (UTC)", "Failing since (UTC)", "Why"),
            [
                [
                    words(row.state) or "not read yet",
                    moment(row.checked_at),
                    moment(row.failing_since),
                    row.failure,
                ]
            ],
            "Nothing was read yet.",
        )
        for row in rows
    ]


def _latest(component: Component) -> list[ComponentInterval]:
    rows = component.intervals.select_related("corrected_by").order_by("-from_at", "-pk")
    return list(rows[:LATEST])


def _corrections(
    request: HttpRequest, component: Component, rows: Iterable[ComponentInterval]
) -> dict[int, Button]:
    """Return a button for each row that can be corrected, for those who may."""
    if not allows(request, "statuspage.edit_page", component):
        return {}
    return {
        row.pk: Button(
            f"correct_{row.pk}",
            "Correct",
            partial(_correct, row.pk),
            form=Correction,
            confirm=f"It was {words(row.state)} from {row.from_at:%d %b %Y %H:%M} to {row.to_at:%d %b %Y %H:%M} UTC. "
            "What you say instead counts in every figure that visitors see. The former row stays.",
            in_panel=True,
        )
        for row in rows
        if row.to_at is not None and not row.is_corrected
    }


def _correct(interval_id: int, *, state: str, reason: str, **who_and_when: Any) -> str:
    made = correct_interval(interval_id, state, reason=reason, **who_and_when)
    return f"It was {words(made.state)}; every figure counts it so."


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
