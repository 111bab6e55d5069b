"""What the status page shows on the incident's screen: the draft, what is live, and what is promised."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from core.admin.panel import Panel
from core.admin.rights import allows
from incidents.admin.contract import Outside, PublicPromise
from incidents.models import Incident
from statuspage.actions import Pending, asked_of, pending
from statuspage.actions.drafting import clock_time
from statuspage.actions.places import place_of
from statuspage.models import PublicUpdate
from statuspage.rules.promises import record
from statuspage.rules.states import words


@dataclass(frozen=True, slots=True)
class Shown:
    """The rail's draft. `text`: of the draft while something is unsaid, else of the latest update.

    `is_over`: the public was told that it is over. `asked`: whose proposal waits for another person; "" for none.
    """

    is_due: bool
    is_over: bool
    stage: str
    text: str
    promise: str
    due_at: datetime | None
    number: int
    url: str
    public_url: str
    kept: str
    may_publish: bool
    asked: str


def outside(request: HttpRequest, incident: Incident, at: datetime) -> Outside:
    """Return the rail's draft of the next public update, or what is live, and what is owed to the public."""
    found = pending(incident, at)
    if found is None:
        return Outside()
    is_told = found.public is not None and found.public.is_open
    is_owed = incident.is_live or is_told  # what was told in public is told to be over, too
    return Outside(_panel(request, found, at), _promise(found) if is_owed else None)


def _panel(request: HttpRequest, found: Pending, at: datetime) -> Panel | None:
    if found.public is None and not found.is_due and asked_of(found) is None:
        return None
    return Panel(
        "Status page",
        key="page",
        area="rail",
        template="statuspage/admin/_draft.html",
        data=_shown(request, found, at),
    )


def _promise(found: Pending) -> PublicPromise:
    """Return what is owed to the public next (UTC): what was promised, the first word, or that it is over."""
    is_live = found.incident.is_live
    draft = f"A draft is ready, as {words(found.said.state)}." if found.is_due else ""
    return PublicPromise(
        url=publish_url(found.incident),
        label=f"Publish update {found.number}" if is_live else "Tell the public it is over",
        due_at=found.promised_at,
        sentence=draft
        if is_live
        else f"The status page still says that it goes on. {draft}".strip(),
    )


def publish_url(incident: Incident) -> str:
    """Return the staff page where an incident's next public update is written."""
    return reverse("admin:statuspage_publish", args=[incident.pk])


def _shown(request: HttpRequest, found: Pending, at: datetime) -> Shown:
    latest = None if found.is_due else _latest(found)
    said = found.said
    row = asked_of(found)
    return Shown(
        is_due=found.is_due,
        is_over=found.public is not None and not found.public.is_open,
        stage=words(latest.state if latest else said.state).capitalize(),
        text=latest.body if latest else said.body,
        promise=clock_time(said.next_update_by, found.page) if found.is_due else "",
        due_at=found.promised_at,
        number=found.number,
        url=publish_url(found.incident),
        public_url=place_of(found.page).url(found.public.path) if found.public else "",
        kept=_kept(found, at),
        may_publish=allows(request, "statuspage.publish", found.incident),
        asked=row.asked_by.display_name if row else "",
    )


def _latest(found: Pending) -> PublicUpdate | None:
    return found.public.updates.order_by("-number").first() if found.public else None


def _kept(found: Pending, at: datetime) -> str:
    """Say how many of the promises so far were kept: "1 of 1 promise kept"."""
    if found.public is None:
        return ""
    rows = found.public.updates.order_by("number").values_list("display_at", "next_update_by")
    told = record(list(rows), at)
    made = told.kept + told.late
    if not made:
        return ""
    return f"{told.kept} of {made} {'promise' if made == 1 else 'promises'} kept"
