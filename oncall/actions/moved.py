"""Who hears that their shifts moved: everybody who gains or loses time, but not the one who did it."""

from datetime import datetime

from core.actor import Actor
from core.models import User
from oncall import rota
from oncall.actions.impact import Impact
from oncall.actions.shift_notices import Word, tell
from oncall.models import Schedule
from oncall.rota.civil import to_wall

SHOWN = 12


def tell_moved(schedule: Schedule, found: Impact, occasion: str, *, by: Actor, at: datetime) -> int:
    """Tell each person what changes for them; return how many hear it."""
    if by.kind == "import":
        return 0  # whoever loads a schedule tells people himself
    readers = set(found.people) - {by.user.pk if by.user else 0}
    names = {
        person.pk: person.display_name
        for person in User.objects.filter(
            pk__in={u for one in found.changes for u in (*one.before, *one.after)}
        )
    }
    return sum(
        tell([reader], _word(schedule, found, reader, names, occasion, by), at=at)
        for reader in sorted(readers)
    )


def _word(
    schedule: Schedule, found: Impact, reader: int, names: dict[int, str], occasion: str, by: Actor
) -> Word:  # fmt: skip
    mine = [one for one in found.changes if (reader in one.before) != (reader in one.after)]
    lines = [_line(schedule, one, reader, names) for one in mine[:SHOWN]]
    if len(mine) > SHOWN:
        lines.append(f"And {len(mine) - SHOWN} more changes until {found.ends_at:%d %b %Y}.")
    lines.append(f"Changed by {by.label}.")
    return Word(
        f"moved:{schedule.pk}:{occasion}", f"Your shifts of {schedule.name} changed", lines,
        f"/admin/oncall/schedule/{schedule.pk}/change/",
    )  # fmt: skip


def _line(schedule: Schedule, change: rota.Change, reader: int, names: dict[int, str]) -> str:
    zone = schedule.time_zone
    start, end = to_wall(change.starts_at, zone), to_wall(change.ends_at, zone)
    span = f"{start:%a %d %b %H:%M} to {end:%a %d %b %H:%M} ({zone})"
    if reader in change.after:
        before = ", ".join(names[user] for user in change.before) or "nobody"
        return f"{span}: you are on call, before it was {before}."
    after = ", ".join(names[user] for user in change.after) or "nobody"
    return f"{span}: you are not on call any more, now it is {after}."
