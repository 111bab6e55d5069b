"""Who could serve a stretch, as the form for a cover names them: the best first, and why others of the rotation can't."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oncall.actions import covering
from oncall.actions.fairness import half_years, together
from oncall.actions.rules import Rules
from oncall.admin.people import Drawn, order, people_of
from oncall.admin.schedule_data import Read
from oncall.rota.windows import Span

NAMED = 3


@dataclass(frozen=True, slots=True)
class Pick:
    """One person who could. `burden`: by this schedule, in the half years before and after now."""

    pk: int
    drawn: Drawn
    burden: int
    is_eligible: bool


@dataclass(frozen=True, slots=True)
class Picks:
    """The best of them, and why others can't."""

    best: Sequence[Pick]
    others: Sequence[str]


def picks(found: Read, span: Span, owner: int | None, rules: Rules) -> Picks:
    """Return who could serve a span instead of `owner`, ranked as everywhere."""
    schedule, named = found.known.schedule, [pk for pk in order(found.plan) if pk != owner]
    weights = together(*half_years(schedule, found.plan, named, found.at))
    known = covering.pool([schedule], named, span)
    answer = covering.candidates(known, span, weights=weights, rules=rules)
    best = [one for one in answer.best if one.user != owner][:NAMED]
    missing = [one.user for one in best if one.user not in found.people]
    if missing:
        found.people.update(people_of([*found.people, *missing]))
    return Picks(
        [
            Pick(one.user, found.people[one.user], round(one.weight), not one.missing)
            for one in best
        ],
        [f"{found.people[pk].short} {why}" for pk, why in _others(found, answer, named)],
    )


def _others(
    found: Read, answer: covering.Candidates, named: Iterable[int]
) -> Iterable[tuple[int, str]]:
    for pk in named:
        drawn = found.people.get(pk)
        if drawn is None:
            continue
        busy = "serves then" if pk in answer.busy else ""
        why = "is away" if pk in answer.away else drawn.trouble or busy
        if why:
            yield pk, why
