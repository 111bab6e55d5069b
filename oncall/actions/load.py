"""How often each person's turn comes: no more than one rotation a month, unless the playbook allows more (R131, C25)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall import rota
from oncall.actions.rules import Rules
from oncall.rota.civil import to_utc, to_wall
from oncall.rota.windows import Span


@dataclass(frozen=True, slots=True)
class Month:
    """One person's rotations that begin in one month of the schedule's zone ("2026-11"), and their time in it."""

    user: int
    month: str
    rotations: int
    served: timedelta


def too_often(stints: Iterable[rota.Stint], zone: str, rules: Rules) -> list[Month]:
    """Return the months in which somebody has more rotations than the rule allows, in order.

    Several short turns that together last no longer than one rotation count as one: who has every sixth day
    does not serve more than who has every sixth week.
    """
    begun: dict[tuple[str, int], int] = defaultdict(int)
    served: dict[tuple[str, int], timedelta] = defaultdict(timedelta)
    for stint in stints:
        begun[_month(stint.starts_at, zone), stint.user] += 1
        for month, start, end in _by_month((stint.starts_at, stint.ends_at), zone):
            served[month, stint.user] += end - start
    most = rules.rotations_a_month
    return [
        Month(user, month, count, served[month, user])
        for (month, user), count in sorted(begun.items())
        if count > most and served[month, user] > most * rules.turn
    ]


def _month(at: datetime, zone: str) -> str:
    return f"{to_wall(at, zone):%Y-%m}"


def _by_month(span: Span, zone: str) -> Iterator[tuple[str, datetime, datetime]]:
    edge, end = span
    while edge < end:
        wall = to_wall(edge, zone)
        following = datetime(wall.year + wall.month // 12, wall.month % 12 + 1, 1)  # noqa: DTZ001  a wall time
        stop = min(to_utc(following, zone), end)
        if (
            stop <= edge
        ):  # the clock went back over a month's end: it counts to the month that began
            return
        yield f"{wall:%Y-%m}", edge, stop
        edge = stop
