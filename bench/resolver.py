"""`python -m bench.resolver ROUNDS`: final schedules, database to intervals (B5), beside a plain sweep.

Sizes: 4 people x 1 layer x 30 days with 5 overrides, and 50 x 5 x 365 with 60. Prints JSON.
"""

import heapq
import json
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bench import ready
from core.models import Team, User
from oncall import rota
from oncall.models import Layer, Override, RotationSlot, RotationVersion, Schedule, plans

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = "Europe/Berlin"
SIZES = {"small": (4, 1, 5, 30), "large": (50, 5, 60, 365)}
REPEATS = {"small": 50, "large": 5}
_Interval = tuple[datetime, datetime, int, int]


def make(slug: str, people: int, layers: int, covers: int, days: int) -> int:
    """Store a schedule of daily handoffs; return its id."""
    schedule = Schedule.objects.create(
        slug=slug, name=slug, team=Team.objects.get(slug="bench"), time_zone=ZONE, created_at=BEGIN
    )
    users = User.objects.bulk_create(
        [User(username=f"{slug}{n}", email=f"{slug}{n}@bench.example") for n in range(people)]
    )
    for number in range(layers):
        layer = Layer.objects.create(schedule=schedule, name=f"{number}")
        version = RotationVersion.objects.create(
            layer=layer,
            priority=number + 1,
            anchor_local=f"2025-12-01T{8 + number:02d}:00",
            unit="day",
            time_zone=ZONE,
        )
        share = users[number::layers]
        slots = [RotationSlot(version=version, position=n, user=u) for n, u in enumerate(share)]
        RotationSlot.objects.bulk_create(slots)
    Override.objects.bulk_create(
        [
            _cover(schedule, users[n % people], BEGIN + n * timedelta(days=days) / covers)
            for n in range(covers)
        ]
    )
    return schedule.pk


def _cover(schedule: Schedule, user: User, start: datetime) -> Override:
    end = start + timedelta(hours=7)
    return Override(schedule=schedule, user=user, starts_at=start, ends_at=end, created_at=BEGIN)


def resolve(pk: int, days: int) -> int:
    """Read a schedule and return how many intervals its final form has."""
    end = BEGIN + timedelta(days=days)
    return len(
        rota.segments(plans([pk], since=BEGIN, until=end)[pk], BEGIN, BEGIN + timedelta(days=days))
    )


def sweep(people: int, layers: int, covers: int, days: int) -> int:
    """Expand the same turns in local time and sweep them once with a heap; the floor."""
    zone, intervals = ZoneInfo(ZONE), list[_Interval]()
    first = datetime(2026, 1, 1) - timedelta(days=1)  # noqa: DTZ001  a wall clock, placed in its zone below
    for number in range(layers):
        edges = [
            (first + timedelta(days=day, hours=8 + number)).replace(tzinfo=zone).astimezone(UTC)
            for day in range(days + 3)
        ]
        intervals += [
            (start, end, number, day % people) for day, (start, end) in enumerate(pairwise(edges))
        ]
    for number in range(covers):
        start = BEGIN + number * timedelta(days=days) / covers
        intervals.append((start, start + timedelta(hours=7), 99, number % people))
    return _merge(sorted(intervals), BEGIN, BEGIN + timedelta(days=days))


def _merge(intervals: list[_Interval], begin: datetime, end: datetime) -> int:
    edges = sorted({edge for one in intervals for edge in one[:2] if begin <= edge <= end})
    active: list[tuple[int, datetime, int]] = []
    place, count, last = 0, 0, -1
    for edge in edges:
        while place < len(intervals) and intervals[place][0] <= edge:
            _start, stop, level, user = intervals[place]
            heapq.heappush(active, (-level, stop, user))
            place += 1
        while active and active[0][1] <= edge:
            heapq.heappop(active)
        if active and active[0][2] != last:
            count, last = count + 1, active[0][2]
    return count


def main(rounds: int) -> dict[str, dict[str, list[dict[str, float]]]]:
    """Measure each size in turn with its floor."""
    found: dict[str, dict[str, list[dict[str, float]]]] = {}
    for name, size in SIZES.items():
        pk = make(name, *size)
        resolve(pk, size[-1])
        readings = found[name] = {"floor": [], "resolve": []}
        for _ in range(rounds):
            with ready.metered() as plain:
                for _ in range(REPEATS[name]):
                    sweep(*size)
            with ready.metered() as product:
                for _ in range(REPEATS[name]):
                    resolve(pk, size[-1])
            units = {"count": REPEATS[name]}
            readings["floor"].append({**plain.as_json(), **units})
            readings["resolve"].append({**product.as_json(), **units})
    return found


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
