"""The page where an incident's next public update is looked at, edited, kept and published (staff.md 7.3)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin import live
from core.admin.buttons import status_of
from core.admin.rights import allows, who
from core.errors import Conflict, DomainError
from incidents.models import Incident
from statuspage.actions import (
    Leak,
    Pending,
    discard_draft,
    pending,
    pendings,
    propose,
    publish,
    save_draft,
)
from statuspage.actions.drafting import chosen
from statuspage.admin import proposals
from statuspage.admin.page_tabs import tabs
from statuspage.admin.preview import preview
from statuspage.admin.written import STAGES, Written, errors_of
from statuspage.models import Component, PublicUpdate

_TEMPLATE = "statuspage/admin/publish.html"
_PARTS = {"preview": "statuspage/admin/_preview.html"}


def publish_page(request: HttpRequest, number: int) -> HttpResponse:
    """Show the draft, keep it, drop it or publish it; `check`, and a POST for a part, show it again as a reader would see it."""
    incident = _incident(number)
    if not allows(request, "statuspage.publish", incident):
        raise PermissionDenied
    at = clock.now()
    several = pendings(incident, at)
    if not several:
        return _nothing(request, incident)
    found = chosen(several, request.GET.get("page", ""))
    if found is None:
        raise Http404
    if request.method != "POST":
        return _shown(request, found, Written.of(found), at)
    if "proposal" in request.POST:
        return proposals.answered(request, _back(found.incident), at)
    return _pressed(request, found, Written.typed(request.POST, found), at)


def _pressed(request: HttpRequest, found: Pending, written: Written, at: datetime) -> HttpResponse:
    if "check" in request.POST or "part" in request.GET:
        return _shown(request, found, written, at, is_checked=True)
    try:
        return _done(request, found, written, at)
    except Leak as leak:
        return _shown(request, found, written, at, leak=leak)
    except Conflict as conflict:
        return _met(request, found, written, at, conflict)
    except DomainError as refusal:
        errors, status = errors_of(refusal), status_of(refusal)
        return _shown(request, found, written, at, errors=errors, status=status)


def _met(
    request: HttpRequest, found: Pending, written: Written, at: datetime, conflict: Conflict
) -> HttpResponse:
    """Show somebody's newer words beside what was typed; whoever presses now has seen them."""
    fresh = pending(found.incident, at, found.page.public_id) or found
    again = replace(written, seen=fresh.published, version=fresh.version)
    errors = {
        "": f"{conflict} What you wrote is still below: press again, and it follows or replaces that."
    }
    return _shown(request, fresh, again, at, errors=errors, status=status_of(conflict))


def _done(request: HttpRequest, found: Pending, written: Written, at: datetime) -> HttpResponse:
    """Do what was pressed, and lead on. Raises DomainError."""
    number, by, page = found.incident.pk, who(request), found.page.public_id
    if "discard" in request.POST:
        discard_draft(number, seen=written.version, by=by, at=at, page=page)
        messages.success(request, "The draft is dropped; what the state proposes stands again.")
        return HttpResponseRedirect(request.get_full_path())
    said = written.announcement(found)
    if "save" in request.POST:
        save_draft(number, said, seen=written.version, by=by, at=at, page=page)
        messages.success(request, "The draft is kept. Nothing is public.")
        return HttpResponseRedirect(request.get_full_path())
    press = written.press(request.POST, page)
    if found.page.needs_second and "alone" not in request.POST:
        propose(number, said, by=by, at=at, press=press)
        messages.success(request, "It waits for another person. Nothing is public yet.")
        return HttpResponseRedirect(request.get_full_path())
    update = publish(number, said, by=by, at=at, press=press)
    messages.success(request, f"Update {update.number} is public{found.on_page}. {_told(update)}")
    return HttpResponseRedirect(_back(found.incident))


def _told(update: PublicUpdate) -> str:
    """Say how many are being told of it."""
    mailing = update.mailings.first()
    if mailing is None:
        return "Nobody is mailed."
    return f"{mailing.wanted} subscriber{'' if mailing.wanted == 1 else 's'} will be told."


def _shown(  # noqa: PLR0913  what was typed, and what came of it
    request: HttpRequest,
    found: Pending,
    written: Written,
    at: datetime,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    leak: Leak | None = None,
    is_checked: bool = False,
) -> HttpResponse:
    wrong = dict(errors or {})
    said = None
    try:
        said = written.announcement(found)
    except DomainError as refusal:
        wrong.update(errors_of(refusal))
    context = {
        **_frame(found.incident),
        "title": f"Update {found.number} for {found.page.name if found.has_others else 'the public'}",
        "pages": tabs(found, at),
        "found": found,
        "written": written,
        "pickers": written.pickers(found),
        "more": written.more(_others(found)),
        "stages": STAGES,
        "errors": wrong,
        "preview": preview(found, written, said, at),
        "told": written.told(found),
        "asked": proposals.shown(request, found),
        "alone_because": request.POST.get("alone_because", ""),
        "zone": at.astimezone(found.page.zone).tzname(),
        "is_refused": leak is not None,
        "is_checked": is_checked and not wrong,
        "earlier": found.public.updates.order_by("-number") if found.public else (),
    }
    fragment = live.part(request, _PARTS, context)
    if fragment is not None:
        return fragment
    context = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, _TEMPLATE, context, status=409 if leak else status)


def _others(found: Pending) -> list[Component]:
    """Return the page's components that neither stand for the service nor are held or drafted."""
    mine = [row.pk for row in found.components]
    rows = found.page.components.exclude(pk__in=mine).select_related("group")
    return list(rows.order_by("group__position", "position", "pk"))


def _nothing(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Say why there is nothing to tell, and what would change that."""
    context = {
        **admin.site.each_context(request),
        **_frame(incident),
        "title": "Nothing to tell the public",
        "components_url": reverse("admin:statuspage_component_changelist"),
    }
    return TemplateResponse(request, "statuspage/admin/nothing.html", context, status=409)


def _frame(incident: Incident) -> dict[str, Any]:
    return {"incident": incident, "back": _back(incident)}


def _back(incident: Incident) -> str:
    return reverse("admin:incidents_incident_change", args=[incident.pk])


def _incident(number: int) -> Incident:
    rows = Incident.objects.select_related("service", "playbook")
    found = rows.filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return found
