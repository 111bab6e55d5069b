"""What apps above tell the list and the declare screen: plain values, wired as PROVIDERS. No ORM.

- `incident_waits` (ids) -> {id: Wait}: when the pager goes on for what nobody has.
- `incident_public_words` (incidents) -> {id: PublicWord}: what stands on a status page, and what is owed there next.
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
class PublicWord:
    """What the public hears of an incident: "live", "ended", or "draft" before the first word.

    `due_at`: by when the next word is owed (UTC). `page`: the status page that it is owed to, where there are several.
    """

    word: str
    due_at: datetime | None = None
    page: str = ""


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
    """One message of a trace: to whom, by what, when (UTC), its state in words.

    `has_left`: the receiving side took it; only then somebody was paged. `waits`: it still may.
    """

    person: str
    channel: str
    at: datetime
    said: str
    has_left: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class Chased:
    """What the pager did because of one event: provider `incident_chase` (incident id, at) -> Chased | None.

    `woke`: an escalation began at that instant; `started_at` (UTC) is its start, `said` its policy and what stopped
    it, `sent` its messages in order, `unpaged` why people were not paged, `goes_on` whether it still runs.
    Where it woke nobody, `said` is the sentence that says why, and the rest is empty.
    """

    started_at: datetime | None
    said: str
    sent: tuple[Sent, ...] = ()
    unpaged: tuple[str, ...] = ()
    woke: bool = True
    goes_on: bool = False

    @property
    def left(self) -> tuple[Sent, ...]:
        """Return the messages that the receiving side took."""
        return tuple(one for one in self.sent if one.has_left)

    @property
    def waits(self) -> bool:
        """Return whether a message may still leave, or the first step is still to be taken."""
        is_new = self.goes_on and not self.sent and not self.unpaged
        return is_new or any(one.waits for one in self.sent)
