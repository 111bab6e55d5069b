"""Escalation policies and what they page for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField
from django.http import HttpRequest

from core.admin.base import GuardedAdmin
from core.admin.inlines import GuardedStack, save_in_places
from core.models import User
from oncall.models import EscalationPolicy, PolicyBinding, PolicyStep


class Steps(GuardedStack[PolicyStep, EscalationPolicy]):
    """Whom to page, and how long to wait for an answer."""

    model = PolicyStep
    fields = ("position", "wait_s", "schedules", "seat", "people")
    ordering = ("position",)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: Any, **kwargs: Any
    ) -> Any:
        """Name people who can be paged."""
        if db_field.name == "people":
            kwargs["queryset"] = User.objects.filter(is_active=True)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(EscalationPolicy)
class PolicyAdmin(GuardedAdmin[EscalationPolicy]):
    """Managers of its team edit a policy; what runs already keeps the policy as it was."""

    view_verb = "oncall.view"
    edit_verb = "oncall.edit_policy"
    fields = ("name", "slug", "team", "fallback")
    list_display = ("name", "team", "step_count", "fallback")
    list_select_related = ("team", "fallback")
    list_filter = ("team",)
    search_fields = ("name", "slug")
    inlines = (Steps,)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the steps with the policies."""
        return super().get_queryset(request).prefetch_related("steps")

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: EscalationPolicy | None = None
    ) -> Any:
        """Make the slug from the name while the policy is new."""
        return {} if obj is not None else {"slug": ("name",)}

    @admin.display(description="steps")
    def step_count(self, policy: EscalationPolicy) -> str:
        """Return how many steps it has; none reaches nobody."""
        return (
            str(len(policy.steps.all()))
            if policy.steps.all()
            else "none: only the fallback is paged"
        )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the steps, the only inline; two may change places."""
        save_in_places(formset, PolicyStep.objects.filter(policy=form.instance), "position")


class BindingForm(forms.ModelForm[PolicyBinding]):
    """Either the default, or one service's."""

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError in words before the constraint does."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_default, service = (
            cleaned.get("is_default", self.instance.is_default),
            cleaned.get("service"),
        )
        if is_default and service is not None:
            raise ValidationError(
                "The default is for every other service; leave the service empty."
            )
        if not is_default and service is None and "service" in self.fields:
            raise ValidationError("Choose a service, or make it the default.")
        return cleaned


@admin.register(PolicyBinding)
class BindingAdmin(GuardedAdmin[PolicyBinding]):
    """Which policy pages for which service. The default can be changed, not deleted."""

    view_verb = "oncall.view"
    edit_verb = "oncall.edit_binding"
    form = BindingForm
    fields = ("policy", "service", "is_default")
    list_display = ("what", "policy")
    list_select_related = ("service", "policy")
    list_filter = ("policy",)

    def get_readonly_fields(self, request: HttpRequest, obj: PolicyBinding | None = None) -> Any:
        """Keep the default the default."""
        return ("service", "is_default") if obj is not None and obj.is_default else ()

    @admin.display(description="pages for", ordering="service")
    def what(self, binding: PolicyBinding) -> str:
        """Return the service, or that it is for all others."""
        return str(binding.service or "Every other service (the default)")

    def why_kept(self, obj: PolicyBinding) -> Sequence[str]:
        """Keep the default: without it, an alert of a new service would page Administrators only."""
        return (
            ["The default policy is needed; choose another policy for it instead."]
            if obj.is_default
            else []
        )
