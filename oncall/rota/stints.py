"""Stints: one person's time in one seat until somebody else takes it over. Pure.

Reminders, handoffs and the load of a month count stints: five working days in a row are one, whatever
windows cut them into.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from oncall.rota.shapes import Seat, Shift

# Past a weekend, a Monday holiday included, it is a new stint even where nobody served between.
LONGEST_REST = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Stint:
    """One person holds one seat from ``starts_at`` to ``ends_at`` (UTC), with rests in which nobody does."""

    user: int
    seat: Seat
    starts_at: datetime
    ends_at: datetime


def stints(
    shifts: Iterable[Shift], seats: Sequence[Seat] = ("primary", "secondary")
) -> list[Stint]:
    """Give the stints of these shifts in these seats, in order of start; shadow seats are left out unless asked for."""
    by_seat: dict[Seat, list[Shift]] = {seat: [] for seat in seats}
    for shift in shifts:
        if shift.seat in by_seat:
            by_seat[shift.seat].append(shift)
    found = [stint for seat, listed in by_seat.items() for stint in _of_seat(seat, listed)]
    return sorted(found, key=attrgetter("starts_at", "seat", "user"))


def _of_seat(seat: Seat, shifts: Sequence[Shift]) -> list[Stint]:
    done: list[Stint] = []
    running: dict[int, Stint] = {}
    begun: list[tuple[datetime, int]] = []  # when the two who began last began
    for _, together in groupby(
        sorted(shifts, key=attrgetter("starts_at")), attrgetter("starts_at")
    ):
        group = list(together)
        for shift in group:
            last = running.get(shift.user)
            if last is not None and _goes_on(last, shift, begun):
                ends = max(last.ends_at, shift.ends_at)
                running[shift.user] = replace(last, ends_at=ends)
                continue
            done += [last] if last is not None else []
            running[shift.user] = Stint(shift.user, seat, shift.starts_at, shift.ends_at)
        begun = _latest([*begun, *((one.starts_at, one.user) for one in group)])
    return [*done, *running.values()]


def _goes_on(last: Stint, shift: Shift, begun: Sequence[tuple[datetime, int]]) -> bool:
    """Tell whether a shift continues a stint: nobody else began since it ended, and the rest was short."""
    if shift.starts_at <= last.ends_at:
        return True
    is_taken_over = any(at >= last.ends_at for at, user in begun if user != shift.user)
    return not is_taken_over and shift.starts_at - last.ends_at <= LONGEST_REST


def _latest(begun: Sequence[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """Keep the two latest instants of different people."""
    best: dict[int, datetime] = {}
    for at, user in begun:
        best[user] = max(at, best.get(user, at))
    return sorted(((at, user) for user, at in best.items()), reverse=True)[:2]
