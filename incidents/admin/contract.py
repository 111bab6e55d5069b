"""What apps above hand to the incident's screen, besides panels: plain values, wired as PROVIDERS."""

from dataclasses import dataclass
from datetime import datetime

from core.admin.panel import Panel


@dataclass(frozen=True, slots=True)
class Paging:
    """Who is being woken while nobody has it: provider `incident_paging` (incident, at) -> Paging | None.

    `people`: display names paged by the latest step. `next_person` is paged at `next_at` (UTC) unless
    somebody answers; "" and None where nobody would be.
    """

    people: tuple[str, ...]
    next_person: str = ""
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublicPromise:
    """The next word owed to the public.

    `url`: the staff page where it is written and published; `label`: its button, "Publish update 2".
    `due_at` (UTC) is None where nothing was promised. `sentence` says what waits there.
    """

    url: str
    label: str
    due_at: datetime | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the public knows, read once: provider `incident_outside` (request, incident, at) -> Outside.

    `panel`: the rail's, None where nothing is to be told; `promise`: None where nothing is owed.
    """

    panel: Panel | None = None
    promise: PublicPromise | None = None
