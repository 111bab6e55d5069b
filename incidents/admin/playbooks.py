"""Playbooks as stored: to read. A changed one is loaded as its next version."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.base import ReadOnlyAdmin
from core.admin.panel import Panel, When
from incidents.models import PlaybookVersion
from incidents.playbook import to_yaml


@admin.register(PlaybookVersion)
class PlaybookAdmin(ReadOnlyAdmin[PlaybookVersion]):
    """Each version, whole."""

    view_verb = "incidents.view"
    made = When("created_at", "loaded")
    list_display = ("name", "slug", "number", "is_shipped", "made")
    list_filter = ("slug",)
    fields = readonly_fields = (*list_display, "checksum")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlaybookVersion]:
        """Leave the documents where they are until one is looked at."""
        return super().get_queryset(request).defer("document")

    def panels(self, request: HttpRequest, obj: PlaybookVersion) -> Sequence[Panel]:
        """Show the document."""
        return [Panel("The document", pre=to_yaml(obj.playbook))]
