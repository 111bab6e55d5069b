"""What a schedule is made of, as plain values: no rows, no clock, people are integers.

Every instant is an aware UTC datetime, every interval is half-open ``[starts_at, ends_at)``;
only ``Rotation.anchor`` and the times of a Window are local and naive.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, NamedTuple

Unit = Literal["hour", "day", "week", "month"]
TurnMode = Literal["calendar", "active"]
Seat = Literal["primary", "secondary", "shadow"]
LayerMode = Literal["exclusive", "additive"]
Kind = Literal["cover", "substitute", "add", "remove"]
Holidays = Literal["none", "off", "only"]
Users = tuple[int, ...]


class Holder(NamedTuple):
    """One person in one seat, and why.

    ``layer`` is the layer whose turn it is (None: of the whole schedule, by an override),
    ``source`` what put the person there ("rotation", "unavailability", or the override's own),
    ``override`` the ``seq`` of the override that decided, if one did.
    """

    user: int
    layer: int | None
    source: str = "rotation"
    override: int | None = None


Holders = tuple[Holder, ...]


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
    Layers of one ``seat`` are stacked: the higher ``priority`` answers, an "additive" layer lets
    those below answer as well, and of several exclusive layers of one priority the first that has
    somebody answers. ``holidays`` are local dates, on which the rotation rests ("off") or to
    which it is bound ("only").
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
    seat: Seat = "primary"
    mode: LayerMode = "exclusive"
    holidays: tuple[date, ...] = ()
    holiday_effect: Holidays = "none"


@dataclass(frozen=True, slots=True)
class Override:
    """A change to who serves from ``starts_at`` to ``ends_at``; a higher ``seq`` is the later word.

    cover: ``user`` replaces whoever holds the seat, a gap too. substitute: ``user`` replaces
    ``subject`` wherever that person would serve, after covers; chains are followed. add: ``user``
    serves beside the others. remove: ``subject`` does not serve, and nobody below fills in.
    With ``layer`` it changes that layer alone; without, a cover or an addition takes ``seat``.
    """

    seq: int
    starts_at: datetime
    ends_at: datetime
    user: int | None
    subject: int | None = None
    layer: int | None = None
    kind: Kind = "cover"
    seat: Seat = "primary"
    source: str = "override"


@dataclass(frozen=True, slots=True)
class Absence:
    """A person is away: the turn passes to the next one of the rotation who is not."""

    starts_at: datetime
    ends_at: datetime
    user: int


@dataclass(frozen=True, slots=True)
class Served:
    """A stretch that was served, frozen: no edit changes it any more."""

    starts_at: datetime
    ends_at: datetime
    seat: Seat
    holder: Holder


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was served from ``starts_at`` to ``ends_at``; where no row stands nobody served."""

    starts_at: datetime
    ends_at: datetime
    rows: tuple[Served, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All versions of all layers of one schedule, its overrides, who is away, and what was served.

    ``unread``: layers whose last version can't be read; nobody serves by it.
    """

    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[Override, ...] = ()
    absences: tuple[Absence, ...] = ()
    ledger: Ledger | None = None
    unread: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch during which the answer of one seat is the same; no holders is a gap."""

    starts_at: datetime
    ends_at: datetime
    holders: Holders

    @property
    def users(self) -> Users:
        """Return who serves, each once."""
        return tuple(dict.fromkeys(holder.user for holder in self.holders))

    @property
    def layer(self) -> int | None:
        """Return the layer that answers, of several the first; None for a gap or a whole cover."""
        return self.holders[0].layer if self.holders else None

    @property
    def override(self) -> int | None:
        """Return the latest override that decided, if one did."""
        decided = [one.override for one in self.holders if one.override is not None]
        return max(decided, default=None)


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch in which one person holds one seat by one layer and for one reason."""

    starts_at: datetime
    ends_at: datetime
    user: int
    seat: Seat
    layer: int | None
    source: str
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
