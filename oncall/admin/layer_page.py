"""A layer is added, changed or ended: the form, what it would change with the picture redrawn, and only then the save."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin import suggested
from core.admin.buttons import status_of, words
from core.admin.rights import allows, who
from core.errors import DomainError, Invalid
from oncall import rota
from oncall.actions.drafts import with_layer, without_layer
from oncall.actions.eligibility import seat_warnings
from oncall.actions.impact import Impact, compare
from oncall.actions.rules import rules_of
from oncall.actions.schedules import add_layer, end_layer, refuse_faults, write_layer
from oncall.actions.specs import LayerSpec
from oncall.admin import period as periods
from oncall.admin import picture
from oncall.admin.forms import unjudged
from oncall.admin.impact_shown import Shown, shown
from oncall.admin.layer_form import LayerForm
from oncall.admin.people import people_of
from oncall.admin.plan_forms import local
from oncall.admin.schedule_data import Read, read
from oncall.admin.slots import Names
from oncall.models import Layer, RotationVersion, Schedule
from oncall.rota.civil import to_wall

EDIT = "oncall.edit_schedule"
TEMPLATE = "oncall/schedule/layer.html"
NEW = -1  # the number of a layer that is not saved yet
MORE = 6
GRACE = timedelta(minutes=2)  # between filling the form in and sending it


@dataclass
class Desk:
    """One visit. `layer` None: a new one. `is_end`: what is asked for is its end."""

    request: HttpRequest
    schedule: Schedule
    layer: Layer | None
    found: Read
    form: LayerForm
    impact: Shown | None = None
    draft: rota.Plan | None = None
    is_end: bool = False
    problems: list[str] = field(default_factory=list)
    status: int = 200

    @property
    def number(self) -> int:
        """Return the layer's number in the plan."""
        return self.layer.pk if self.layer else NEW


def new_layer(request: HttpRequest, schedule: Schedule) -> HttpResponse:
    """Add a layer."""
    return _page(request, schedule, None)


def one_layer(request: HttpRequest, schedule: Schedule, layer: int) -> HttpResponse:
    """Change a layer, or end it."""
    row = schedule.layers.filter(pk=layer).first()
    if row is None:
        raise Http404
    row.schedule = schedule
    return _page(request, schedule, row)


def _page(request: HttpRequest, schedule: Schedule, layer: Layer | None) -> HttpResponse:
    if not allows(request, EDIT, schedule):
        raise PermissionDenied
    desk = _desk(request, schedule, layer)
    if suggested.is_asked(request):
        return suggested.answer(request, desk.form.fields)
    if request.method == "POST" and "more" not in request.POST and desk.form.is_valid():
        done = _pressed(desk)
        if done is not None:
            return done
    elif request.method == "POST" and {"more", "show"} & set(request.POST):
        unjudged(desk.form)
    elif request.method == "POST":
        desk.status = 422
    return TemplateResponse(request, TEMPLATE, _context(desk), status=desk.status)


def _desk(request: HttpRequest, schedule: Schedule, layer: Layer | None) -> Desk:
    reader, at = who(request).user, clock.now()
    if reader is None:
        raise PermissionDenied
    chosen = parse_qs(request.POST.get("show", ""))
    first, span = ((chosen.get(name) or [""])[0] for name in ("from", "span"))
    first = first or request.POST.get("effective", "")[:10]
    period = periods.asked(first, span, schedule.zone, at)
    found = read(schedule, reader, period, at)
    if request.method == "POST":
        more = MORE if "more" in request.POST else 0
        form = LayerForm(request.POST, names=Names(reader), more=more)
    else:
        spec = present_spec(layer) or first_spec(schedule.zone, at, bool(found.known.layers))
        told = [pk for slot in spec.people for pk in slot]
        form = LayerForm(None, names=Names(reader, told), spec=spec)
    if layer is None:
        del form.fields["keep"]  # nobody has a turn of it yet
    return Desk(request, schedule, layer, found, form, is_end="end" in request.POST)


def present_spec(layer: Layer | None) -> LayerSpec | None:
    """Return a layer as its last valid version has it, None for a layer without one."""
    rows = RotationVersion.objects.valid().filter(layer=layer).prefetch_related("slots")
    version = rows.order_by("effective_from", "pk").last() if layer else None
    if version is None or layer is None:
        return None
    slots: dict[int, list[int]] = {}
    for slot in version.slots.all():
        people = slots.setdefault(slot.position, [])
        people += [slot.user_id] if slot.user_id else []
    return LayerSpec(
        layer.name, version.anchor_local, version.time_zone, tuple(tuple(slots[place]) for place in sorted(slots)),
        priority=version.priority, seat=version.seat, mode=version.mode, unit=version.unit, length=version.length,
        turn_mode=version.turn_mode, windows=tuple(version.windows), calendar_id=version.holidays_id,
        holiday_effect=version.holiday_effect,
    )  # fmt: skip


def first_spec(zone: str, at: datetime, has_layers: bool = False) -> LayerSpec:
    """Return what a new layer begins with: a weekly turn from the latest Monday 09:00."""
    wall = to_wall(at, zone)
    monday = (wall - timedelta(days=wall.weekday())).replace(hour=9, minute=0)
    name = "" if has_layers else "Primary"
    return LayerSpec(name, f"{monday:%Y-%m-%dT%H:%M}", zone, ())


def _pressed(desk: Desk) -> HttpResponse | None:
    try:
        effective = _effective(desk)
        spec = _in_step(desk, desk.form.spec(), effective or desk.found.at)
        if not desk.is_end:
            refuse_faults(spec)
        if "save" in desk.request.POST:
            return _save(desk, spec, effective)
    except DomainError as refusal:
        desk.problems.append(words(refusal))
        desk.status = status_of(refusal)
        return None
    _compare(desk, spec, effective)
    return None


def _in_step(desk: Desk, spec: LayerSpec, at: datetime) -> LayerSpec:
    """Let the turn that runs go on where only people come or go (the on-call area's case 15)."""
    mine = [one for one in desk.found.plan.rotations if one.layer == desk.number]
    runs = [one for one in mine if (one.effective_from or at) <= at < (one.effective_to or at + GRACE)]  # fmt: skip
    if not runs or not desk.form.cleaned_data.get("keep") or not spec.people:
        return spec
    before, after = runs[-1], spec.rotation(desk.number)
    if _turning(before) != _turning(after) or before.slots == after.slots:
        return spec
    return replace(spec, people=rota.in_step(before, spec.people, at))


def _turning(one: rota.Rotation) -> tuple[object, ...]:
    return one.anchor, one.zone, one.unit, one.length, one.turn_mode, one.windows


def _effective(desk: Desk) -> datetime | None:
    """Return from when on, None for now. Raises Invalid for the past: what was served is not rewritten."""
    text = desk.form.cleaned_data.get("effective")
    if not text:
        return None
    at = rota.to_utc(datetime.fromisoformat(text), desk.schedule.zone)
    if at < desk.found.at - GRACE:
        raise Invalid.field("/effective", "That is over already; shifts before now never change.")
    return max(at, desk.found.at)


def _save(desk: Desk, spec: LayerSpec, effective: datetime | None) -> HttpResponse:
    told: dict[str, Any] = {"by": who(desk.request), "at": desk.found.at, "effective": effective}
    if desk.layer is None:
        add_layer(desk.schedule.pk, spec, **told)
        said = f"{spec.name} is added."
    elif desk.is_end:
        end_layer(desk.layer.pk, **told)
        said = f"{desk.layer.name} ends; its past shifts stay."
    else:
        write_layer(desk.layer.pk, spec, **told)
        said = f"{spec.name} turns like this from then on; past shifts stay as they were."
    messages.success(desk.request, f"{said} Everybody whose shifts moved is told.")
    return HttpResponseRedirect(reverse("admin:oncall_schedule_change", args=[desk.schedule.pk]))


def _compare(desk: Desk, spec: LayerSpec, effective: datetime | None) -> None:
    found, at = desk.found, desk.found.at
    start = effective or at
    if desk.is_end:
        desk.draft = without_layer(found.plan, desk.number, start)
    else:
        turned = {*found.plan.unread, *(one.layer for one in found.plan.rotations)}
        fresh = desk.number not in turned
        since = None if fresh and desk.layer and effective is None else start
        desk.draft = with_layer(found.plan, desk.number, spec, since)
    named = [pk for slot in spec.people for pk in slot if pk not in found.people]
    if named:
        found.people.update(people_of([*found.people, *named]))
    impact = compare(desk.schedule, found.plan, desk.draft, start)
    strange = [] if desk.is_end else [*rota.warnings(spec.rotation()), *_early(desk, spec, impact)]
    zone = desk.schedule.zone
    desk.impact = shown(impact, found.people, found.reader, zone, strange)


def _early(desk: Desk, spec: LayerSpec, impact: Impact) -> list[str]:
    """Say who would serve before they are eligible; learning in the shadow is open to everybody."""
    users = [] if spec.seat == "shadow" else {pk for slot in spec.people for pk in slot}
    return seat_warnings(impact, users, rules_of(desk.schedule))


def _context(desk: Desk) -> dict[str, Any]:
    found, schedule, posted = desk.found, desk.schedule, desk.request.POST
    known = found.known
    if desk.draft is not None:
        names = {**known.layers, desk.number: posted.get("name", "")}
        known = replace(known, plan=desk.draft, layers=names)
    title = desk.layer.name if desk.layer else "New layer"
    look = picture.Look(found.reader, found.at, is_draft=True)
    return {
        **admin.site.each_context(desk.request),
        "title": f"{title}: {schedule.name}",
        "schedule": schedule,
        "layer": desk.layer,
        "at": found.at,
        "picture": picture.draw(known, _period(posted, schedule, found.at), found.people, look),
        "form": desk.form,
        "zones": desk.form.names.zones,
        "impact": desk.impact,
        "is_end": desk.is_end,
        "problems": desk.problems,
        "save_label": _label(desk),
        "now": local(found.at, schedule.zone),
    }


def _label(desk: Desk) -> str:
    told = len(desk.impact.told) if desk.impact else 0
    word = "End the layer" if desk.is_end else "Save"
    return f"{word} and tell {told} {'person' if told == 1 else 'people'}" if told else word


def _period(posted: QueryDict, schedule: Schedule, at: datetime) -> periods.Period:
    chosen = parse_qs(posted.get("show", ""))
    first, span = ((chosen.get(name) or [""])[0] for name in ("from", "span"))
    return periods.asked(first or posted.get("effective", "")[:10], span, schedule.zone, at)
