"""All that a schedule's screen shows, read in a fixed number of statements and answered by the one resolver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from core.models import User
from oncall import rota
from oncall.actions.fairness import HALF
from oncall.admin.bars import wall_time
from oncall.admin.lanes import Known
from oncall.admin.own_shifts import schedules_naming
from oncall.admin.people import Drawn, People, order, people_of
from oncall.admin.period import Period
from oncall.models import Schedule, SwapLeg, Unavailability, plans
from oncall.models.swap import PENDING

MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: the schedule drawn, and the reader's other schedules with their plans."""

    known: Known
    people: People
    reader: User
    at: datetime
    own: Mapping[int, Schedule]
    plans: Mapping[int, rota.Plan]

    @property
    def is_readable(self) -> bool:
        """Return whether all of the schedule on the screen can be read; nobody serves by the rest."""
        return not self.plan.unread and self.known.schedule.zone == self.known.schedule.time_zone

    @property
    def plan(self) -> rota.Plan:
        """Return the plan of the schedule on the screen."""
        return self.known.plan


def read(schedule: Schedule, reader: User, period: Period, at: datetime) -> Read:
    """Return what the screen of `schedule` shows to `reader` at `at`."""
    since = min(at - HALF, period.starts_at) - MARGIN
    naming = schedules_naming(reader)
    known = plans([schedule.pk, *naming], since=since)
    plan = known[schedule.pk]
    named = order(plan)
    takers = [one.user for other in known.values() for one in other.overrides if one.user]
    people = people_of(named, reader.pk, *takers)
    away = Unavailability.objects.valid().filter(
        user__in=named, ends_at__gt=min(at, period.starts_at)
    )
    names = dict(schedule.layers.values_list("pk", "name"))
    what = Known(schedule, plan, names, list(away.order_by("starts_at")), _asked(schedule, at))
    return Read(what, people, reader, at, naming, known)


def _asked(schedule: Schedule, at: datetime) -> list[SwapLeg]:
    """Return the legs of swaps that wait for an answer."""
    rows = SwapLeg.objects.filter(
        Q(swap__schedule=schedule, swap__state__in=PENDING, ends_at__gt=at)
    )
    return list(rows.select_related("swap__owner", "swap__taker").order_by("swap", "is_return"))


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence of a schedule: who answers now, until when, who follows, and what is missing."""

    now: Sequence[Drawn]
    until: str
    following: str
    follows_at: str
    gaps: int
    is_asked: bool


def answer(known: Known, people: People, at: datetime, gaps: int) -> Answer:
    """Return who is on call at `at`, and next."""
    zone = known.schedule.zone
    now, later = rota.who(known.plan, at), rota.next_after(known.plan, at)
    fresh = [pk for pk in later.users if pk not in now.users] if later else []
    expected = known.schedule.expected
    is_asked = bool(
        rota.gaps(known.plan, at, at + timedelta(minutes=1), expected, zone) or now.users
    )
    return Answer(
        [people[pk] for pk in now.users if pk in people],
        _short(now.until, zone, at),
        people.names(fresh) if fresh else "",
        _short(later.starts_at, zone, at) if later else "",
        gaps,
        is_asked,
    )


def _short(at: datetime | None, zone: str, now: datetime) -> str:
    """Return an instant within a week as Mon 09:00, a later one with its date."""
    if at is None:
        return ""
    text = wall_time(at, zone)
    words = text.split(" ")
    return f"{words[0]} {words[-1]}" if at - now < timedelta(days=6) else text
