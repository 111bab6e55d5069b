"""Who should cover what nobody serves yet, schedule by schedule."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall import rota
from oncall.actions.covering import candidates, pool, usual_span
from oncall.actions.rules import rules_of
from oncall.models import Schedule
from oncall.rota.covering import Candidate
from oncall.rota.windows import Span

AHEAD = timedelta(weeks=26)


@dataclass(frozen=True, slots=True)
class Next:
    """Whom to ask for a span of a schedule: its first gap within half a year, else the coming week."""

    schedule: Schedule
    span: Span
    is_gap: bool
    people: Sequence[Candidate]


def who_next(
    schedules: Sequence[Schedule], people: Collection[int], weights: Mapping[int, float], at: datetime
) -> list[Next]:  # fmt: skip
    """Return for each schedule who of these people, or of its team, should cover next, the best first.

    `weights`: the burden that each bears already.
    """
    known = pool(schedules, people, (at, at + AHEAD))
    found = []
    for row in schedules:
        gaps = rota.gaps(known.plans[row.pk], at, at + AHEAD, row.expected, row.zone)
        span = usual_span(gaps, at)
        asked = candidates(known, span, weights=weights, rules=rules_of(row))
        found.append(Next(row, span, bool(gaps), asked.best))
    return found
