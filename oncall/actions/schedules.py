"""Write schedules: what was served stays, an edit closes the present versions and opens the next."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.models import Team
from core.permissions import may, require
from oncall import rota
from oncall.actions.events import publish
from oncall.actions.impact import AHEAD
from oncall.actions.ledger import locked
from oncall.actions.moved import moves_of, tell_moved
from oncall.actions.specs import LayerSpec, ScheduleSpec, too_busy
from oncall.actions.swaps import recheck
from oncall.models import Layer, RotationSlot, RotationVersion, Schedule, plan_of
from oncall.models.plans import windows_of

EDIT = "oncall.edit_schedule"


def create_schedule(spec: ScheduleSpec, *, by: Actor, at: datetime) -> Schedule:
    """Store a new schedule; its layers are in force from their first handoffs on.

    Without a team in the spec it belongs to the first team that the person manages, else to the first there is.
    Raises NotAllowed, Invalid when the slug is taken.
    """
    require_creator(by)
    team = team_of(spec.team_id, by)
    schedule = Schedule(
        slug=spec.slug, name=spec.name, team=team, time_zone=spec.time_zone,
        expectation=spec.expectation, created_at=at, served_to=at,
    )  # fmt: skip
    require(by, EDIT, schedule)
    try:
        with transaction.atomic():
            schedule.save(force_insert=True)
            for layer in spec.layers:
                _open(Layer.objects.create(schedule=schedule, name=layer.name), layer, None)
    except IntegrityError as error:
        raise Invalid.field("/slug", f"There is a schedule {spec.slug} already.") from error
    return schedule


def write_schedule(
    schedule_id: int,
    spec: ScheduleSpec,
    *,
    by: Actor,
    at: datetime,
    effective: datetime | None = None,
) -> Schedule:
    """Let a schedule turn as the spec says from `effective` on (None: from `at`); what was served stays.

    A layer of the same name goes on; one that the spec leaves out ends. Raises NotFound, NotAllowed, Invalid.
    """
    with transaction.atomic(), turning([schedule_id], by=by, at=at) as [schedule]:
        require(by, EDIT, schedule)
        schedule.name, schedule.time_zone = spec.name, spec.time_zone
        schedule.expectation = spec.expectation
        schedule.save(update_fields=["name", "time_zone", "expectation"])
        _turn_over(schedule, spec.layers, effective or at, at)
    return schedule


def write_layer(
    layer_id: int, spec: LayerSpec, *, by: Actor, at: datetime, effective: datetime | None = None
) -> RotationVersion:
    """Let one layer turn as the spec says from `effective` on (None: from `at`; a first version: ever since).

    Raises NotFound, NotAllowed, Invalid.
    """
    with _turning_layer(layer_id, by, at) as layer:
        refuse_faults(spec)
        _call(layer, spec.name)
        if effective is None and not layer.versions.exists():
            return _open(layer, spec, None)
        changed = _change(layer, spec, effective or at, at)
        return changed or layer.versions.valid().latest("pk")


def add_layer(
    schedule_id: int, spec: LayerSpec, *, by: Actor, at: datetime, effective: datetime | None = None
) -> Layer:
    """Add a layer that turns from `effective` on (None: from `at`). Raises NotFound, NotAllowed, Invalid."""
    with transaction.atomic(), turning([schedule_id], by=by, at=at) as [schedule]:
        require(by, EDIT, schedule)
        refuse_faults(spec)
        layer = Layer(schedule=schedule, name="")
        _call(layer, spec.name)
        _open(layer, spec, effective or at)
        return layer


def end_layer(
    layer_id: int, *, by: Actor, at: datetime, effective: datetime | None = None
) -> Layer:
    """Let a layer serve no more from `effective` on (None: from `at`); what it served stays. Raises NotFound, NotAllowed."""
    with _turning_layer(layer_id, by, at) as layer:
        _close(layer, effective or at, at)
        return layer


@contextmanager
def _turning_layer(layer_id: int, by: Actor, at: datetime) -> Iterator[Layer]:
    layer = Layer.objects.filter(pk=layer_id).first()
    if layer is None:
        raise NotFound("There is no such layer.")
    with transaction.atomic(), turning([layer.schedule_id], by=by, at=at) as [schedule]:
        layer.schedule = schedule
        require(by, EDIT, layer)
        yield layer


def _call(layer: Layer, name: str) -> None:
    """Give a layer its name, where it has another."""
    if layer.name == name:
        return
    if layer.schedule.layers.filter(name=name).exclude(pk=layer.pk).exists():
        raise Invalid.field(
            "/name", f"There is a layer {name} already; a name stands for one layer."
        )
    layer.name = name
    layer.save()


@contextmanager
def turning(
    schedule_ids: Iterable[int], occasion: str = "", *, by: Actor, at: datetime
) -> Iterator[list[Schedule]]:
    """Hold schedules while something changes by which they turn: freeze what was served; then tell who is moved.

    Inside a transaction. `occasion`: what makes it one edit, for whom it is told once; "": its instant. Raises Invalid
    for what changes too often.
    """
    held = [locked(pk, at) for pk in sorted(schedule_ids)]
    before = [plan_of(one, since=at - rota.LOOK_AHEAD) for one in held]
    yield held
    for schedule, plan in zip(held, before, strict=True):
        _settle(schedule, plan, occasion or f"edit:{at.isoformat()}", by=by, at=at)


def _settle(
    schedule: Schedule, before: rota.Plan, occasion: str, *, by: Actor, at: datetime
) -> None:
    """End swaps that no longer fit, and tell calendars and people whose shifts to come an edit moved."""
    after = plan_of(schedule, since=at - rota.LOOK_AHEAD)
    if said := too_busy(one for one in after.rotations if one.effective_to is None):
        raise Invalid.field("/layers", said)
    if recheck(schedule, at):
        after = plan_of(schedule, since=at - rota.LOOK_AHEAD)
    publish(schedule, at)
    tell_moved(schedule, moves_of(before, after, at, at + AHEAD), occasion, by=by, at=at)


def require_creator(by: Actor) -> None:
    """Raise NotAllowed unless the person may make a schedule, or a calendar that it follows, for some team."""
    teams = by.user.managed_team_ids if by.user else ()
    if not any(may(by, EDIT, Schedule(team_id=pk)) for pk in teams):
        require(by, EDIT)


def refuse_faults(spec: LayerSpec) -> None:
    """Raise Invalid with every reason why a layer can't work; what is only strange is the editor's to judge."""
    if wrong := rota.faults(spec.rotation()):
        raise Invalid.field("/rotation", " ".join(one.said for one in wrong))


def team_of(team_id: int | None, by: Actor) -> Team:
    """Return the team of that id; None: the first that the person manages, else the first there is."""
    if team_id is not None:
        return Team.objects.get(pk=team_id)
    teams = Team.objects.order_by("pk")
    managed = by.user.managed_team_ids if by.user else frozenset()
    return (
        teams.filter(pk__in=managed).first()
        or teams.first()
        or Team.objects.create(slug="everybody", name="Everybody")
    )


def _turn_over(
    schedule: Schedule, specs: Sequence[LayerSpec], effective: datetime, at: datetime
) -> None:
    present = {layer.name: layer for layer in schedule.layers.all()}
    for spec in specs:
        layer = present.pop(spec.name, None)
        if layer is None:
            layer = Layer.objects.create(schedule=schedule, name=spec.name)
        _change(layer, spec, effective, at)
    for layer in present.values():
        _close(layer, effective, at)


def _change(
    layer: Layer, spec: LayerSpec, effective: datetime, at: datetime
) -> RotationVersion | None:
    """Open a version from `effective` on; None where the layer turns like this already."""
    standing = layer.versions.valid().prefetch_related("slots")
    last = standing.filter(effective_to=None).first()
    if last is not None and _begun(last, effective) and _is_same(last, spec):
        return None
    _close(layer, effective, at)
    return _open(layer, spec, effective)


def _begun(version: RotationVersion, at: datetime) -> bool:
    return version.effective_from is None or version.effective_from <= at


def _is_same(version: RotationVersion, spec: LayerSpec) -> bool:
    slots: dict[int, list[int]] = {}
    for slot in version.slots.all():
        people = slots.setdefault(slot.position, [])
        people += [slot.user_id] if slot.user_id else []
    turns = tuple(tuple(slots[place]) for place in sorted(slots))
    columns = spec.columns()
    hours = windows_of(version.windows) == windows_of(columns.pop("windows"))
    return (
        hours
        and turns == spec.people
        and all(getattr(version, name) == value for name, value in columns.items())
    )


def _close(layer: Layer, effective: datetime, at: datetime) -> None:
    """End what turns at `effective`, and take back what would begin later."""
    versions = layer.versions.valid()
    versions.filter(effective_from__gte=effective).update(withdrawn_at=at)
    ending = Q(effective_to=None) | Q(effective_to__gt=effective)
    versions.filter(ending).update(effective_to=effective)


def _open(layer: Layer, spec: LayerSpec, effective: datetime | None) -> RotationVersion:
    version = RotationVersion.objects.create(
        layer=layer, effective_from=effective, **spec.columns()
    )
    RotationSlot.objects.bulk_create(
        [
            RotationSlot(version=version, position=position, user_id=user)
            for position, slot in enumerate(spec.people)
            for user in (slot or (None,))
        ]
    )
    return version
