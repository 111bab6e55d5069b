"""The record of sign-ins: an Administrator reads all of it; everybody else reads their own on their account's page."""

from django.contrib import admin
from django.http import HttpRequest

from core.admin.base import ReadOnlyAdmin
from core.admin.known import KnownValues
from core.admin.panel import When
from core.models import SignIn


class BySecond(KnownValues):
    """With which second factor; rows keep its word."""

    title, parameter_name = "second factor", "second"
    known = tuple((one.label, one.label) for one in SignIn.Method)


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin[SignIn]):
    """What happened at the door. `typed` tells two unknown names apart; the names themselves are not kept."""

    view_verb = "core.view_sign_ins"
    happened = When("at", "when")
    list_display = ("happened", "event", "who", "method", "second", "address", "why")
    list_filter = ("event", "method", BySecond)
    search_fields = ("who", "address", "typed")
    fields = readonly_fields = (*list_display, "typed", "agent")

    def headline(self, request: HttpRequest) -> str:
        """Return how long rows are kept."""
        return "Kept for 400 days and never changed. Times are UTC."
