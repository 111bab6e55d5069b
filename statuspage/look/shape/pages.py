"""Each public page as a whole, and the feeds."""

from dataclasses import dataclass
from datetime import date, datetime

from statuspage.look.shape.components import Component, Days, Group
from statuspage.look.shape.happenings import Incident, Maintenance, Update
from statuspage.look.shape.site import Site


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
