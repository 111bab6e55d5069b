"""Schedules: who is on call now and next, as the one resolver says; rotations are replaced, never rewritten."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from core import clock
from core.actor import Actor
from core.admin.base import GuardedAdmin
from core.admin.buttons import Button
from core.admin.inlines import GuardedTable
from core.admin.panel import NOTHING, Panel
from core.admin.rights import allows
from core.models import User
from oncall import rota
from oncall.actions.overrides import add_override
from oncall.actions.schedules import refuse_faults, write_layer
from oncall.actions.specs import LayerSpec
from oncall.actions.wish import Wish
from oncall.admin.forms import CoverForm, RotationForm
from oncall.models import Layer, RotationVersion, Schedule, plan_of, plans
from oncall.rota.civil import to_wall

EDIT = "oncall.edit_schedule"
AHEAD = timedelta(days=28)
NOBODY = "Nobody"
_KEPT = ("time_zone", "priority", "seat", "mode", "turn_mode", "windows", "holiday_effect")


class Layers(GuardedTable[Layer, Schedule]):
    """The layers; the rotation of each is set by its button."""

    model = Layer
    fields = ("name",)
    can_delete = False  # its past shifts would go with it


@admin.register(Schedule)
class ScheduleAdmin(GuardedAdmin[Schedule]):
    """Managers of its team edit a schedule."""

    view_verb = "oncall.view"
    edit_verb = EDIT
    fields = ("name", "slug", "team", "time_zone", "expectation", "swap_needs_approval")
    list_display = ("name", "team", "time_zone", "on_call_now", "until")
    list_select_related = ("team",)
    list_filter = ("team",)
    search_fields = ("name", "slug")
    inlines = (Layers,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        """Read with the schedules all that the resolver asks, in a fixed number of statements."""
        versions = RotationVersion.objects.standing().prefetch_related("slots__user")
        layers = Layer.objects.prefetch_related(Prefetch("versions", versions))
        rows = Schedule.objects.order_by("name").prefetch_related(Prefetch("layers", layers))
        return rows.prefetch_related("overrides__user")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read the plans of all rows of the page at once."""
        found = super().get_changelist_instance(request)
        known = plans([row.pk for row in found.result_list], since=clock.now() - rota.LOOK_AHEAD)
        for row in found.result_list:
            row.known_plan = known[row.pk]
        return found

    def get_prepopulated_fields(self, request: HttpRequest, obj: Schedule | None = None) -> Any:
        """Make the slug from the name while the schedule is new."""
        return {} if obj is not None else {"slug": ("name",)}

    @admin.display(description="on call now")
    def on_call_now(self, schedule: Schedule) -> str:
        """Return who answers at this moment."""
        return _names(schedule, rota.on_call(_plan(schedule), clock.now()))

    @admin.display(description="until (local time)")
    def until(self, schedule: Schedule) -> str:
        """Return when that ends."""
        return _local(schedule, rota.who(_plan(schedule), clock.now()).until)

    def why_kept(self, obj: Schedule) -> Sequence[str]:
        """Keep what a policy pages by."""
        policies = obj.policystep_set.values_list("policy__name", flat=True).distinct()
        return [f"The policy {name} pages by {obj}; take it out there first." for name in policies]

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: bool) -> None:
        """Note when a new schedule was made: from then on its ledger counts."""
        if not change:
            obj.created_at = obj.served_to = clock.now()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Give a new schedule its first layer."""
        super().save_related(request, form, formsets, change)
        if not change and not form.instance.layers.exists():
            Layer.objects.create(schedule=form.instance)

    def buttons(self, request: HttpRequest, obj: Schedule) -> Sequence[Button]:
        """Offer a cover, and a rotation per layer."""
        may = allows(request, EDIT, obj)
        cover = Button(
            "cover", "Cover", _cover, partial(CoverForm, schedule=obj), shown=may, opens=True
        )
        return [cover, *(_rotation(obj, layer, may=may) for layer in obj.layers.all())]

    def panels(self, request: HttpRequest, obj: Schedule) -> Sequence[Panel]:
        """Answer who is on call now and in the four weeks to come; show the rotations."""
        at = clock.now()
        plan = plan_of(obj, since=at)
        return [_now(obj, plan, at), _to_come(obj, plan, at), _rotations(obj)]


def _rotation(schedule: Schedule, layer: Layer, *, may: bool) -> Button:
    layer.schedule = schedule
    label = f"Change the rotation of {layer.name}"
    return Button(
        f"rotation-{layer.pk}",
        label,
        partial(_replace, layer),
        partial(RotationForm, layer=layer),
        shown=may,
        opens=True,
    )


def _replace(
    layer: Layer, *, by: Actor, at: datetime, people: list[User | None], **turn: Any
) -> str:
    present = layer.versions.standing().filter(effective_to=None).first()
    kept = {name: getattr(present, name) for name in _KEPT} if present else {}
    zone = kept.pop("time_zone", layer.schedule.time_zone)
    slots = tuple((user.pk,) if user else () for user in people)
    spec = LayerSpec(layer.name, time_zone=zone, people=slots, **turn, **kept)
    refuse_faults(spec)
    write_layer(layer.pk, spec, by=by, at=at)
    return f"{layer.name} turns anew from now on; past shifts stay as they were."


def _cover(*, by: Actor, at: datetime, schedule: Schedule, user: User, **span: Any) -> str:
    add_override(schedule, Wish(user=user, **span), by=by, at=at)
    return f"{user.display_name} covers {schedule.name}."


def _plan(schedule: Schedule) -> rota.Plan:
    known: rota.Plan | None = getattr(schedule, "known_plan", None)
    return known if known is not None else plan_of(schedule)


def _people(schedule: Schedule) -> dict[int, User]:
    """Return everyone whom the schedule names, from the rows that were read with it."""
    versions = [version for layer in schedule.layers.all() for version in layer.versions.all()]
    turns = {
        slot.user.pk: slot.user for version in versions for slot in version.slots.all() if slot.user
    }
    return turns | {cover.user.pk: cover.user for cover in schedule.overrides.all() if cover.user}


def _names(schedule: Schedule, users: Sequence[int]) -> str:
    people = _people(schedule)
    return ", ".join(people[pk].display_name for pk in users if pk in people) or NOBODY


def _local(schedule: Schedule, at: datetime | None) -> str:
    return f"{to_wall(at, schedule.time_zone):%a %d %b %H:%M}" if at else NOTHING


def _now(schedule: Schedule, plan: rota.Plan, at: datetime) -> Panel:
    answer, following = rota.who(plan, at), rota.next_after(plan, at)
    until = f" until {_local(schedule, answer.until)}" if answer.until else ""
    after = (
        f" Then {_names(schedule, following.users)}, from {_local(schedule, following.starts_at)}."
        if following
        else ""
    )
    names = _names(schedule, answer.users)
    warning = " A page by this schedule reaches nobody." if names == NOBODY else ""
    return Panel("On call now", f"{names}{until} ({schedule.time_zone}).{warning}{after}")


def _to_come(schedule: Schedule, plan: rota.Plan, at: datetime) -> Panel:
    layers = {layer.pk: layer.name for layer in schedule.layers.all()}
    rows = [
        (
            _local(schedule, part.starts_at), _local(schedule, part.ends_at), _names(schedule, part.users),
            "cover" if part.override else layers.get(part.layer or 0, "gap"),
        )
        for part in rota.segments(plan, at, at + AHEAD)
    ]  # fmt: skip
    gaps = sum(row[2] == NOBODY for row in rows)
    sentence = f"{gaps} gaps in the next 28 days." if gaps else "No gap in the next 28 days."
    columns = (f"From ({schedule.time_zone})", "To", "Who", "By")
    return Panel("The next 28 days", sentence, columns, rows)


def _rotations(schedule: Schedule) -> Panel:
    rows = [
        (layer.name, version.priority, _turn(version), version.anchor_local.replace("T", " "), _order(version),
         _local(schedule, version.effective_from), _local(schedule, version.effective_to))
        for layer in schedule.layers.all()
        for version in layer.versions.all()
    ]  # fmt: skip
    zone = schedule.time_zone
    columns = (
        "Layer",
        "Priority",
        "Turn",
        f"First handoff ({zone})",
        "People in order",
        "In force from",
        "To",
    )
    return Panel("Rotations", "", columns, rows, "No rotation yet: everything is a gap.")


def _turn(version: RotationVersion) -> str:
    return f"{version.length} {version.unit}{'s' * (version.length > 1)}"


def _order(version: RotationVersion) -> str:
    return ", ".join(
        slot.user.display_name if slot.user else NOBODY for slot in version.slots.all()
    )
