"""Declare an incident in a few seconds: what is wrong, where, how bad; and who is woken by it (staff.md 7.4)."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.crypto import get_random_string

from core import clock
from core.admin import live
from core.admin.base import GuardedAdmin
from core.admin.buttons import status_of
from core.admin.rights import allows, who
from core.errors import DomainError
from core.permissions import may
from incidents.actions.once import Outcome, declare_once
from incidents.actions.opening import Declaration
from incidents.admin.declare_draft import Draft
from incidents.models import Incident

_PARTS = {"preview": "incidents/declare_preview.html"}
_TOKEN = re.compile(r"[A-Za-z0-9]{16,64}\Z")
_FIELDS = {"/title": "title", "/service": "service", "/severity": "severity"}


class DeclareForm(forms.Form):
    """What is typed; service and severity are read by the draft, which knows what they stand for."""

    title = forms.CharField(max_length=1024, error_messages={"required": "Say what is wrong."})
    description = forms.CharField(required=False, max_length=20_000)
    page_nobody = forms.BooleanField(required=False)


class DeclareScreen(GuardedAdmin[Incident]):
    """The page that declares, in place of Django's add form."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may declare adds."""
        return allows(request, "incidents.declare")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page, show what a declaration would bring about, or declare."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        by, at = who(request), clock.now()
        data = request.POST if request.method == "POST" else request.GET
        draft = Draft({name: data.get(name, "") for name in data}, by, at)
        if request.method != "POST":
            return self._shown(request, draft, {}, 200)
        if "check" in request.POST or "part" in request.GET:
            return self._shown(request, draft, {}, 200, is_checked=True)
        return self._declared(request, draft)

    def _declared(self, request: HttpRequest, draft: Draft) -> HttpResponse:
        try:
            errors, asked = _read(request, draft)
            if asked is None:
                return self._shown(request, draft, errors, 422)
            outcome = declare_once(asked, _token(request), by=draft.by, at=draft.at)
        except DomainError as refusal:
            return self._shown(request, draft, _errors(refusal), status_of(refusal))
        if outcome.is_other:
            made = outcome.incident.label
            text = f"This form has declared {made} already. Press again to declare another one."
            return self._shown(request, draft, {"": text}, 409, forgets=True)
        messages.success(request, _said(draft, outcome))
        return HttpResponseRedirect(self.page_of(outcome.incident))

    def _shown(
        self, request: HttpRequest, draft: Draft, errors: Mapping[str, str], status: int,
        *, is_checked: bool = False, forgets: bool = False,
    ) -> HttpResponse:  # fmt: skip
        context = {
            "draft": draft,
            "book": _book(draft),
            "errors": errors,
            "is_part": "part" in request.GET,
            "is_checked": is_checked,
            "shown_book": draft.data.get("book", ""),
            "description": draft.data.get("description", "").replace("\0", ""),
            "token": "" if forgets else _token(request),
        }
        fragment = live.part(request, _PARTS, context)
        if fragment is not None:
            return fragment
        request.current_app = self.admin_site.name
        shell = {**self.admin_site.each_context(request), "title": "Declare an incident"}
        shell["headline"] = (
            "Two fields and a severity are enough. Nobody is paged until you press Declare."
        )
        token = context["token"] or get_random_string(32)
        page = {**shell, **context, "token": token}
        return TemplateResponse(request, "incidents/declare.html", page, status=status)


def _book(draft: Draft) -> str:
    try:
        return draft.book.slug
    except DomainError:
        return ""


def _token(request: HttpRequest) -> str:
    text = request.POST.get("token", "")
    return text if _TOKEN.match(text) else ""


def _read(request: HttpRequest, draft: Draft) -> tuple[dict[str, str], Declaration | None]:
    """Return what is wrong, by field, and the declaration once nothing is."""
    form = DeclareForm(request.POST)
    errors = {name: " ".join(map(str, texts)) for name, texts in form.errors.items()}
    if draft.service is None:
        errors["service"] = draft.why_none
    elif not may(draft.by, "incidents.declare", draft.service):
        raise PermissionDenied
    if not errors.get("service") and not draft.rank:
        text = draft.data.get("severity", "")
        errors["severity"] = "Severity is a rank from 1 to 4." if text else _UNPICKED
    if errors or draft.service is None:
        return errors, None
    found = form.cleaned_data
    return {}, Declaration(
        found["title"], draft.service, draft.rank, found["description"], found["page_nobody"]
    )


_UNPICKED = "Pick how bad it is, or answer the questions. In doubt, the worse one."


def _errors(refusal: DomainError) -> dict[str, str]:
    given = refusal.extra.get("errors")
    pointers = [str(one["pointer"]) for one in given] if isinstance(given, list) else []
    name = _FIELDS.get(pointers[0], "") if pointers else ""
    return {name: str(refusal)}


def _said(draft: Draft, outcome: Outcome) -> str:
    label = outcome.incident.label
    if not outcome.is_new:
        return f"{label} is declared; your second press changed nothing."
    if outcome.incident.unpaged_reason:
        return f"{label} is declared. Nobody is paged."
    paged = draft.forecast.paged if draft.forecast else ()
    names = f" {', '.join(one.name for one in paged)}." if paged else ""
    return f"{label} is declared. The engine pages within seconds{':' if names else '.'}{names}"
