"""How far somebody is on the way to being on call: a panel on the person's page, and the form behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin.buttons import status_of
from core.admin.panel import NOTHING, Panel
from core.admin.rights import allows, who
from core.errors import DomainError
from core.models import User
from core.templatetags.house import plural
from oncall import rota
from oncall.actions.eligibility import (
    DATES,
    MOST_SHADOWED,
    EligibilityChange,
    Standing,
    forget_eligibility,
    note_eligibility,
    standing,
)
from oncall.admin.absences import leads
from oncall.models import Eligibility
from oncall.rota.civil import to_wall

_DAY = {"type": "date"}


class DatesForm(forms.Form):
    """What somebody has done, and since when; an empty field takes it back."""

    onboarded_on = forms.DateField(label="Onboarded since", required=False)
    access_on = forms.DateField(label="Production access since", required=False)
    monitoring_on = forms.DateField(label="Knows the monitoring since", required=False)
    training_on = forms.DateField(label="Incident training completed on", required=False)
    shadowed_elsewhere = forms.IntegerField(
        label="Shifts shadowed before", min_value=0, max_value=MOST_SHADOWED, required=False,
        help_text="Before they were counted here. Shifts in a shadow seat count by themselves.",
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, row: Eligibility | None) -> None:
        initial = (
            {name: getattr(row, name) for name in (*DATES, "shadowed_elsewhere")} if row else {}
        )
        super().__init__(data, initial=initial, auto_id="id_eligibility_%s")
        for name in DATES:
            self.fields[name].widget = forms.DateInput(attrs=_DAY, format="%Y-%m-%d")

    def change(self) -> EligibilityChange:
        """Return what a valid form asks to note."""
        days = {name: self.cleaned_data[name] for name in DATES}
        return EligibilityChange(days, self.cleaned_data["shadowed_elsewhere"] or 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is asked for. `tone`: good, warn, or dim where it is not asked."""

    what: str
    asked: str
    done: str
    by: str
    tone: str

    @property
    def mark(self) -> str:
        """Return the icon that says the same as the tone."""
        return {"good": "check", "warn": "triangle"}.get(self.tone, "")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panel shows; `form` None: the reader may only look."""

    lines: Sequence[Line]
    form: DatesForm | None
    url: str
    is_kept: bool


def of_person(request: HttpRequest, user: User) -> Panel | None:
    """Return how far a person is; None until a playbook asks for it or something is noted of somebody."""
    if not allows(request, "oncall.view"):
        return None
    at = clock.now()
    found = standing(user, at)
    if not found.is_asked and found.row is None and not Eligibility.objects.exists():
        return None
    form = DatesForm(None, found.row) if leads(request, user) else None
    url = reverse("admin:oncall_eligibility", args=[user.pk])
    today = to_wall(at, user.time_zone).date()
    shown = Shown(_lines(found, today), form, url, found.row is not None)
    said = _sentence(user.display_name, found)
    return Panel(
        "Eligible for on call", said, key="eligible", template="oncall/admin/_eligibility.html", data=shown,
    )  # fmt: skip


def eligibility_page(request: HttpRequest, person: int) -> HttpResponse:
    """Ask what somebody has done; note it, or keep no dates of them any more."""
    user = User.objects.filter(pk=person).first()
    if user is None:
        raise Http404
    if not leads(request, user):
        raise PermissionDenied
    back = reverse("admin:core_user_change", args=[user.pk])
    row = Eligibility.objects.filter(user=user).first()
    form = DatesForm(request.POST if request.method == "POST" else None, row)
    if "forget" in request.POST:
        forget_eligibility(user.pk, by=who(request))
        messages.success(request, f"No dates of {user.display_name} are kept any more.")
        return HttpResponseRedirect(back)
    if form.is_bound and form.is_valid() and _noted(request, user, form):
        messages.success(request, f"Noted for {user.display_name}.")
        return HttpResponseRedirect(f"{back}#eligible")
    context = {
        **admin.site.each_context(request),
        "title": f"Eligible for on call: {user.display_name}",
        "person": user,
        "back": back,
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "oncall/admin/eligibility.html", context, status=status)


def _noted(request: HttpRequest, user: User, form: DatesForm) -> bool:
    """Note it; where it is refused, say so at its field."""
    try:
        note_eligibility(user.pk, form.change(), by=who(request), at=clock.now())
    except DomainError as refusal:
        if status_of(refusal) == 403:
            raise PermissionDenied from refusal
        errors: Any = refusal.extra.get("errors", ())
        for error in errors:
            form.add_error(error["pointer"].removeprefix("/"), error["detail"])
        return False
    return True


def _sentence(name: str, found: Standing) -> str:
    if found.row is None and not found.is_asked:
        return f"Nothing is noted of {name}, and no playbook in force asks for it."
    if not found.missing:
        return f"{name} is eligible for the primary and the secondary seat."
    return f"{name} is not eligible yet for the primary or the secondary seat. It only warns: the schedule alone decides who is paged."


def _lines(found: Standing, today: date) -> list[Line]:
    row, rule = found.row, found.rule
    elsewhere = row.shadowed_elsewhere if row else 0
    counted = f"{found.counted + elsewhere}{f', {elsewhere} of them before' if elsewhere else ''}"
    days = plural(rule.onboarded_days, "day,days") if rule.onboarded_days else ""
    shifts = f"{rule.shadowed_shifts}" if rule.shadowed_shifts else ""
    return [
        _line(found, "onboarded", "Onboarding", days, _since(row.onboarded_on if row else None, today)),
        _line(found, "shadowed", "Shifts shadowed", shifts, counted),
        *(
            _line(found, mark, said, "yes" if mark in rule.marks else "", _day(getattr(row, f"{mark}_on", None)))
            for mark, said in rota.MARKS.items()
        ),
    ]  # fmt: skip


def _line(found: Standing, name: str, what: str, asked: str, done: str) -> Line:
    by = getattr(found.row, f"{name}_by", None)
    tone = "warn" if name in found.missing else "good" if asked else "dim"
    told = "the ledger" if name == "shadowed" else by.display_name if by else NOTHING
    return Line(what, asked or "not asked", done or "not yet", told, tone)


def _since(begun: date | None, today: date) -> str:
    return (
        f"since {_day(begun)}, {plural(max((today - begun).days, 0), 'day,days')}" if begun else ""
    )


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""
