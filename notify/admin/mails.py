"""The visible outbox: mails that were kept because no mail server is configured."""

import re
from collections.abc import Sequence

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.base import ReadOnlyAdmin
from core.admin.panel import Panel, When, link
from core.admin.rights import who
from core.rights import Right
from notify.models import KeptMail


@admin.register(KeptMail)
class KeptMailAdmin(ReadOnlyAdmin[KeptMail]):
    """Mails to oneself; an Administrator sees all. A link in one lets its reader answer for the recipient."""

    view_verb = "core.view"
    kept = When("kept_at", "kept")
    list_display = ("kept", "to", "subject")
    list_display_links = ("kept", "subject")
    search_fields = ("to", "subject")
    fields = readonly_fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[KeptMail]:
        """Show a person the mails to them; an Administrator all."""
        rows, user = super().get_queryset(request).defer("text"), who(request).user
        if user is None or user.right < Right.ADMINISTRATOR:
            return rows.filter(delivery__recipient=user)
        return rows

    def headline(self, request: HttpRequest) -> str:
        """Say why mails are here."""
        if settings.EMAIL_URL:
            return "A mail server is configured: mails are sent, and no longer kept here."
        return "No mail server is configured (EMAIL_URL): mails are kept here and reach nobody's mailbox."

    def panels(self, request: HttpRequest, obj: KeptMail) -> Sequence[Panel]:
        """Show the text, and the links of ours in it."""
        ours = re.findall(
            rf"(?:{re.escape(settings.SITE_URL)}|{re.escape(settings.STAFF_URL)})/[^\s<>\"']*",
            obj.text,
        )
        rows = [(link(url, url),) for url in dict.fromkeys(ours)]
        return [
            Panel("Links in it", columns=("Address",), rows=rows, empty="None of ours."),
            Panel("The mail", pre=obj.text),
        ]
