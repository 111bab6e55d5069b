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

from statuspage.look.shape.components import (
    Component,
    DayCause,
    DayRun,
    Days,
    Group,
    Source,
    State,
)
from statuspage.look.shape.happenings import (
    Affected,
    Change,
    Incident,
    Maintenance,
    Postmortem,
    Promises,
    Stage,
    Update,
)
from statuspage.look.shape.pages import (
    ComponentPage,
    Feed,
    FeedEntry,
    HistoryPage,
    IncidentPage,
    MaintenancePage,
    MonthLink,
    MonthRow,
    PublicPage,
)
from statuspage.look.shape.site import (
    Links,
    Logo,
    Site,
)

__all__ = [
    "Affected",
    "Change",
    "Component",
    "ComponentPage",
    "DayCause",
    "DayRun",
    "Days",
    "Feed",
    "FeedEntry",
    "Group",
    "HistoryPage",
    "Incident",
    "IncidentPage",
    "Links",
    "Logo",
    "Maintenance",
    "MaintenancePage",
    "MonthLink",
    "MonthRow",
    "Postmortem",
    "Promises",
    "PublicPage",
    "Site",
    "Source",
    "Stage",
    "State",
    "Update",
]
