"""Plans as they would be: with overrides, or with a layer that turns differently. Nothing is saved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import cast

from oncall import rota
from oncall.actions.specs import LayerSpec
from oncall.actions.wish import Wish
from oncall.models import Holiday

LATEST = 2**62  # the seq of an override that is not saved: later than all


def with_overrides(plan: rota.Plan, wishes: Sequence[Wish]) -> rota.Plan:
    """Return the plan with overrides that nobody has saved yet."""
    added = (one.value(seq=LATEST + place) for place, one in enumerate(wishes))
    return replace(plan, overrides=(*plan.overrides, *added))


def with_layer(
    plan: rota.Plan, layer: int, spec: LayerSpec, effective: datetime | None
) -> rota.Plan:
    """Return the plan as it would be if the layer turned like this from `effective` on; None: ever since.

    A layer that is not saved yet has a number below zero.
    """
    added = replace(
        spec.rotation(layer),
        effective_from=effective,
        holidays=dates_of(spec.calendar_id),
        holiday_effect=cast("rota.Holidays", spec.holiday_effect),
    )
    kept = without_layer(plan, layer, effective) if effective else plan
    return replace(kept, rotations=(*kept.rotations, added))


def without_layer(plan: rota.Plan, layer: int, effective: datetime) -> rota.Plan:
    """Return the plan as it would be if the layer ended at `effective`."""
    kept = [
        one if one.layer != layer else replace(one, effective_to=_earlier(one, effective))
        for one in plan.rotations
        if one.layer != layer or one.effective_from is None or one.effective_from < effective
    ]
    return replace(plan, rotations=tuple(kept))


def dates_of(calendar_id: int | None) -> tuple[date, ...]:
    """Return the days of a holiday calendar, none without one."""
    if calendar_id is None:
        return ()
    days = Holiday.objects.kept().filter(calendar=calendar_id)
    return tuple(days.values_list("date", flat=True))


def _earlier(one: rota.Rotation, effective: datetime) -> datetime:
    return min(one.effective_to or effective, effective)
