"""By whose clock hours are counted: each person's zone, and the days that are holidays for them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core.models import User
from oncall.models import Holiday


@dataclass(frozen=True, slots=True)
class OwnDays:
    """One person's zone and holidays (local dates)."""

    zone: str = "UTC"
    holidays: frozenset[date] = frozenset()


def own_days(
    user_ids: Iterable[int], schedule_ids: Iterable[int], zones: Mapping[int, str] | None = None
) -> dict[int, OwnDays]:
    """Return each person's clock; holidays are those that rotations of these schedules mind. `zones`: if known already."""
    common = frozenset[date]().union(*holidays_of(schedule_ids).values())
    if zones is None:
        rows = User.objects.filter(pk__in=set(user_ids))
        zones = dict(rows.values_list("pk", "time_zone"))
    return {pk: OwnDays(zone, common) for pk, zone in zones.items()}


def holidays_of(schedule_ids: Iterable[int]) -> dict[int, frozenset[date]]:
    """Return the holidays that rotations of each of these schedules mind; schedules that mind none are left out."""
    schedule = "calendar__versions__layer__schedule"
    minded = Holiday.objects.kept().filter(
        calendar__versions__withdrawn_at=None, **{f"{schedule}__in": list(schedule_ids)}
    )
    found: dict[int, set[date]] = defaultdict(set)
    for pk, day in minded.order_by().values_list(schedule, "date"):
        found[pk].add(day)
    return {pk: frozenset(days) for pk, days in found.items()}
