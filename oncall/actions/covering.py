"""Who could cover a span, and why others can't: asked for the form, the quality report and Load and pay alike."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from core.models import Membership, User
from oncall import rota
from oncall.actions.eligibility import ineligible
from oncall.actions.rules import Rules
from oncall.actions.scope import schedules_of_people
from oncall.models import ContactMethod, Schedule, Unavailability, plans
from oncall.rota.covering import NEAR, Candidate, distances, ranked
from oncall.rota.windows import Span

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who could cover, the best first, and by id who is away or serves then, by whatever schedule."""

    best: list[Candidate] = field(default_factory=list)
    away: frozenset[int] = frozenset()
    busy: frozenset[int] = frozenset()


def candidates(
    schedule: Schedule,
    span: Span,
    people: Collection[int],
    *,
    weights: Mapping[int, float],
    rules: Rules,
) -> Candidates:
    """Return who of these people, or of the team, could serve all of the span.

    Left out: who can't be paged, is away at any time of it, or is on call then.
    """
    members = Membership.objects.filter(team=schedule.team_id).values_list("user_id", flat=True)
    pool = {*people, *members}
    reached = ContactMethod.objects.usable().filter(responder__user__in=pool)
    paged = set(reached.values_list("responder__user_id", flat=True))
    away = pool & _away(span)
    near = _distances(pool, span)
    busy = frozenset(user for user, far in near.items() if not far)
    free = paged - away - busy
    lacking = ineligible(dict.fromkeys(free, span[0]), rules)
    missing = {one.user: one.missing for one in lacking}
    found = ranked(
        Candidate(user, weights.get(user, 0.0), missing.get(user, ()), near.get(user))
        for user in free
    )
    return Candidates(found[:SHOWN], frozenset(away), busy)


def _away(span: Span) -> set[int]:
    rows = Unavailability.objects.valid().filter(starts_at__lt=span[1], ends_at__gt=span[0])
    return set(rows.values_list("user_id", flat=True))


def _distances(pool: Collection[int], span: Span) -> dict[int, timedelta]:
    start, end = span[0] - NEAR, span[1] + NEAR
    known = plans(schedules_of_people(pool), since=start, until=end).values()
    return distances(chain(*(rota.final(plan, start, end) for plan in known)), pool, span)


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
