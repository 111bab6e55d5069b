"""By whose clock hours are counted: each person's zone, and the days that are holidays for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.models import User
from oncall.models import Holiday


@dataclass(frozen=True, slots=True)
class OwnDays:
    """One person's zone and holidays (local dates)."""

    zone: str = "UTC"
    holidays: frozenset[date] = frozenset()


def own_days(user_ids: Iterable[int], schedule_ids: Iterable[int]) -> dict[int, OwnDays]:
    """Return each person's clock; holidays are those that rotations of these schedules mind."""
    versions = {"withdrawn_at": None, "layer__schedule__in": list(schedule_ids)}
    minded = Holiday.objects.standing().filter(
        **{f"calendar__versions__{name}": value for name, value in versions.items()}
    )
    common = frozenset(minded.values_list("date", flat=True))
    zones = User.objects.filter(pk__in=set(user_ids)).values_list("pk", "time_zone")
    return {pk: OwnDays(zone, common) for pk, zone in zones}
