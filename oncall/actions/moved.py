"""Who hears that their shifts moved: everybody who gains or loses time in any seat, but not the one who did it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.actor import Actor
from core.models import User
from oncall import rota
from oncall.actions.shift_notices import Word, tell
from oncall.models import Schedule
from oncall.rota.civil import to_wall

SHOWN = 12
_DUTIES: Mapping[rota.Seat, str] = {
    "primary": "on call", "secondary": "the backup", "shadow": "learning beside who is on call",
}  # fmt: skip

Move = tuple[rota.Seat, rota.Change]


def tell_moved(
    schedule: Schedule, moves: Sequence[Move], occasion: str, *, by: Actor, at: datetime
) -> int:
    """Tell each person what changes for them, all seats in one word; return how many hear it."""
    if by.kind == "import":
        return 0  # whoever loads a schedule tells people himself
    named = {user for _, one in moves for user in (*one.before, *one.after)}
    readers = {user for _, one in moves for user in {*one.before} ^ {*one.after}}
    names = {person.pk: person.display_name for person in User.objects.filter(pk__in=named)}
    return sum(
        tell([reader], _word(schedule, moves, reader, names, occasion, by), at=at)
        for reader in sorted(readers - {by.user_id})
    )


def moves_of(before: rota.Plan, after: rota.Plan, start: datetime, end: datetime) -> list[Move]:
    """Return what differs between two plans from `start` to `end` (UTC) in every seat, in order of time."""
    found = [
        (seat, one) for seat in rota.SEATS for one in rota.changes(before, after, start, end, seat)
    ]
    return sorted(found, key=lambda move: (move[1].starts_at, rota.SEATS.index(move[0])))


def _word(
    schedule: Schedule, moves: Sequence[Move], reader: int, names: dict[int, str], occasion: str, by: Actor
) -> Word:  # fmt: skip
    mine = [(seat, one) for seat, one in moves if (reader in one.before) != (reader in one.after)]
    lines = [_line(schedule, seat, one, reader, names) for seat, one in mine[:SHOWN]]
    if len(mine) > SHOWN:
        last = to_wall(mine[-1][1].ends_at, schedule.zone)
        lines.append(f"And {len(mine) - SHOWN} more changes until {last:%d %b %Y}.")
    lines.append(f"Changed by {by.label}.")
    return Word(
        f"moved:{schedule.pk}:{occasion}", f"Your shifts of {schedule.name} changed", lines,
        f"/admin/oncall/schedule/{schedule.pk}/change/",
    )  # fmt: skip


def _line(
    schedule: Schedule, seat: rota.Seat, change: rota.Change, reader: int, names: dict[int, str]
) -> str:
    zone = schedule.zone
    start, end = to_wall(change.starts_at, zone), to_wall(change.ends_at, zone)
    span = f"{start:%a %d %b %H:%M} to {end:%a %d %b %H:%M} ({zone})"
    if reader in change.after:
        before = ", ".join(names[user] for user in change.before) or "nobody"
        return f"{span}: you are {_DUTIES[seat]}, before it was {before}."
    after = ", ".join(names[user] for user in change.after) or "nobody"
    return f"{span}: you are not {_DUTIES[seat]} any more, now it is {after}."
