"""Who should cover a span: eligible first, then lightly burdened, then far from their own shifts. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from oncall.rota.shapes import Plan, Shift
from oncall.rota.windows import Span

NEAR = timedelta(weeks=4)  # a shift further away tires nobody


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could cover. `weight`: their burden; `missing`: what they lack to be eligible.

    `distance`: to their nearest own shift, None where none is near.
    """

    user: int
    weight: float
    missing: tuple[str, ...] = ()
    distance: timedelta | None = None


def ranked(found: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates, the best first; burdens that differ by less than a tenth are the same."""
    return sorted(found, key=_order)


def distances(shifts: Iterable[Shift], people: Collection[int], span: Span) -> dict[int, timedelta]:
    """Return how far each person's nearest shift lies from the span: nothing where it overlaps; shadow seats left out."""
    found: dict[int, timedelta] = {}
    for shift in shifts:
        if shift.user in people and shift.seat != "shadow":
            far = _apart((shift.starts_at, shift.ends_at), span)
            found[shift.user] = min(far, found.get(shift.user, far))
    return found


def learners(plans: Iterable[Plan]) -> frozenset[int]:
    """Return who turns in shadow seats and in no other: they learn, and are never paged."""
    turns = [one for plan in plans for one in plan.rotations]
    paged, shadows = (
        {
            user
            for one in turns
            if (one.seat == "shadow") is is_shadow
            for slot in one.slots
            for user in slot
        }
        for is_shadow in (False, True)
    )
    return frozenset(shadows - paged)


def _order(one: Candidate) -> tuple[bool, float, timedelta, int]:
    away = NEAR if one.distance is None else one.distance
    return bool(one.missing), round(one.weight, 1), -away, one.user


def _apart(one: Span, other: Span) -> timedelta:
    if one[0] < other[1] and other[0] < one[1]:
        return timedelta()
    # what only touches is no overlap, but as near as can be
    return max(one[0] - other[1], other[0] - one[1], timedelta(microseconds=1))
