"""What a schedule is made of, as plain values: no rows, no clock, people are integers.

Every instant is an aware UTC datetime, every interval is half-open ``[starts_at, ends_at)``;
only ``Rotation.anchor`` and the times of a Window are local and naive.
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

Unit = Literal["hour", "day", "week", "month"]
TurnMode = Literal["calendar", "active"]
Users = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly stretch in local time; weekdays count from Monday = 0.

    An end before the start lies in the next week, as in Friday 20:00 to Monday 08:00.
    """

    start_weekday: int
    start: time
    end_weekday: int
    end: time


@dataclass(frozen=True, slots=True)
class Rotation:
    """One version of one layer's rotation.

    Turn ``k`` starts ``k * length`` units after ``anchor`` on the wall clock of ``zone`` and
    belongs to ``slots[k % len(slots)]``; nobody serves before the anchor. Without windows it
    serves always. ``turn_mode`` "active" counts only the hours or days that a window touches.
    The higher ``priority`` answers; layers of the same priority answer together.
    """

    layer: int
    priority: int
    effective_from: datetime | None
    effective_to: datetime | None
    anchor: datetime
    zone: str
    unit: Unit
    length: int
    turn_mode: TurnMode
    windows: tuple[Window, ...]
    slots: tuple[Users, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """A cover: ``user`` serves from ``starts_at`` to ``ends_at``.

    With ``replaces`` it only takes the place of that person, where they would have served;
    with ``layer`` it changes that layer alone. A higher ``seq`` is the later word.
    """

    seq: int
    starts_at: datetime
    ends_at: datetime
    user: int
    replaces: int | None = None
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All versions of all layers of one schedule, and its overrides, in any order."""

    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch during which the answer is the same; ``users == ()`` is a gap.

    ``layer`` is the one that answers (None: a gap, or a cover of the whole schedule), of
    several the first; ``override`` is the ``seq`` of the cover that decided, if one did.
    """

    starts_at: datetime
    ends_at: datetime
    users: Users
    layer: int | None
    override: int | None


@dataclass(frozen=True, slots=True)
class Answer(Segment):
    """The segment at an instant, and ``until``: when one of its people stops serving.

    For a gap ``until`` is when somebody starts. None: not within the look-ahead.
    """

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch for which an edit changes who serves."""

    starts_at: datetime
    ends_at: datetime
    before: Users
    after: Users
