"""Short words for schedules: people are letters, instants are written in UTC."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from oncall.rota import Override, Plan, Rotation, Segment, Window, segments

WEEKDAYS_9_TO_17 = tuple(Window(day, time(9), day, time(17)) for day in range(5))


def utc(written: str) -> datetime:
    """Read "2026-03-16T08:00" as an instant in UTC."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def wall(written: str) -> datetime:
    """Read "2026-03-16T09:00" as what a clock somewhere shows."""
    return datetime.fromisoformat(written)


def people(letters: str) -> tuple[int, ...]:
    return tuple(ord(letter) - 64 for letter in letters)


def rotation(slots: str = "A B C", **changes: object) -> Rotation:
    """Weekly from Monday 2026-03-16 09:00 in Berlin; "-" in slots is an unassigned one."""
    fields: dict[str, object] = {
        "layer": 1,
        "priority": 1,
        "effective_from": None,
        "effective_to": None,
        "anchor": wall("2026-03-16T09:00"),
        "zone": "Europe/Berlin",
        "unit": "week",
        "length": 1,
        "turn_mode": "calendar",
        "windows": (),
        "slots": tuple(people(slot.replace("-", "")) for slot in slots.split()),
    }
    return Rotation(**{**fields, **changes})


def serving(
    letter: str, start: datetime, end: datetime, *, layer: int, priority: int, **more: object
) -> Rotation:
    """One person from start to end: a layer of one version."""
    anchor = start.replace(tzinfo=None)
    return rotation(
        letter,
        layer=layer,
        priority=priority,
        effective_from=start,
        effective_to=end,
        anchor=anchor,
        zone="UTC",
        **more,
    )


def cover(letter: str, start: datetime, end: datetime, seq: int = 1, **more: object) -> Override:
    """A cover; with a subject, a substitute for that person."""
    if "subject" in more:
        more.setdefault("kind", "substitute")
    return Override(seq, start, end, people(letter)[0] if letter else None, **more)


def plan(*rotations: Rotation, overrides: Iterable[Override] = ()) -> Plan:
    return Plan(rotations, tuple(overrides))


def told(found: Iterable[Segment], form: str = "%m-%dT%H:%M") -> list[str]:
    """Write segments as "A 03-16T08:00 03-23T08:00"; a gap is "-"."""
    return [
        f"{names(segment)} {segment.starts_at.strftime(form)} {segment.ends_at.strftime(form)}"
        for segment in found
    ]


def names(segment: Segment) -> str:
    return "".join(chr(64 + user) for user in segment.users) or "-"


def served(found: Plan, start: str, end: str) -> list[str]:
    """Write the stretches between two instants in which somebody serves."""
    return told(segment for segment in segments(found, utc(start), utc(end)) if segment.users)


def hours(segment: Segment) -> float:
    return (segment.ends_at - segment.starts_at) / timedelta(hours=1)
