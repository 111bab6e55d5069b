"""How components do, now and by days."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class State(StrEnum):
    """How a component does, in Statuspage's words; `NO_DATA` is for days that nobody measured."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"
    MAINTENANCE = "under_maintenance"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class DayCause:
    """An incident that made a day less than operational; shown on the component's own page."""

    title: str
    url: str


@dataclass(frozen=True)
class DayRun:
    """Equal days in a row.

    - `state`: the worst state of the day. An outage beats maintenance; no data is weakest.
    - `seconds`: time in that worst state on each of these days.
    - `weighted_seconds`: time that counts against the uptime on each day (major 1, partial 0.3, the
      rest 0; degraded: its own seconds); under 30 minutes the tick is short, else long.

    Days that differ in anything but operational or no data are runs of one day.
    """

    state: State
    days: int = 1
    seconds: int = 0
    weighted_seconds: int = 0
    causes: tuple[DayCause, ...] = ()


@dataclass(frozen=True)
class Days:
    """A stretch of days, oldest first, ending with today (or with the month's latest day).

    The runs cover every day from `first` on without a hole: 90 on the status and component pages.
    """

    first: date
    runs: tuple[DayRun, ...]


@dataclass(frozen=True)
class Source:
    """Whoever reports a component that is theirs: name, and the address of their page (may be empty).

    - `is_heard`: something was read there once.
    - `silent_since`: since when nothing could be read there, once that is worth a word.
    """

    name: str
    url: str = ""
    is_heard: bool = True
    silent_since: datetime | None = None


@dataclass(frozen=True)
class Component:
    """One row. `uptime` is the figure alone, floored ("99.93"); None where the owner hides it.

    `since` is when `state` began; `days` is None where no history is shown; `source`: None for a component of ours.
    """

    id: str
    name: str
    url: str
    state: State
    since: datetime | None = None
    days: Days | None = None
    uptime: str | None = None
    source: Source | None = None


@dataclass(frozen=True)
class Group:
    """Components under one heading. `name` empty: no heading (put such a group first).

    `uptime`: the mean of its components, floored ("99.99"), or None; shown on large pages.
    """

    name: str
    components: tuple[Component, ...]
    uptime: str | None = None
