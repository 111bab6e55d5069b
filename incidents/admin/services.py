"""Services: what can break, whose it is, and what it needs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest

from core.admin.base import GuardedAdmin
from core.admin.inlines import GuardedTable
from incidents.models import Dependency, PlaybookVersion, Service


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
    fields = ("name", "slug", "team", "tier", "playbook_slug", "description", "runbook_url")
    list_display = ("name", "slug", "team", "tier", "playbook_slug")
    list_select_related = ("team",)
    list_filter = ("tier", "team")
    search_fields = ("name", "slug")
    inlines = (Needs,)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Service | None = None) -> Any:
        """Make the slug from the name while the service is new."""
        return {} if obj is not None else {"slug": ("name",)}

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: Any, **kwargs: Any) -> Any:
        """Offer the playbooks that are loaded."""
        if db_field.name != "playbook_slug":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        loaded = PlaybookVersion.objects.order_by("slug").values_list("slug", "name").distinct()
        return forms.ChoiceField(
            choices=dict([("standard", "standard"), *loaded]).items(), label="playbook"
        )
