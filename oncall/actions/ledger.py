"""Freeze what was served, so that no edit rewrites it (invariant 8)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core.errors import NotFound
from oncall import rota
from oncall.models import Schedule, ServedShift, plans


def locked(schedule_id: int, at: datetime) -> Schedule:
    """Lock a schedule for an edit and freeze what it served until `at`; inside a transaction.

    Raises NotFound.
    """
    schedule = Schedule.objects.select_for_update(no_key=True).filter(pk=schedule_id).first()
    if schedule is None:
        raise NotFound("There is no such schedule.")
    _freeze(schedule, at)
    return schedule


def freeze(at: datetime, ids: Iterable[int]) -> None:
    """Bring the ledger of these schedules up to `at`. Running it twice changes nothing. Raises NotFound."""
    for pk in sorted(ids):
        with transaction.atomic():
            locked(pk, at)


def freeze_all(at: datetime) -> int:
    """Bring every ledger up to `at`; return how many."""
    ids = list(Schedule.objects.values_list("pk", flat=True))
    freeze(at, ids)
    return len(ids)


def _freeze(schedule: Schedule, at: datetime) -> None:
    begin = schedule.served_to or schedule.created_at
    if begin >= at:
        return
    plan = plans([schedule.pk], since=begin, until=at)[schedule.pk]
    shifts = rota.final(plan, begin, at)
    last = {_key(row): row for row in schedule.served.filter(ends_at=begin)}
    fresh = [shift for shift in shifts if not (shift.starts_at == begin and _of(shift) in last)]
    for shift in shifts:
        if shift.starts_at == begin and (row := last.get(_of(shift))):
            row.ends_at = shift.ends_at
            row.save(update_fields=["ends_at"])
    ServedShift.objects.bulk_create([_row(schedule, shift) for shift in fresh])
    schedule.served_to = at
    schedule.save(update_fields=["served_to"])


_Key = tuple[int, str, int | None, str]


def _key(row: ServedShift) -> _Key:
    return row.user_id, row.seat, row.layer_id, row.source


def _of(shift: rota.Shift) -> _Key:
    return shift.user, shift.seat, shift.layer, shift.source


def _row(schedule: Schedule, shift: rota.Shift) -> ServedShift:
    return ServedShift(
        schedule=schedule,
        layer_id=shift.layer,
        seat=shift.seat,
        user_id=shift.user,
        source=shift.source,
        override_id=shift.override,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
    )
