"""The page of the incident list, and the views that people keep of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin.rights import allows, who
from core.errors import DomainError
from incidents.actions.views import forget_view, save_view


def page(request: HttpRequest, context: Mapping[str, Any]) -> HttpResponse:
    """Return the whole list page."""
    return TemplateResponse(request, "incidents/list.html", {**context})


def back_to(query: str) -> HttpResponseRedirect:
    """Lead to the list with these filters; only ever to the list itself."""
    address = reverse("admin:incidents_incident_changelist")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def query_of(request: HttpRequest) -> str:
    """Return the list's filters that a form carries, fit for an address of ours."""
    return request.POST.get("back", "")[:2000].replace("\0", "").replace("\r", "").replace("\n", "")


def keep(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list under a name."""
    if not allows(request, "incidents.view"):
        raise PermissionDenied
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            kept = save_view(name, query_of(request), by=who(request), at=clock.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Kept as “{kept.name}”.")
    return back_to(query_of(request))


def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of the person's own views."""
    if not allows(request, "incidents.view"):
        raise PermissionDenied
    if request.method == "POST":
        try:
            name = forget_view(pk, by=who(request))
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"“{name}” is forgotten.")
    return back_to(query_of(request))
