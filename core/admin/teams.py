"""Teams: who owns things together, and who may edit them."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from core.admin.base import GuardedAdmin
from core.admin.inlines import GuardedTable
from core.admin.rights import allows
from core.models import Membership, Team


class Members(GuardedTable[Membership, Team]):
    """Who is in the team; managers edit what the team owns."""

    model = Membership
    verbose_name_plural = "members"


@admin.register(Team)
class TeamAdmin(GuardedAdmin[Team]):
    """Its managers edit a team; an Administrator makes and deletes teams."""

    edit_verb = "core.edit_team"
    fieldsets = (
        ("What it is", {
            "fields": ("name", "slug"),
            "description": "A team owns services, schedules and policies. Its managers edit them.",
        }),
    )  # fmt: skip
    list_display = ("name", "slug", "size")
    search_fields = ("name", "slug")
    inlines = (Members,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """Count the members with the teams."""
        return super().get_queryset(request).annotate(size_now=Count("memberships"))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Team | None = None) -> Any:
        """Make the slug from the name while the team is new."""
        return {} if obj is not None else {"slug": ("name",)}

    @admin.display(description="members", ordering="size_now")
    def size(self, team: Any) -> int:
        """Return how many people are in it."""
        return int(team.size_now)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only an Administrator makes a team."""
        return allows(request, "core.edit_people")

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Only an Administrator deletes a team."""
        return allows(request, "core.edit_people", obj)
