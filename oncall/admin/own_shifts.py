"""The reader's own next shifts, over all schedules, and whether a page would reach them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from core.models import User
from oncall import rota
from oncall.actions.readiness import ways_of
from oncall.admin.bars import length, wall_time
from oncall.models import Schedule
from oncall.rota.civil import to_wall

AHEAD = timedelta(weeks=26)
SEATS = {"primary": "first", "secondary": "backup", "shadow": "learning, never paged"}


@dataclass(frozen=True, slots=True)
class OwnShift:
    """One shift of the reader. `given`: whose it is now, by a swap or a cover; `swap_url`: where cover is asked for."""

    schedule: Schedule
    starts_at: datetime
    ends_at: datetime
    seat: str
    is_now: bool = False
    swap_url: str = ""
    given: str = ""

    @property
    def begins(self) -> str:
        """Return when it begins, on the schedule's wall clock."""
        return "Now" if self.is_now else wall_time(self.starts_at, self.schedule.zone)

    @property
    def ends(self) -> str:
        """Return when it ends."""
        return wall_time(self.ends_at, self.schedule.zone)

    @property
    def length(self) -> str:
        """Return how long it lasts."""
        return length(self.ends_at - self.starts_at)


def schedules_naming(user: User) -> dict[int, Schedule]:
    """Return the schedules that name a person in a rotation or an override, by id; one statement."""
    turns = Q(layers__versions__slots__user=user, layers__versions__withdrawn_at=None)
    named = Q(overrides__user=user) | Q(overrides__subject=user)
    rows = Schedule.objects.filter(turns | named).order_by("name").distinct()
    return {row.pk: row for row in rows}


def own_shifts(
    schedules: Mapping[int, Schedule],
    plans: Mapping[int, rota.Plan],
    reader: User,
    at: datetime,
    names: Mapping[int, str],
) -> list[OwnShift]:
    """Return the reader's shifts of half a year, and those that somebody else serves instead, in order."""
    found = [
        one for pk, row in schedules.items() for one in _of(row, plans[pk], reader.pk, at, names)
    ]
    return sorted(found, key=lambda one: one.starts_at)


def _of(
    row: Schedule, plan: rota.Plan, user: int, at: datetime, names: Mapping[int, str]
) -> list[OwnShift]:
    mine = [one for one in rota.final(plan, at, at + AHEAD) if one.user == user]
    mine.sort(key=lambda one: (one.seat, one.starts_at))
    found: list[OwnShift] = []
    for one in mine:
        seat = SEATS[one.seat]
        if found and found[-1].seat == seat and found[-1].ends_at == one.starts_at:
            before = found.pop()
            found.append(_shift(row, before.starts_at, one.ends_at, seat, at, user))
        else:
            found.append(_shift(row, one.starts_at, one.ends_at, seat, at, user))
    given = [
        OwnShift(row, max(one.starts_at, at), one.ends_at, "", given=names.get(one.user or 0, ""))
        for one in plan.overrides
        if one.subject == user and one.kind == "substitute" and one.ends_at > at
    ]
    return [*found, *given]


def cover_url(row: Schedule, at: datetime, user: int) -> str:
    """Return where cover is asked for: the form for a swap of the shift that holds `at`."""
    url = reverse("admin:oncall_schedule_plan", args=[row.pk])
    return f"{url}?kind=swap&at={at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}&who={user}"


def _shift(
    row: Schedule, start: datetime, end: datetime, seat: str, at: datetime, user: int
) -> OwnShift:
    asks = "" if seat == SEATS["shadow"] else cover_url(row, start, user)
    return OwnShift(row, start, end, seat, is_now=start <= at, swap_url=asks)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a page would reach the reader, as a sentence; `tone`: good, warn or bad."""

    text: str
    tone: str


def reach(user: User, at: datetime) -> Reach:
    """Return it for one person, by the rule that they and the managers are told by before a shift."""
    ways = ways_of([user.pk], at)[user.pk]
    if ways.missing:
        return Reach(ways.missing[0], "warn" if ways.confirmed else "bad")
    day = to_wall(ways.proven_at or at, user.time_zone)
    return Reach(
        f"A message arrived {day:%a} {day.day} {day:%b}, {len(ways.proven)} channels.", "good"
    )


def next_of(found: Sequence[OwnShift]) -> OwnShift | None:
    """Return the next one that has not begun and is not given away."""
    return next((one for one in found if not one.is_now and not one.given), None)
