"""What apps above tell the list and the declare screen: plain values, wired as PROVIDERS. No ORM.

- `incident_waits` (ids) -> {id: Wait}: when the pager goes on for what nobody has.
- `incident_promises` (at) -> {id: due}: the next public word owed by each open incident (UTC).
- `incident_standings` (incidents) -> {id: Standing}: what stands on a status page, and what is owed there next.
- `paging_forecast` (service, rank, user, at) -> Forecast: who would be woken if the user declared now.

A provider that is not wired leaves its column or panel out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Wait:
    """The pager pages again at `due_at` (UTC); `snoozed_by` took it until then, "" for nobody."""

    due_at: datetime
    snoozed_by: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the public hears of an incident: "live", "ended", or "draft" before the first word.

    `due_at`: by when the next word is owed (UTC).
    """

    word: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Woken:
    """One person of a forecast: why, and by which channels at once; `unpaged` says why not, "" when paged."""

    user_id: int
    name: str
    why: str
    channels: tuple[str, ...] = ()
    unpaged: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Who is paged `after` so long without an answer."""

    after: timedelta
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Who would be paged at once and later; `note`: a sentence where something is out of order."""

    now: tuple[Woken, ...] = ()
    later: tuple[Later, ...] = ()
    note: str = ""

    @property
    def paged(self) -> tuple[Woken, ...]:
        """Return those whom a message reaches at once."""
        return tuple(person for person in self.now if not person.unpaged)


def provided(name: str) -> Callable[..., Any] | None:
    """Return the function that is wired under this name, None where no app offers it."""
    path = settings.PROVIDERS.get(name)
    found: Callable[..., Any] | None = import_string(path) if path else None
    return found


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of a trace: to whom, by what, when (UTC), its state in words, whether it went wrong."""

    person: str
    channel: str
    at: datetime
    said: str
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Chased:
    """What the pager did for one incident: provider `incident_chase` (incident id) -> Chased | None.

    `started_at` (UTC) of the first escalation; `said`: its policy and what stopped it, in words;
    `sent`: the messages in order; `unpaged`: why people who should have been paged were not.
    """

    started_at: datetime
    said: str
    sent: tuple[Sent, ...] = ()
    unpaged: tuple[str, ...] = ()
