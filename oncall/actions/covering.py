"""Who should cover a span: available first, then eligible, lightly burdened, and far from their own shifts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.models import Membership, User
from oncall import rota
from oncall.actions.eligibility import ineligible
from oncall.actions.rules import Rules
from oncall.actions.scope import schedules_of_people
from oncall.models import ContactMethod, Schedule, Unavailability, plans
from oncall.rota.windows import Span

NEAR = timedelta(weeks=4)  # a shift further away tires nobody
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could cover. `missing`: what they lack to be eligible; `distance`: to their nearest own shift."""

    user: int
    weight: float
    missing: tuple[str, ...]
    distance: timedelta | None

    @property
    def order(self) -> tuple[bool, float, float, int]:
        """Return what candidates are sorted by, the best first."""
        away = self.distance if self.distance is not None else NEAR
        return bool(self.missing), round(self.weight, 1), -away.total_seconds(), self.user


def candidates(
    schedule: Schedule,
    span: Span,
    people: Collection[int],
    *,
    weights: Mapping[int, float],
    rules: Rules,
) -> list[Candidate]:
    """Return who of these people, or of the team, could serve all of the span, the best first.

    Left out: who can't be paged, is away at any time of it, or is on call then by whatever schedule.
    """
    members = Membership.objects.filter(team=schedule.team_id).values_list("user_id", flat=True)
    reached = ContactMethod.objects.usable().filter(
        responder__user__in={*people, *members}
    )  # a person who can't be reached covers nothing
    pool = set(reached.values_list("responder__user_id", flat=True)) - _away(span)
    near = _distances(pool, span)
    free = [user for user in pool if near.get(user) != timedelta()]
    lacking = ineligible(dict.fromkeys(free, span[0]), rules)
    missing = {one.user: one.missing for one in lacking}
    found = [
        Candidate(user, weights.get(user, 0.0), missing.get(user, ()), near.get(user))
        for user in free
    ]
    return sorted(found, key=lambda one: one.order)[:SHOWN]


def _away(span: Span) -> set[int]:
    rows = Unavailability.objects.valid().filter(starts_at__lt=span[1], ends_at__gt=span[0])
    return set(rows.values_list("user_id", flat=True))


def _distances(pool: Collection[int], span: Span) -> dict[int, timedelta]:
    """Return how far each person's nearest shift lies from the span: nothing where it overlaps."""
    start, end = span[0] - NEAR, span[1] + NEAR
    found: dict[int, timedelta] = {}
    for plan in plans(schedules_of_people(pool), since=start, until=end).values():
        for shift in rota.final(plan, start, end):
            if shift.user in pool and shift.seat != "shadow":
                far = _apart((shift.starts_at, shift.ends_at), span)
                found[shift.user] = min(far, found.get(shift.user, far))
    return found


def _apart(one: Span, other: Span) -> timedelta:
    if one[0] < other[1] and other[0] < one[1]:
        return timedelta()
    # what only touches is no overlap, but as near as can be
    return max(one[0] - other[1], other[0] - one[1], timedelta(microseconds=1))


def usual_span(gaps: Collection[rota.Segment], at: datetime) -> Span:
    """Return the span that somebody should cover first: the first gap, else the week that begins now."""
    first = min(gaps, key=lambda gap: gap.starts_at, default=None)
    if first is None:
        return at, at + timedelta(weeks=1)
    return first.starts_at, first.ends_at


def active(user_ids: Collection[int]) -> set[int]:
    """Return who of these people can still sign in."""
    rows = User.objects.filter(pk__in=user_ids, is_active=True)
    return set(rows.values_list("pk", flat=True))
