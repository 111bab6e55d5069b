"""How good a schedule is for the year ahead: gaps, single points of failure, size, load, evenness (R131, R135, R138)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from oncall import rota
from oncall.actions.covering import active, candidates, pool, usual_span
from oncall.actions.duties import duties_of
from oncall.actions.eligibility import Lacking, first_shifts, ineligible
from oncall.actions.fairness import HALF, Fairness, half_years, together
from oncall.actions.load import Month, too_often
from oncall.actions.readiness import Readiness, readiness
from oncall.actions.rules import Rules, rules_of
from oncall.actions.scope import Ring, rings
from oncall.models import Layer, Schedule, plan_of
from oncall.rota.covering import Candidate
from oncall.rota.windows import Span

AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Alone:
    """Where everything hangs on one person.

    `one_person`: of all slots of a layer; `no_secondary`: one primary and nobody behind, `length` in all between
    `starts_at` and `ends_at`.
    """

    kind: Literal["one_person", "no_secondary"]
    layer: str
    user: int | None
    starts_at: datetime
    ends_at: datetime
    length: timedelta


@dataclass(frozen=True, slots=True)
class Quality:
    """What is found from `starts_at` on. `empty`: shifts of people who can't be paged, which are no gaps.

    `ineligible`: who is not eligible when they first serve (R136).
    `published_to`: the end of the last primary shift of the year. `served`, `planned`: half a year back and ahead.
    """

    starts_at: datetime
    ends_at: datetime
    rules: Rules
    rings: Sequence[Ring]
    gaps: Sequence[rota.Segment]
    empty: Sequence[rota.Shift]
    alone: Sequence[Alone]
    warnings: Sequence[str]
    too_often: Sequence[Month]
    published_to: datetime | None
    served: Fairness
    planned: Fairness
    cover: Span
    candidates: Sequence[Candidate]
    readiness: Sequence[Readiness]
    ineligible: Sequence[Lacking]


def quality(schedule: Schedule, *, at: datetime, cover: Span | None = None) -> Quality:
    """Return what is right and wrong with a schedule from `at` on; `cover`: for which span to look for somebody.

    Reads only; nothing here keeps a page from anybody.
    """
    end = at + AHEAD
    plan = plan_of(schedule, since=at - HALF, until=end)
    shifts = rota.final(plan, at, end)
    listed, rules = rings(schedule), rules_of(schedule)
    people = {user for ring in listed for user in ring.people}
    present = active(people | {shift.user for shift in shifts})
    gaps = rota.gaps(plan, at, end, schedule.expected, schedule.zone)
    served, planned = half_years(schedule, plan, people, at)
    span = cover or usual_span(gaps, at)
    known = pool([schedule], people & present, span)
    found = candidates(known, span, weights=together(served, planned), rules=rules)
    return Quality(
        at, end, rules, listed, gaps,
        empty=[one for one in shifts if one.seat != "shadow" and one.user not in present],
        alone=[*_one_person(listed, at, end), *_no_secondary(schedule, plan, at, end)],
        warnings=_warnings(schedule, plan, at),
        too_often=too_often(rota.stints(shifts), schedule.zone, rules),
        published_to=max((one.ends_at for one in shifts if one.seat == "primary"), default=None),
        served=served,
        planned=planned,
        cover=span,
        candidates=found.best,
        readiness=readiness(duties_of(schedule, at), rules),
        ineligible=ineligible(first_shifts(shifts), rules),
    )  # fmt: skip


def _one_person(listed: Sequence[Ring], at: datetime, end: datetime) -> list[Alone]:
    return [
        Alone("one_person", ring.layer, user, at, end, end - at)
        for ring in listed
        if len(ring.people) == 1
        for user in ring.people
    ]


def _no_secondary(schedule: Schedule, plan: rota.Plan, at: datetime, end: datetime) -> list[Alone]:
    spans = rota.unbacked(plan, at, end, schedule.expected, schedule.zone)
    if not spans:
        return []
    length = sum((stop - start for start, stop in spans), timedelta())
    return [Alone("no_secondary", "", None, spans[0][0], spans[-1][1], length)]


def _warnings(schedule: Schedule, plan: rota.Plan, at: datetime) -> list[str]:
    names = dict(Layer.objects.filter(schedule=schedule).values_list("pk", "name"))
    unread = [
        f"{names[pk]} can't be read, and nobody serves by it: write it anew." for pk in plan.unread
    ]
    return unread + [
        f"{names[one.layer]}: {said}"
        for one in plan.rotations
        if one.effective_to is None or one.effective_to > at
        for said in rota.warnings(one)
    ]
