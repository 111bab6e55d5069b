"""Ask schedules who is on call: the one resolver answers."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incidents.models import Incident, Service
from oncall import rota
from oncall.actions.escalate import policies_for
from oncall.models import Schedule, plans

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call by one schedule at one instant, until when, and who is next.

    `users` hold the primary seat; `seats` has the holders of every seat.
    """

    schedule: Schedule
    users: tuple[int, ...]
    until: datetime | None
    following: rota.Segment | None
    seats: Mapping[rota.Seat, tuple[int, ...]] = field(default_factory=dict)

    def called(self, step: Mapping[str, Any]) -> tuple[int, ...]:
        """Return whom a step of a policy calls by this schedule: those of its seat, primary unless told."""
        return (
            self.users
            if step.get("seat", "primary") == "primary"
            else self.seats.get("secondary", ())
        )


def resolve(schedule_ids: Iterable[int], at: datetime) -> dict[int, OnCall]:
    """Return who is on call at `at` for each of these schedules; nobody by what of it can't be read."""
    rows = Schedule.objects.in_bulk(set(schedule_ids))
    known = plans(rows, since=at - rota.LOOK_AHEAD)
    return {pk: _answer(row, known[pk], at) for pk, row in rows.items()}


def _answer(schedule: Schedule, plan: rota.Plan, at: datetime) -> OnCall:
    if plan.unread:
        logger.error("schedule %s: layers %s can't be read", schedule.slug, plan.unread)
    try:
        now = rota.who(plan, at)
        seats = {seat: rota.on_call(plan, at, seat) for seat in rota.SEATS}
        return OnCall(schedule, now.users, now.until, rota.next_after(plan, at), seats)
    except (
        Exception
    ):  # a broken schedule must not stop a step: it goes on, and says that nobody was reached
        logger.exception("schedule %s can't be resolved", schedule.slug)
        return OnCall(schedule, (), None, None)


def who_is_on_call(service: Service, at: datetime) -> OnCall | None:
    """Return who answers first for a service: the first schedule of its policy; None where there is none."""
    policy = policies_for([Incident(service=service)]).get(service.pk)
    for step in policy.steps.all() if policy else ():
        for schedule in step.schedules.all():
            return resolve([schedule.pk], at)[schedule.pk]
    return None
