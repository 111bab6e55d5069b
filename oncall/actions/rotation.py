"""Ask and change schedules: the one resolver answers, an edit never rewrites the past."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid
from core.models import User
from core.permissions import require
from incidents.models import Incident, Service
from oncall import rota
from oncall.actions.escalate import policies_for
from oncall.models import Layer, RotationSlot, RotationVersion, Schedule

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call by one schedule at one instant, until when, and who is next."""

    schedule: Schedule
    users: tuple[int, ...]
    until: datetime | None
    following: tuple[int, ...]


def resolve(schedule_ids: Iterable[int], at: datetime) -> dict[int, OnCall]:
    """Return who is on call at `at` for each of these schedules; nobody where one can't be read."""
    rows = Schedule.objects.filter(pk__in=set(schedule_ids)).with_plans()
    return {row.pk: _answer(row, at) for row in rows}


def _answer(schedule: Schedule, at: datetime) -> OnCall:
    try:
        return _ask(schedule, at)
    except (
        Exception
    ):  # a broken schedule must not stop a step: it goes on, and says that nobody was reached
        logger.exception("schedule %s can't be resolved", schedule.slug)
        return OnCall(schedule, (), None, ())


def _ask(schedule: Schedule, at: datetime) -> OnCall:
    plan = schedule.plan()
    now = rota.who(plan, at)
    later = rota.next_after(plan, at)
    return OnCall(schedule, now.users, now.until, later.users if later else ())


def who_is_on_call(service: Service, at: datetime) -> OnCall | None:
    """Return who answers first for a service: the first schedule of its policy; None where there is none."""
    policy = policies_for([Incident(service=service)]).get(service.pk)
    for step in policy.steps.all() if policy else ():
        for schedule in step.schedules.all():
            return resolve([schedule.pk], at)[schedule.pk]
    return None


def replace_rotation(  # noqa: PLR0913  these are the fields of the form
    layer: Layer, people: Sequence[User | None], *, anchor_local: str, by: Actor, at: datetime,
    unit: str = "week", length: int = 1,
) -> RotationVersion:  # fmt: skip
    """Close the layer's present version at `at` and begin a new one; shifts before `at` stay as they were.

    Raises NotAllowed, Invalid with what is wrong in words.
    """
    require(by, "oncall.edit_schedule", layer)
    with transaction.atomic():
        Layer.objects.select_for_update(no_key=True, of=("self",)).get(pk=layer.pk)
        present = layer.versions.filter(effective_to=None).first()
        if present is not None:
            present.effective_to = at
            present.save(update_fields=["effective_to"])
        version = RotationVersion(
            layer=layer,
            effective_from=at if present else None,
            anchor_local=anchor_local,
            unit=unit,
            length=length,
        )
        version.full_clean(exclude=["layer"])
        version.save()
        RotationSlot.objects.bulk_create(
            [
                RotationSlot(version=version, position=place, user=person)
                for place, person in enumerate(people)
            ]
        )
        wrong = rota.faults(version.rotation(layer, layer.schedule.time_zone))
        if wrong:
            raise Invalid.field("/rotation", " ".join(wrong))
    return version
