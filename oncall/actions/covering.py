"""Who could cover a span, and why others can't: asked for the form, the quality report and Load and pay alike."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from core.models import Membership, User
from oncall import rota
from oncall.actions.eligibility import ineligible
from oncall.actions.rules import Rules
from oncall.actions.scope import schedules_of_people
from oncall.models import ContactMethod, Schedule, Unavailability, plans
from oncall.rota.covering import NEAR, Candidate, distances, learners, ranked
from oncall.rota.windows import Span

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Pool:
    """Whom to choose from, read once for all spans within a window: who can be paged, is away when, and serves when."""

    people: frozenset[int]
    paged: frozenset[int]
    away: Sequence[tuple[int, datetime, datetime]]
    plans: Mapping[int, rota.Plan]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who could cover, the best first, and by id who is away or serves then, by whatever schedule."""

    best: list[Candidate]
    away: frozenset[int]
    busy: frozenset[int]


def pool(schedules: Collection[Schedule], people: Collection[int], window: Span) -> Pool:
    """Return these people and the teams of the schedules; the plans of these and of all that name anybody of them."""
    members = Membership.objects.filter(team__in={row.team_id for row in schedules})
    whole = frozenset({*people, *members.values_list("user_id", flat=True)})
    reached = ContactMethod.objects.usable().filter(responder__user__in=whole)
    away = Unavailability.objects.valid().filter(
        user__in=whole, starts_at__lt=window[1], ends_at__gt=window[0]
    )
    ids = {*(row.pk for row in schedules), *schedules_of_people(whole)}
    return Pool(
        whole,
        frozenset(reached.values_list("responder__user_id", flat=True)),
        list(away.values_list("user_id", "starts_at", "ends_at")),
        plans(ids, since=window[0] - NEAR, until=window[1] + NEAR),
    )


def candidates(
    known: Pool, span: Span, *, weights: Mapping[int, float], rules: Rules
) -> Candidates:
    """Return who of the pool could serve all of a span within its window.

    Left out: who can't be paged, only learns, is away at any time of it, or is on call then.
    """
    away = frozenset(user for user, start, end in known.away if start < span[1] and span[0] < end)
    near = _distances(known, span)
    busy = frozenset(user for user, far in near.items() if not far)
    free = known.paged - away - busy - learners(known.plans.values())
    lacking = ineligible(dict.fromkeys(free, span[0]), rules)
    missing = {one.user: one.missing for one in lacking}
    found = ranked(
        Candidate(user, weights.get(user, 0.0), missing.get(user, ()), near.get(user))
        for user in free
    )
    return Candidates(found[:SHOWN], away, busy)


def _distances(known: Pool, span: Span) -> dict[int, timedelta]:
    start, end = span[0] - NEAR, span[1] + NEAR
    shifts = chain(*(rota.final(plan, start, end) for plan in known.plans.values()))
    return distances(shifts, known.people, span)


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
