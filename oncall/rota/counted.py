"""Time on call counted once: two schedules at the same instant are one hour, not two (R132). Pure.

Bounds are cut down to whole minutes, so shifts that meet go on meeting and every sum is exact to the minute.
At each instant one shift counts: one that is paid before one that is not, then a primary seat before a secondary one, then
the shift that began first, then the schedule that is older. A shadow seat never counts.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from oncall.rota.civil import utc
from oncall.rota.shapes import Seat
from oncall.rota.windows import Span

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ServedShift:
    """One served shift of one person. ``number`` tells it apart; ``schedule`` is an id, lower for an older one.

    ``is_paid``: its team had a pay plan when it ended.
    """

    number: int
    schedule: int
    seat: Seat
    starts_at: datetime
    ends_at: datetime
    is_paid: bool = False

    @property
    def order(self) -> tuple[bool, bool, datetime, int, int]:
        """Return what decides which of several at one instant counts, the first one."""
        return not self.is_paid, self.seat != "primary", self.starts_at, self.schedule, self.number


@dataclass(frozen=True, slots=True)
class Counted:
    """The stretch of a shift that counts: whole minutes, UTC."""

    shift: ServedShift
    starts_at: datetime
    ends_at: datetime


def counted(shifts: Iterable[ServedShift], window: Span) -> list[Counted]:
    """Give what counts of one person's shifts within ``window``, in order and without overlap."""
    begun: dict[datetime, list[ServedShift]] = defaultdict(list)
    until: dict[int, datetime] = {}
    for shift in shifts:
        start, end = whole(max(shift.starts_at, window[0])), whole(min(shift.ends_at, window[1]))
        if shift.seat != "shadow" and start < end:
            begun[start].append(shift)
            until[shift.number] = end
    found: list[Counted] = []
    running: list[ServedShift] = []
    for edge, following in pairwise(sorted({*begun, *until.values()})):
        running = [one for one in running if until[one.number] > edge] + begun[edge]
        if running:
            _add(found, Counted(min(running, key=lambda one: one.order), edge, following))
    return found


def whole(at: datetime) -> datetime:
    """Give the minute that an aware instant lies in, UTC."""
    return utc(at).replace(second=0, microsecond=0)


def _add(found: list[Counted], one: Counted) -> None:
    if found and found[-1].shift == one.shift and found[-1].ends_at == one.starts_at:
        one = replace(found.pop(), ends_at=one.ends_at)
    found.append(one)
