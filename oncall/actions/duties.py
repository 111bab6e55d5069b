"""The stints around now of every schedule: what reminders, readiness and handoffs are about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall import rota
from oncall.models import Schedule, plan_of

BEHIND = timedelta(days=14)
HORIZON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Duties:
    """One schedule's stints from two weeks back to two weeks ahead, in order of start."""

    schedule: Schedule
    plan: rota.Plan
    stints: Sequence[rota.Stint]
    at: datetime

    @property
    def ends_at(self) -> datetime:
        """Return where the look ends; a stint that reaches it goes on."""
        return self.at + HORIZON + rota.LONGEST_REST

    def mark(self, stint: rota.Stint) -> str:
        """Return what names a stint the same at every look.

        One that began before the look is as long as it is: each month of it counts for itself.
        """
        began = stint.starts_at
        is_cut = began <= self.at - BEHIND
        when = f"{self.at:%Y-%m}" if is_cut else f"{began:%Y-%m-%dT%H:%M:%S}"
        return f"{self.schedule.pk}:{stint.seat}:{when}"

    def serves(self, user: int, at: datetime) -> bool:
        """Return whether a person has a stint of this schedule at an instant."""
        return any(one.user == user and one.starts_at <= at < one.ends_at for one in self.stints)


def duties_of(schedule: Schedule, at: datetime) -> Duties:
    """Return one schedule's stints."""
    start, end = at - BEHIND, at + HORIZON + rota.LONGEST_REST
    plan = plan_of(schedule, since=start, until=end)
    return Duties(schedule, plan, rota.stints(rota.final(plan, start, end)), at)


def all_duties(at: datetime) -> Iterator[Duties]:
    """Yield the stints of every schedule."""
    for schedule in Schedule.objects.order_by("pk"):
        yield duties_of(schedule, at)
