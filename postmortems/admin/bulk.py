"""The same for many action items at once: all of those chosen, or none (staff.md 7.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.actor import Actor
from core.admin.buttons import Refusal, words
from core.admin.fields import suggest
from core.admin.rights import who
from core.permissions import require
from postmortems.actions import items
from postmortems.admin import forms
from postmortems.models import ActionItem

MOST = 200
VERBS: Mapping[str, tuple[str, type[django_forms.Form] | None]] = {
    "start": ("Start", None),
    "move_date": ("Move the date", forms.NewDate),
    "hand_on": ("Give to somebody", forms.NewOwner),
    "finish": ("Done", forms.Proof),
    "drop": ("Won't do", forms.Why),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one row answers: nothing to say, or why it refuses."""

    item: ActionItem
    refusal: str


def answer(request: HttpRequest, shell: Mapping[str, Any]) -> HttpResponse:
    """Show what each chosen row would answer; with `sure` do it to all that are named, or to none."""
    by, verb = who(request), request.POST.get("verb", "")
    require(by, items.EDIT)
    back = HttpResponseRedirect(reverse("admin:postmortems_actionitem_changelist"))
    chosen = [int(pk) for pk in request.POST.getlist("row") if pk.isdecimal() and len(pk) < 19]
    if len(chosen) > MOST:
        messages.error(request, f"Choose at most {MOST} rows at once; nothing was done.")
        return back
    rows = list(
        ActionItem.objects.filter(pk__in=chosen).select_related("owner", "team", "incident")
    )
    if verb not in VERBS or not rows:
        messages.error(request, "Choose rows first, then what to do with them.")
        return back
    label, form_class = VERBS[verb]
    is_sure = "sure" in request.POST
    form = form_class(request.POST if is_sure else None) if form_class else None
    if form is not None:
        suggest(form, by.user)
    if is_sure and (form is None or form.is_valid()):
        outcomes = _do(rows, verb, form.cleaned_data if form else {}, by)
        if not any(one.refusal for one in outcomes):
            messages.success(request, f"{label}: {len(rows)} done.")
            return back
    else:
        outcomes = [Outcome(row, _step_refusal(row, verb)) for row in rows]
    refusing = [one for one in outcomes if one.refusal]
    context = {
        **shell, "title": f"{label}: {len(rows)} chosen", "verb": verb, "label": label, "form": form,
        "outcomes": outcomes, "refusing": refusing, "able": [one for one in outcomes if not one.refusal],
    }  # fmt: skip
    status = 409 if is_sure and refusing else 200
    return TemplateResponse(request, "postmortems/admin/bulk.html", context, status=status)


def _step_refusal(row: ActionItem, verb: str) -> str:
    if verb in items.VERBS and row.state not in items.VERBS[verb]:
        return f"it is {row.get_state_display().lower()}"
    return ""


def _do(rows: list[ActionItem], verb: str, values: Mapping[str, Any], by: Actor) -> list[Outcome]:
    with transaction.atomic():
        outcomes = [Outcome(row, _one(row, verb, values, by)) for row in rows]
        if any(one.refusal for one in outcomes):
            transaction.set_rollback(True)
    return outcomes


def _one(row: ActionItem, verb: str, values: Mapping[str, Any], by: Actor) -> str:
    at = clock.now()
    try:
        with transaction.atomic():
            if verb in items.VERBS:
                if row.state not in items.VERBS[verb]:
                    return _step_refusal(row, verb)
                items.move(row.pk, verb, by=by, at=at, **values)
            else:
                reason = str(values.get("reason", ""))
                facts = {name: value for name, value in values.items() if name != "reason"}
                items.change(row.pk, facts, by=by, at=at, reason=reason)
    except Refusal as refusal:
        return words(refusal)
    return ""
