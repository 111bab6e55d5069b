"""A new schedule, with its first layer, in one form; the picture is drawn before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import slugify

from core import clock
from core.admin import suggested
from core.admin.buttons import status_of, words
from core.admin.fields import Picker, suggest
from core.admin.rights import manages, who
from core.errors import DomainError
from core.models import Team, User
from core.models.people import validate_zone
from oncall import rota
from oncall.actions.drafts import with_layer
from oncall.actions.eligibility import warned
from oncall.actions.rules import Rules
from oncall.actions.schedules import create_schedule, refuse_faults
from oncall.actions.specs import LayerSpec, ScheduleSpec
from oncall.admin import period as periods
from oncall.admin import picture
from oncall.admin.forms import unjudged
from oncall.admin.lanes import Known
from oncall.admin.layer_form import LayerForm
from oncall.admin.layer_page import MORE, NEW, first_spec
from oncall.admin.people import order, people_of
from oncall.admin.slots import Names
from oncall.models import Schedule

TEMPLATE = "oncall/schedule/new.html"


class ScheduleForm(forms.Form):
    """What the schedule is: its name, team, zone, and what coverage it asks."""

    title = forms.CharField(max_length=120, label="Name of the schedule")
    slug = forms.SlugField(
        required=False, help_text="Empty: made from the name. It stands in addresses of the API."
    )
    team = Picker(Team.objects.all())
    zone = forms.CharField(
        max_length=64, label="Time zone", validators=[validate_zone], widget=forms.TextInput(attrs={"list": "zones"})
    )  # fmt: skip
    expectation = forms.ChoiceField(
        choices=Schedule.Expectation.choices, label="Coverage asked",
        help_text="Business hours are Monday to Friday, 09:00 to 17:00. What is not asked is no gap.",
    )  # fmt: skip

    def __init__(self, *args: Any, teams: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(chosen := self.fields["team"], Picker):
            chosen.queryset = teams
            chosen.initial = teams.first()
        suggest(self, reader)

    def clean(self) -> dict[str, Any]:
        """Make the slug from the name where none is given."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("slug") and cleaned.get("title"):
            cleaned["slug"] = slugify(cleaned["title"])[:50]
            if not cleaned["slug"]:
                self.add_error("slug", "Write one: the name has no letters that an address takes.")
        return cleaned


@dataclass
class Desk:
    """One visit."""

    request: HttpRequest
    schedule: ScheduleForm
    layer: LayerForm
    drawn: picture.Picture | None = None
    strange: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    status: int = 200


def new_schedule(request: HttpRequest) -> HttpResponse:
    """Show the form; a POST draws the picture, and with `save` makes the schedule."""
    desk = _desk(request)
    if suggested.is_asked(request):
        return suggested.answer(request, {**desk.schedule.fields, **desk.layer.fields})
    if "more" in request.POST:
        unjudged(desk.schedule)
        unjudged(desk.layer)
    elif request.method == "POST":
        if desk.schedule.is_valid() & desk.layer.is_valid():
            done = _pressed(desk)
            if done is not None:
                return done
        else:
            desk.status = 422
    context = {**admin.site.each_context(request), **_context(desk)}
    request.current_app = admin.site.name
    return TemplateResponse(request, TEMPLATE, context, status=desk.status)


def _desk(request: HttpRequest) -> Desk:
    reader = who(request).user
    if reader is None:
        raise PermissionDenied
    names, teams = Names(reader), manages(request).order_by("name")
    if request.method == "POST":
        more = MORE if "more" in request.POST else 0
        layer = LayerForm(request.POST, names=names, more=more)
        schedule = ScheduleForm(request.POST, teams=teams, reader=reader)
    else:
        zone = reader.time_zone or "UTC"
        layer = LayerForm(None, names=names, spec=first_spec(zone, clock.now()))
        schedule = ScheduleForm(teams=teams, reader=reader, initial={"zone": zone})
    for name in ("time_zone", "effective", "keep"):  # the schedule's own, ever since, and nobody's
        del layer.fields[name]
    return Desk(request, schedule, layer)


def _pressed(desk: Desk) -> HttpResponse | None:
    typed = desk.schedule.cleaned_data
    layer = desk.layer.spec(typed["zone"])
    spec = ScheduleSpec(
        typed["slug"],
        typed["title"],
        typed["zone"],
        typed["expectation"],
        (layer,),
        typed["team"].pk,
    )
    try:
        refuse_faults(layer)
        if "save" in desk.request.POST:
            made = create_schedule(spec, by=who(desk.request), at=clock.now())
            messages.success(
                desk.request,
                f"{made.name} is there. Name it in an escalation policy to page by it.",
            )
            return HttpResponseRedirect(reverse("admin:oncall_schedule_change", args=[made.pk]))
    except DomainError as refusal:
        desk.problems.append(words(refusal))
        desk.status = status_of(refusal)
        return None
    # no playbook speaks for a schedule that nothing pages by yet
    early = warned(dict.fromkeys(spec.seated, clock.now()), Rules())
    desk.strange = [*rota.warnings(layer.rotation()), *early]
    desk.drawn = _drawn(desk, spec, layer)
    return None


def _drawn(desk: Desk, spec: ScheduleSpec, layer: LayerSpec) -> picture.Picture:
    at, reader = clock.now(), who(desk.request).user
    if reader is None:
        raise PermissionDenied
    row = Schedule(name=spec.name, time_zone=spec.time_zone, expectation=spec.expectation)
    plan = with_layer(rota.Plan(), NEW, layer, None)
    period = periods.asked("", "", spec.time_zone, at)
    known = Known(row, plan, {NEW: layer.name})
    look = picture.Look(reader, at, is_draft=True)
    return picture.draw(known, period, people_of(order(plan), reader.pk), look)


def _context(desk: Desk) -> Mapping[str, Any]:
    return {
        "title": "New schedule",
        "schedule_form": desk.schedule,
        "form": desk.layer,
        "zones": desk.layer.names.zones,
        "picture": desk.drawn,
        "strange": desk.strange,
        "problems": desk.problems,
        "at": clock.now(),
    }
