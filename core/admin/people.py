"""People: who may sign in and what they may do."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest

from core import people
from core.admin.base import GuardedAdmin
from core.admin.panel import When
from core.models import User
from core.models.people import GROUP_RIGHTS


class PersonForm(UserChangeForm[User]):
    """Refuse what would leave nobody to administer, or a shift without its person."""

    asker: User

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError with every reason."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        leaves = self.instance.is_active and not cleaned.get("is_active", True)
        demoted = self._is_administrator() and not self._stays_administrator(cleaned)
        people.lock_administrators()
        if leaves and (reasons := people.why_needed(self.instance)):
            raise ValidationError(" ".join(reasons))
        if demoted and people.is_last_administrator(self.instance):
            raise ValidationError(f"{self.instance.display_name} is the last Administrator.")
        if (leaves or demoted) and self.instance.pk == self.asker.pk:
            raise ValidationError("Nobody takes their own rights away; ask another Administrator.")
        return cleaned

    def _is_administrator(self) -> bool:
        return bool(self.instance.groups.filter(name=people.ADMINISTRATOR).exists())

    def _stays_administrator(self, cleaned: dict[str, Any]) -> bool:
        groups = cleaned.get("groups")
        return groups is None or any(group.name == people.ADMINISTRATOR for group in groups)


@admin.register(User)
class PersonAdmin(GuardedAdmin[User], StockUserAdmin[User]):
    """Everyone sees who is here; an Administrator edits."""

    edit_verb = "core.edit_people"
    form = PersonForm
    add_form = AdminUserCreationForm
    change_form_template = "admin/core/screen.html"
    seen_at = When("last_login", "last sign-in")
    joined_at = When("date_joined", "joined")
    list_display = ("username", "display_name", "email", "rights", "is_active", "seen_at")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    readonly_fields = ("is_superuser", "seen_at", "joined_at")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active", "is_staff")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "time_zone")}),
        ("Rights", {"fields": ("groups", "is_superuser")}),
        ("Dates", {"fields": ("seen_at", "joined_at")}),
    )

    @admin.display(description="rights")
    def rights(self, user: User) -> str:
        """Return the names of the groups."""
        names = [group.name for group in user.groups.all()]
        return ", ".join(["superuser"] * user.is_superuser + names) or "Viewer (no group)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Read the groups with the people."""
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Leave the password's line out for those who can't set it."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [(None, {"fields": ("username", "is_active")}), *found[1:]]

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form, told who asks."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"asker": request.user})

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer the groups that mean something here, as boxes to tick."""
        if db_field.name == "groups":
            kwargs |= {
                "queryset": Group.objects.filter(name__in=GROUP_RIGHTS),
                "widget": forms.CheckboxSelectMultiple,
                "help_text": "None ticked: may look, not act.",
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def why_kept(self, obj: User) -> Sequence[str]:
        """Return why a person can't be deleted: on call now, named by a policy, the last Administrator."""
        return people.why_needed(obj)
