"""One incident told on several pages: how each stands, for the row of tabs and for the incident's panel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from incidents.models import Incident
from statuspage.actions import Pending, asked_of, pendings
from statuspage.rules.states import words


@dataclass(frozen=True, slots=True)
class Standing:
    """One page of an incident. `said`: its state in words; `due_at`: by when the next word is owed there (UTC), if any."""

    name: str
    url: str
    said: str
    due_at: datetime | None
    is_current: bool = False


def publish_url(incident: Incident, page: str = "") -> str:
    """Return the staff page where an incident's next public update is written; `page`: a status page's id in public."""
    url = reverse("admin:statuspage_publish", args=[incident.pk])
    return f"{url}?page={page}" if page else url


def url_of(found: Pending) -> str:
    """Return the staff page where this update is written; it names the status page where there are several."""
    return publish_url(found.incident, found.page.public_id if found.has_others else "")


def tabs(found: Pending, at: datetime) -> list[Standing]:
    """Return every page of an incident, `found`'s being the current one; empty where there is no other."""
    if not found.has_others:
        return []
    return standings(pendings(found.incident, at), current=found.page.pk)


def standings(several: Sequence[Pending], *, current: int = 0) -> list[Standing]:
    """Return how each page stands; `current`: the key of the page that is open."""
    return [
        Standing(
            one.page.name,
            publish_url(one.incident, one.page.public_id),
            _said(one),
            owed_at(one),
            one.page.pk == current,
        )
        for one in several
    ]


def is_owed(found: Pending) -> bool:
    """Return whether a page is owed a word: what was told in public is told to be over, too."""
    is_told = found.public is not None and found.public.is_open
    return found.incident.is_live or is_told


def owed_at(found: Pending) -> datetime | None:
    """Return by when a page is owed its next word (UTC); None where none is."""
    return found.promised_at if is_owed(found) else None


def _said(found: Pending) -> str:
    if asked_of(found) is not None:
        return "waits for approval"
    if found.public is None:
        return "not told yet"
    stage = words(found.public.state)
    return f"told, {stage}" if found.public.is_open else stage
