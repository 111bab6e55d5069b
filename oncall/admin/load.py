"""What on-call cost people in the last 90 days, as a schedule's screen shows it: the burden that its quality is judged by."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall import rota
from oncall.actions.fairness import HOUR, fairness
from oncall.admin.people import Drawn, People
from oncall.models import Schedule

BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Load:
    """What one person bore by this schedule, in both seats."""

    drawn: Drawn
    hours: int
    after_hours: int
    pages: int


def load(plan: rota.Plan, people: People, schedule: Schedule, at: datetime) -> list[Load]:
    """Return everybody who served or was paged within 90 days; the heaviest burden first."""
    zones = {pk: one.user.time_zone for pk, one in people.items()}
    found = fairness(schedule, plan, (at - BACK, at), (), paged=True, zones=zones)
    return [
        Load(people[one.user], round(one.served / HOUR), round(one.after_hours / HOUR), one.pages)
        for one in found.people
        if one.user in people
    ]  # fmt: skip
