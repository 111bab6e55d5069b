"""All that the public pages show, as frozen values. Whoever holds the rows fills them.

How to fill them:

- **Instants** are aware datetimes, in UTC or any other zone; the pages show them in `Site.zone`.
  **Days** are civil days of that zone. **Durations** are whole seconds.
- **Text** is what a person typed, as it was typed: everything is escaped here, and bodies
  (`Update.body`, `Postmortem.body`, `Incident.advice`) may hold paragraphs, line breaks and
  web or mail addresses, nothing more.
- **Addresses** are paths from the host's root ("/incidents/k2v9") or full http(s) addresses.
- **Order** is the caller's for groups and components. Incidents, updates, maintenances and days
  are put in order here.
- **Present** is `Site.as_of`: whether a promise has passed, what "so far" means and which tick is
  today's are all told from it, so that the same value gives the same bytes.

Nothing internal may be put in here: no names of people or hosts, no internal numbers.

What becomes of them: `render` turns a page into HTML, `feeds` a `Feed` into RSS or Atom. Render each
page twice, `stale=False` and `stale=True`, and keep both; the reader picks by its clock, and passes a
stale one through `freshness.sent_at` to say how old it is. All three need no database.
"""

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
class Logo:
    """The owner's mark, 32 px high, beside the name. `dark_url` empty: a white plate in the dark."""

    url: str
    width: int
    dark_url: str = ""


@dataclass(frozen=True)
class Links:
    """Where things are. An empty address leaves its link out.

    `stylesheet` is the hashed address of `statuspage/status.css`.
    """

    home: str
    history: str
    stylesheet: str
    rss: str = ""
    atom: str = ""
    json: str = ""
    figures: str = ""
    ledger: str = ""
    calendar: str = ""
    planned: str = ""
    subscribe: str = ""
    support: str = ""
    product: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Site:
    """What every page of one status page shares.

    - `zone`: an IANA name ("UTC", "Europe/Berlin").
    - `as_of`: the instant that the facts are of; it decides what is present, past and overdue.
    - `written_at`, `due_at`: when this copy was rendered, and when the next one replaces it.
    - `strict`: a partial outage counts against the uptime in full.
    - `links.support`: http(s) or mailto; `links.product`: the thing itself, for a stale page.
    """

    name: str
    zone: str
    as_of: datetime
    written_at: datetime
    due_at: datetime
    links: Links
    logo: Logo | None = None
    language: str = "en"
    strict: bool = False


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


@dataclass(frozen=True)
class PublicPage:
    """The status page.

    - `open_incidents`: those that are not over.
    - `past`: incidents and maintenances that touched any of the last 15 days and are over.
    - `reports_since`: the first day that this page reported on; None: long ago.
    - `last_ended_at`: end of the latest incident ever, None when there was none.
    - `this_month`: address of the present month's history.
    """

    site: Site
    groups: tuple[Group, ...] = ()
    open_incidents: tuple[Incident, ...] = ()
    maintenance_now: tuple[Maintenance, ...] = ()
    maintenance_planned: tuple[Maintenance, ...] = ()
    past: tuple[Incident, ...] = ()
    past_maintenance: tuple[Maintenance, ...] = ()
    reports_since: date | None = None
    last_ended_at: datetime | None = None
    this_month: str = ""


@dataclass(frozen=True)
class IncidentPage:
    """One incident. `components` is how many the whole page lists ("2 of 14 components")."""

    site: Site
    incident: Incident
    components: int


@dataclass(frozen=True)
class MaintenancePage:
    """One maintenance."""

    site: Site
    work: Maintenance


@dataclass(frozen=True)
class MonthRow:
    """One month of one component. `seconds`: time not fully operational by incidents in it."""

    first: date
    url: str
    uptime: str | None
    incidents: int
    seconds: int


@dataclass(frozen=True)
class ComponentPage:
    """One component: `description` is the owner's; `incident` or `work` holds it back at present, if any.

    `calendar`: address of the iCalendar file of its planned work.
    `months`: newest first, the present one included; `reports_since`: the first measured day.
    """

    site: Site
    component: Component
    description: str = ""
    incident: Incident | None = None
    work: Maintenance | None = None
    months: tuple[MonthRow, ...] = ()
    atom: str = ""
    calendar: str = ""
    reports_since: date | None = None


@dataclass(frozen=True)
class MonthLink:
    """A month to go to; `incidents` is how many began in it, None: do not say."""

    first: date
    url: str
    incidents: int | None = None


@dataclass(frozen=True)
class HistoryPage:
    """One calendar month.

    - `first`: its first day; `days`: worst state of any component, up to today.
    - `incidents`, `maintenances`: all that touched the month, open ones included.
    - `affected_seconds`: time in the month with at least one component affected by an incident.
    - `previous`, `following`: None where there is none; `others`: newest first.
    - `promises`: how many updates were promised by a time of the month, and how many came by then; None where the
      owner does not show it.
    """

    site: Site
    first: date
    url: str
    days: Days | None = None
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    affected_seconds: int = 0
    previous: MonthLink | None = None
    following: MonthLink | None = None
    others: tuple[MonthLink, ...] = ()
    reports_since: date | None = None
    promises: tuple[int, int] | None = None


@dataclass(frozen=True)
class FeedEntry:
    """An incident or a maintenance in a feed. `number` is fixed for ever; `url` is absolute."""

    number: int
    title: str
    url: str
    created_at: datetime
    updates: tuple[Update, ...]


@dataclass(frozen=True)
class Feed:
    """A history feed. `url`, `self_url` are absolute; `updated_at` moves only when content does.

    Entries in any order and any number: the 25 with the newest activity are written.
    """

    name: str
    url: str
    self_url: str
    updated_at: datetime
    zone: str = "UTC"
    entries: tuple[FeedEntry, ...] = ()
