"""Who could serve a stretch: not away, not serving then, reachable, and with the fewest hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall import rota
from oncall.actions.impact import hours
from oncall.admin.people import Drawn, People
from oncall.models import Unavailability

AROUND = timedelta(days=90)  # on both sides of the stretch
NAMED = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person who could. `hours`: in the first seat, 90 days on both sides."""

    pk: int
    drawn: Drawn
    hours: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """The best of them, the one with the fewest hours first, and why others can't."""

    best: Sequence[Candidate]
    others: Sequence[str]


def candidates(
    plan: rota.Plan,
    span: tuple[datetime, datetime],
    people: People,
    away: Sequence[Unavailability],
    names: Mapping[int, bool],
) -> Candidates:
    """Return who could serve a span; `names`: whom the schedule names, True for whose shift it is."""
    start, end = span
    worked = hours(rota.segments(plan, start - AROUND, start + AROUND))
    busy = {pk for one in rota.segments(plan, start, end) for pk in one.users}
    gone = {row.user_id for row in away if row.starts_at < end and row.ends_at > start}
    found, others = [], []
    for pk, is_owner in names.items():
        drawn = people.get(pk)
        if drawn is None or is_owner:
            continue
        why = _why_not(pk, drawn, gone, busy)
        if why:
            others.append(f"{drawn.short} {why}")
        else:
            found.append(Candidate(pk, drawn, round(worked.get(pk, 0))))
    found.sort(key=lambda one: one.hours)
    return Candidates(found[:NAMED], others)


def _why_not(pk: int, drawn: Drawn, gone: set[int], busy: set[int]) -> str:
    if pk in gone:
        return "is away"
    if drawn.trouble:
        return drawn.trouble
    return "serves then" if pk in busy else ""
