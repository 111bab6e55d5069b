"""Services: what can break, whose it is, and what it needs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Field, Q
from django.http import HttpRequest

from core.admin.base import GuardedAdmin
from core.admin.inlines import GuardedTable
from core.templatetags.house import plural
from incidents.admin import service_panels
from incidents.models import Dependency, PlaybookVersion, Service

WIDGETS = {
    "description": ("In one sentence", forms.Textarea(attrs={"rows": 3})),
    "runbook_url": ("Runbook", forms.URLInput()),
}


class NeedForm(forms.ModelForm[Dependency]):
    """One thing that a service needs."""

    def clean_needs(self) -> Service:
        """Raise ValidationError for a service that would need itself."""
        needs: Service = self.cleaned_data["needs"]
        if needs.pk == self.instance.service_id:
            raise forms.ValidationError("A service can't need itself.")
        return needs


class Needs(GuardedTable[Dependency, Service]):
    """What this service needs to work."""

    model = Dependency
    form = NeedForm
    fk_name = "service"
    verbose_name = "need"
    verbose_name_plural = "needs, to work"


@admin.register(Service)
class ServiceAdmin(GuardedAdmin[Service]):
    """Managers of its team edit a service."""

    view_verb = "incidents.view"
    edit_verb = "incidents.edit_service"
    change_form_template = "incidents/service.html"
    fieldsets = (
        ("What it is", {
            "fields": ("name", "slug", "description", "tier"),
            "description": "The name stands in pages and subjects, so keep it short.",
        }),
        ("Who answers", {
            "fields": ("team", "playbook_slug"),
            "description": "The team's managers edit it. Its policy says who is woken, its playbook how an incident runs.",
        }),
        ("Links", {"fields": ("runbook_url",), "description": "Shown on every incident of it."}),
    )  # fmt: skip
    list_display = ("name", "slug", "team", "tier", "playbook_slug")
    list_select_related = ("team",)
    list_filter = ("tier", "team")
    search_fields = ("name", "slug")
    inlines = (Needs,)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Service | None = None) -> Any:
        """Make the slug from the name while the service is new."""
        return {} if obj is not None else {"slug": ("name",)}

    def headline(self, request: HttpRequest) -> str:
        """Say how many services there are, and how many lack a runbook."""
        found = Service.objects.aggregate(
            every=Count("pk"), bare=Count("pk", filter=Q(runbook_url=""))
        )
        return f"{plural(found['every'], 'service,services')}, {found['bare']:,} without a runbook."

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Show beside the form whether the service is ready for an incident."""
        reply = super().render_change_form(request, context, *args, **kwargs)
        service: Service | None = context.get("original")
        if service is not None:
            headline, panels = service_panels.panels(request, service)
            reply.context_data |= {"headline": headline, "panels": panels}
        return reply

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: Any, **kwargs: Any) -> Any:
        """Offer the playbooks that are loaded; a short field for a short text."""
        if db_field.name in WIDGETS:
            label, kwargs["widget"] = WIDGETS[db_field.name]
            kwargs["label"] = label
        if db_field.name != "playbook_slug":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        loaded = PlaybookVersion.objects.order_by("slug").values_list("slug", "name").distinct()
        return forms.ChoiceField(
            choices=dict([("standard", "standard"), *loaded]).items(), label="playbook"
        )
