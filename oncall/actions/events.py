"""Keep the events that calendars know in step with the schedules: stable UIDs, counted changes, cancellations."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction

from oncall import rota
from oncall.models import CalendarFeed, Schedule, ShiftEvent, plan_of

BACK = timedelta(days=35)
MONTHS_AHEAD = 7
_CHANGING = ["starts_at", "ends_at", "cancelled_at", "changed_at", "sequence"]


def publish_all(at: datetime) -> int:
    """Bring the events of every schedule up to date; return how many changed. Twice changes nothing."""
    return sum(publish(schedule, at) for schedule in Schedule.objects.order_by("pk"))


def publish(schedule: Schedule, at: datetime) -> int:
    """Bring the events of one schedule up to date, from 35 days back to the seventh month ahead.

    Nothing is kept while nobody reads a feed.
    """
    if not CalendarFeed.objects.live().exists():
        return 0
    start, end = at - BACK, horizon(at)
    plan = plan_of(schedule, since=start, until=end)
    shifts = [
        one
        for one in rota.final(plan, start, end)
        if one.ends_at < end
        or one.starts_at < end - BACK  # one of which little is seen yet comes whole later
    ]
    with transaction.atomic():
        rows = ShiftEvent.objects.select_for_update(no_key=True, of=("self",))
        known = list(rows.filter(schedule=schedule, ends_at__gt=start, starts_at__lt=end))
        return _match(schedule, known, shifts, start, at)


def horizon(at: datetime) -> datetime:
    """Return the first day of the seventh month after `at`: it moves once a month, not with every look."""
    months = at.month - 1 + MONTHS_AHEAD
    return datetime(at.year + months // 12, months % 12 + 1, 1, tzinfo=UTC)


def _match(
    schedule: Schedule,
    known: list[ShiftEvent],
    shifts: Iterable[rota.Shift],
    start: datetime,
    at: datetime,
) -> int:
    left = {row.uid: row for row in known}
    pairs: list[tuple[ShiftEvent, rota.Shift]] = []
    fresh: list[rota.Shift] = []
    for shift in shifts:
        row = left.pop(_uid(schedule, shift), None) or _running(left, shift, start)
        if row is None:
            fresh.append(shift)
        else:
            pairs.append((row, shift))
    made: list[ShiftEvent] = []
    for shift in fresh:
        row = _moved(left, shift)
        if row is None:
            made.append(_row(schedule, shift, at))
        else:
            pairs.append((row, shift))
    gone = [row for row in left.values() if row.ends_at > at and row.cancelled_at is None]
    changed = [row for row, shift in pairs if _follows(row, shift, start)]
    for row in gone:
        row.cancelled_at = at
    for row in (*changed, *gone):
        row.changed_at, row.sequence = at, row.sequence + 1
    ShiftEvent.objects.bulk_update([*changed, *gone], _CHANGING)
    ShiftEvent.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["uid"], update_fields=_CHANGING
    )
    return len(changed) + len(gone) + len(made)


def _follows(row: ShiftEvent, shift: rota.Shift, start: datetime) -> bool:
    """Give an event its shift's times; return whether anything changed. One cut at `start` keeps its own."""
    starts_at = row.starts_at if shift.starts_at == start else shift.starts_at
    if (row.starts_at, row.ends_at, row.cancelled_at) == (starts_at, shift.ends_at, None):
        return False
    row.starts_at, row.ends_at, row.cancelled_at = starts_at, shift.ends_at, None
    return True


def _row(schedule: Schedule, shift: rota.Shift, at: datetime) -> ShiftEvent:
    return ShiftEvent(
        uid=_uid(schedule, shift), schedule=schedule, layer_id=shift.layer, user_id=shift.user,
        seat=shift.seat, starts_at=shift.starts_at, ends_at=shift.ends_at, changed_at=at,
    )  # fmt: skip


def _running(left: dict[str, ShiftEvent], shift: rota.Shift, start: datetime) -> ShiftEvent | None:
    """Find the event of a shift that began before we look, and so is cut at `start`."""
    if shift.starts_at != start:
        return None
    return _take(
        left, [row for row in left.values() if _fits(row, shift) and row.starts_at <= start]
    )


def _moved(left: dict[str, ShiftEvent], shift: rota.Shift) -> ShiftEvent | None:
    """Find the event that this shift was before its times changed: the same person and layer, overlapping."""
    return _take(
        left,
        [
            row
            for row in left.values()
            if _fits(row, shift)
            and row.cancelled_at is None
            and row.starts_at < shift.ends_at
            and shift.starts_at < row.ends_at
        ],
    )


def _take(left: dict[str, ShiftEvent], rows: list[ShiftEvent]) -> ShiftEvent | None:
    return left.pop(rows[0].uid) if rows else None


def _fits(row: ShiftEvent, shift: rota.Shift) -> bool:
    return (row.user_id, row.seat, row.layer_id) == (shift.user, shift.seat, shift.layer)


def _uid(schedule: Schedule, shift: rota.Shift) -> str:
    """Return the UID of a shift: the same for the same schedule, seat, layer, person and start."""
    said = (
        f"{schedule.pk}:{shift.seat}:{shift.layer or 0}:{shift.user}:{shift.starts_at.isoformat()}"
    )
    return f"{hashlib.sha256(said.encode()).hexdigest()[:32]}@watchbill"
