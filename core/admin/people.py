"""People: who may sign in and what they may do."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import (
    AdminUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from core import people
from core.admin.base import GuardedAdmin
from core.admin.buttons import Button
from core.admin.panel import Panel, When
from core.models import User
from core.models.people import GROUP_RIGHTS
from core.sign_in.helping import has_factors, remove_factors
from core.sign_in.passwords import why_not
from core.templatetags.house import person


class PasswordState(ReadOnlyPasswordHashWidget):
    """Says whether a password is set; nothing of how it is stored reaches a page."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the stock template draws, with one word in place of the hash and its salt."""
        context = super().get_context(name, value, attrs)
        context["summary"] = [{"label": "set" if is_password_usable(value) else "no password"}]
        return context


class PersonForm(UserChangeForm[User]):
    """Refuse what would leave nobody to administer, or a shift without its person."""

    asker: User
    password = ReadOnlyPasswordHashField(label="Password", widget=PasswordState)

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError with every reason."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stays = cleaned.get("is_active", True) and cleaned.get("is_staff", True)
        leaves = not why_not(self.instance) and not stays
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
    change_form_template = add_form_template = "admin/core/person.html"
    change_list_template = "admin/core/people.html"
    seen_at = When("last_login", "last sign-in")
    joined_at = When("date_joined", "joined")
    list_display = ("name", "username", "email", "rights", "is_active", "seen_at")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    readonly_fields = ("is_superuser", "seen_at", "joined_at")
    filter_horizontal = ()
    fieldsets = (
        ("Who", {
            "fields": ("first_name", "last_name", "email", "time_zone"),
            "description": "The name stands on pages, timelines and mails. Times in mails are in the person's own zone.",
        }),
        ("Signing in", {
            "fields": ("username", "password", "is_active", "is_staff"),
            "description": "Switch a person off rather than deleting them: what they did keeps their name.",
        }),
        ("What they may do", {
            "fields": ("groups", "is_superuser"),
            "description": "Managers of a team edit what it owns; that is set on the team.",
        }),
        ("Since when", {"fields": ("joined_at", "seen_at")}),
    )  # fmt: skip
    add_fieldsets = (
        ("Signing in", {
            "fields": ("username", "usable_password", "password1", "password2"),
            "description": "Name, rights and time zone follow on the next page.",
        }),
    )  # fmt: skip

    @admin.display(description="person", ordering="first_name")
    def name(self, user: User) -> str:
        """Return initials and name."""
        return person(user)

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
        signs_in = ("Signing in", {"fields": ("username", "is_active", "is_staff")})
        return [signs_in if name == signs_in[0] else (name, part) for name, part in found]

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

    def buttons(self, request: HttpRequest, obj: User) -> Sequence[Button]:
        """Offer to help somebody who has lost every second factor."""
        may_help = self.has_change_permission(request, obj) and has_factors(obj)
        act = partial(remove_factors, obj.pk)
        text = f"{obj.display_name} is signed out everywhere and needs the password alone until they add a new one."
        return [
            Button("remove_factors", "Remove second factors", act, shown=may_help, confirm=text)
        ]

    def panels(self, request: HttpRequest, obj: User) -> Sequence[Panel]:
        """Show what upper apps know of the person, such as how pages reach them."""
        paths = settings.PANELS.get("person", [])
        found = [import_string(path)(request, obj) for path in paths]
        return [panel for panel in found if panel is not None]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Head the page with the name instead of the username."""
        reply = super().render_change_form(request, context, *args, **kwargs)
        if context.get("original") is not None:
            reply.context_data["title"] = context["original"].display_name
        return reply

    def why_kept(self, obj: User) -> Sequence[str]:
        """Return why a person can't be deleted: on call now, named by a policy, the last Administrator."""
        return people.why_needed(obj)
