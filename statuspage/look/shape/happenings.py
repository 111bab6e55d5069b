"""What happens in public: incidents and planned work, word by word."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from statuspage.look.shape.components import State


class Stage(StrEnum):
    """How far an incident is, in public words. The last five are those of a maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Affected:
    """A component within an incident: the present state while open, the worst one when over.

    `seconds` is the time in that state, for incidents that are over; None leaves it out.
    """

    name: str
    state: State
    group: str = ""
    seconds: int | None = None


@dataclass(frozen=True)
class Change:
    """What an update changed: one component from one state to another."""

    component: str
    old: State
    new: State


@dataclass(frozen=True)
class Update:
    """One published word. `id` is unique within its incident and becomes the anchor `#u-ID`."""

    id: str
    stage: Stage
    at: datetime
    body: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Promises:
    """The record of "next update by": how many updates, how many came late. Owner's choice."""

    updates: int
    late: int


@dataclass(frozen=True)
class Postmortem:
    """What was learned, as published."""

    body: str
    published_at: datetime


@dataclass(frozen=True)
class Incident:
    """A public incident, open (`ended_at` None) or over.

    - `started_at`: when visitors began to be hit; `ended_at`: when that ended.
    - `advice`: "What you can do", without these words; empty leaves the box out.
    - `next_update_by`: the promise; once `Site.as_of` has passed it, the page says so.
    - `promises`: None where the owner does not show the record.
    - `summary`: one sentence for lists once it is over; empty: its latest update's text.
    - `updates`: all of them; the first one is published together with the incident.
    """

    id: str
    title: str
    url: str
    started_at: datetime
    updates: tuple[Update, ...]
    affected: tuple[Affected, ...] = ()
    ended_at: datetime | None = None
    next_update_by: datetime | None = None
    advice: str = ""
    summary: str = ""
    promises: Promises | None = None
    postmortem: Postmortem | None = None
    atom: str = ""


@dataclass(frozen=True)
class Maintenance:
    """Planned work: planned (`began_at` None), running, or over (`ended_at` set).

    `moved_from`: the day it was planned for before; `affected` are names of components.
    `is_cancelled`: it ended before its end, or before it began.
    """

    id: str
    title: str
    url: str
    starts_at: datetime
    ends_at: datetime
    affected: tuple[str, ...] = ()
    note: str = ""
    advice: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    next_update_by: datetime | None = None
    moved_from: date | None = None
    updates: tuple[Update, ...] = ()
    is_cancelled: bool = False
