"""How evenly a schedule's load is borne: hours by class and pages, weighed into one number per person."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from oncall import rota
from oncall.actions.own_days import OwnDays, own_days
from oncall.models import Page, Schedule
from oncall.rota.windows import Span, joined

HOUR = timedelta(hours=1)
HALF = timedelta(weeks=26)
# What an hour of a class, and a page, weigh beside a business hour.
WEIGHTS: Mapping[rota.HourClass, float] = {
    "business": 1.0, "evening": 1.5, "night": 2.0, "weekend": 2.0, "holiday": 3.0,
}  # fmt: skip
PAGE, PAGE_AFTER_HOURS = 1.0, 4.0
WEIGHED = (
    f"Burden is in business hours: an hour weighs {', '.join(f'{WEIGHTS[kind]:g} ({kind})' for kind in rota.CLASSES)}, "
    f"a page {PAGE:g}, after hours {PAGE_AFTER_HOURS:g}."
)


@dataclass(frozen=True, slots=True)
class Burden:
    """What one person bears in a window; both seats count, time in both once."""

    user: int
    hours: Mapping[rota.HourClass, timedelta] = field(default_factory=dict)
    pages: int = 0
    pages_after_hours: int = 0

    @property
    def served(self) -> timedelta:
        """Return all the time."""
        return sum(self.hours.values(), timedelta())

    @property
    def after_hours(self) -> timedelta:
        """Return the time outside business hours."""
        return self.served - self.hours.get("business", timedelta())

    @property
    def weight(self) -> float:
        """Return it as one number: hours of business time that would weigh as much."""
        served = sum(WEIGHTS[kind] * (length / HOUR) for kind, length in self.hours.items())
        by_day = self.pages - self.pages_after_hours
        return served + PAGE * by_day + PAGE_AFTER_HOURS * self.pages_after_hours


@dataclass(frozen=True, slots=True)
class Fairness:
    """Everybody's burden from `starts_at` to `ends_at` (UTC), the heaviest first.

    `evenness`: Jain's index of the weights. `ratio`: the largest over the smallest; None where somebody bears nothing.
    """

    starts_at: datetime
    ends_at: datetime
    people: tuple[Burden, ...]
    evenness: float
    ratio: float | None


def fairness(
    schedule: Schedule,
    plan: rota.Plan,
    window: Span,
    people: Collection[int],
    *,
    paged: bool,
    zones: Mapping[int, str] | None = None,
) -> Fairness:
    """Return the burden of these people, and of whoever else serves in the window.

    Nobody served a schedule before there was one. `paged`: count pages as well; for a window that lies ahead there are none. `zones`: people's, if known already.
    """
    start, end = window
    since = max(start, schedule.created_at)
    spans: dict[int, list[Span]] = {user: [] for user in people}
    for shift in rota.final(plan, since, end) if since < end else ():
        if shift.seat != "shadow":
            spans.setdefault(shift.user, []).append((shift.starts_at, shift.ends_at))
    clocks = own_days(spans, [schedule.pk], zones)
    pages = called([schedule.pk], spans, window) if paged else {}
    found = [
        _burden(user, listed, clocks.get(user, OwnDays()), [at for at, _ in pages.get(user, ())])
        for user, listed in spans.items()
    ]
    weights = [one.weight for one in found]
    least = min(weights, default=0)
    return Fairness(
        start,
        end,
        tuple(sorted(found, key=lambda one: (-one.weight, one.user))),
        rota.evenness(weights),
        max(weights) / least if least else None,
    )


def half_years(
    schedule: Schedule, plan: rota.Plan, people: Collection[int], at: datetime
) -> tuple[Fairness, Fairness]:
    """Return what was borne in the half year before `at`, and what is planned for the one after it."""
    return (
        fairness(schedule, plan, (at - HALF, at), people, paged=True),
        fairness(schedule, plan, (at, at + HALF), people, paged=False),
    )


def together(*windows: Fairness) -> dict[int, float]:
    """Return by person what they bear in all of these windows."""
    found: dict[int, float] = defaultdict(float)
    for window in windows:
        for one in window.people:
            found[one.user] += one.weight
    return dict(found)


def _burden(user: int, spans: Sequence[Span], clock: OwnDays, pages: Sequence[datetime]) -> Burden:
    hours: dict[rota.HourClass, timedelta] = defaultdict(timedelta)
    for start, end in joined(spans):
        for kind, length in rota.classified(start, end, clock.zone, clock.holidays).items():
            hours[kind] += length
    late = [at for at in pages if rota.class_at(at, clock.zone, clock.holidays) != "business"]
    return Burden(user, dict(hours), len(pages), len(late))


def called(
    schedules: Collection[int], people: Collection[int], window: Span
) -> dict[int, list[tuple[datetime, int]]]:
    """Return when each of these people was paged because one of these schedules said so, each page once, and which."""
    rows = Page.objects.filter(
        user__in=people, created_at__gte=window[0], created_at__lt=window[1],
        is_fallback=False, unsent_reason="",
    )  # fmt: skip
    found: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for user, at, step, steps in rows.values_list(
        "user", "created_at", "step", "escalation__steps"
    ):
        asked = steps[step].get("schedules", ()) if step < len(steps) else ()
        if by := next((pk for pk in asked if pk in schedules), None):
            found[user].append((at, by))
    return found
