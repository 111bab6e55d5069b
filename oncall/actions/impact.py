"""What an edit would change, before it is saved: who, when, which gaps, how evenly (design 5.4 of the on-call area)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from oncall import rota
from oncall.actions.drafts import LATEST, dates_of
from oncall.actions.moved import Move, moves_of
from oncall.actions.specs import ScheduleSpec
from oncall.actions.wish import Wish
from oncall.models import Schedule, Unavailability, plan_of
from oncall.rota.windows import outside

AHEAD = timedelta(weeks=26)


@dataclass(frozen=True, slots=True)
class Impact:
    """The difference between two forms of a schedule from `starts_at` to `ends_at` (UTC).

    `moves`: of every seat, in order; `people`: whoever gains or loses time by them, and is told on saving. Gaps and
    hours are of the primary seat. `hours_before`, `hours_after`: by user id. `conflicts`: shifts that
    only the new form has while their person is away. `after`: the new form.
    """

    starts_at: datetime
    ends_at: datetime
    moves: Sequence[Move]
    people: tuple[int, ...]
    gaps_before: Sequence[rota.Segment]
    gaps_after: Sequence[rota.Segment]
    new_gaps: Sequence[tuple[datetime, datetime]]
    closed_gaps: Sequence[tuple[datetime, datetime]]
    conflicts: Sequence[rota.Shift]
    hours_before: dict[int, float]
    hours_after: dict[int, float]
    after: rota.Plan


def impact_of_document(
    schedule: Schedule, spec: ScheduleSpec, *, at: datetime, effective: datetime | None = None
) -> Impact:
    """Return what writing this document from `effective` on (None: `at`) would change within 26 weeks of it."""
    start = effective or at
    before = plan_of(schedule, since=start - rota.LOOK_AHEAD)
    found = compare(schedule, before, revised(schedule, before, spec, start), start)
    asked = Schedule(time_zone=spec.time_zone, expectation=spec.expectation)
    new = rota.gaps(found.after, start, found.ends_at, asked.expected, asked.zone)
    old = found.gaps_before
    return replace(found, gaps_after=new, new_gaps=_beyond(new, old), closed_gaps=_beyond(old, new))


def impact_of_override(schedule: Schedule, wish: Wish, *, at: datetime) -> Impact:
    """Return what an override would change within 26 weeks, or until it ends."""
    start = min(at, wish.starts_at)
    before = plan_of(schedule, since=start - rota.LOOK_AHEAD)
    after = replace(before, overrides=(*before.overrides, wish.value(seq=LATEST)))
    return compare(schedule, before, after, start, max(start + AHEAD, wish.ends_at))


def impact_of_cancelling(schedule: Schedule, override_id: int, *, at: datetime) -> Impact:
    """Return what ending an override would change within 26 weeks."""
    before = plan_of(schedule, since=at - rota.LOOK_AHEAD)
    left = tuple(one for one in before.overrides if one.seq != override_id)
    return compare(schedule, before, replace(before, overrides=left), at)


def compare(
    schedule: Schedule,
    before: rota.Plan,
    after: rota.Plan,
    start: datetime,
    end: datetime | None = None,
) -> Impact:
    """Return the difference of two plans of one schedule from `start` on."""
    end = end or start + AHEAD
    primary = [rota.segments(plan, start, end) for plan in (before, after)]
    old, new = (rota.uncovered(one, schedule.expected, schedule.zone) for one in primary)
    found = moves_of(before, after, start, end)
    people = {user for _, one in found for user in {*one.before} ^ {*one.after}}
    return Impact(
        start, end, found, tuple(sorted(people)), old, new, _beyond(new, old), _beyond(old, new), _conflicts(before, after, start, end),
        hours(primary[0]), hours(primary[1]), after,
    )  # fmt: skip


def revised(
    schedule: Schedule, plan: rota.Plan, spec: ScheduleSpec, effective: datetime
) -> rota.Plan:
    """Return the plan as writing the document would make it; nothing is saved."""
    kept = [
        replace(one, effective_to=min(one.effective_to or effective, effective))
        for one in plan.rotations
        if one.effective_from is None or one.effective_from < effective
    ]
    ids = dict(schedule.layers.values_list("name", "pk"))
    added = [
        replace(
            layer.rotation(ids.get(layer.name, -place)),
            effective_from=effective,
            holidays=dates_of(layer.calendar_id),
            holiday_effect=cast("rota.Holidays", layer.holiday_effect),
        )
        for place, layer in enumerate(spec.layers, start=1)
    ]
    return replace(plan, rotations=(*kept, *added))


def hours(segments: Sequence[rota.Segment]) -> dict[int, float]:
    """Return the hours of each person in segments of a seat."""
    found: dict[int, timedelta] = {}
    for segment in segments:
        for user in segment.users:
            found[user] = found.get(user, timedelta()) + segment.ends_at - segment.starts_at
    return {user: round(length / timedelta(hours=1), 2) for user, length in found.items()}


def _beyond(
    some: Sequence[rota.Segment], others: Sequence[rota.Segment]
) -> list[tuple[datetime, datetime]]:
    """Return what of some gaps no other gap holds."""
    return list(outside(_spans(some), _spans(others)))


def _spans(gaps: Sequence[rota.Segment]) -> list[tuple[datetime, datetime]]:
    return [(gap.starts_at, gap.ends_at) for gap in gaps]


def _conflicts(
    before: rota.Plan, after: rota.Plan, start: datetime, end: datetime
) -> list[rota.Shift]:
    """Return what of people's shifts in the new form lies in an absence of theirs, and did not before."""
    turns = {user for one in after.rotations for slot in one.slots for user in slot}
    away = Unavailability.objects.valid().filter(
        user__in=turns | {one.user for one in after.overrides if one.user is not None},
        starts_at__lt=end,
        ends_at__gt=start,
    )
    spans: dict[int, list[Unavailability]] = {}
    for row in away:
        spans.setdefault(row.user_id, []).append(row)
    if not spans:
        return []
    known = {_key(one) for one in _clashes(before, spans, start, end)}
    return [one for one in _clashes(after, spans, start, end) if _key(one) not in known]


def _key(one: rota.Shift) -> tuple[object, ...]:
    return one.user, one.seat, one.starts_at, one.ends_at


def _clashes(
    plan: rota.Plan, spans: Mapping[int, Sequence[Unavailability]], start: datetime, end: datetime
) -> list[rota.Shift]:
    """Return what of the shifts of a plan lies in absences, by person."""
    return [
        replace(
            shift,
            starts_at=max(shift.starts_at, row.starts_at),
            ends_at=min(shift.ends_at, row.ends_at),
        )
        for shift in rota.final(plan, start, end)
        if shift.seat != "shadow"
        for row in spans.get(shift.user, ())
        if row.starts_at < shift.ends_at and shift.starts_at < row.ends_at
    ]
