"""What the status page shows on the incident's screen: the draft, what is live, and what is promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from core.admin.panel import Panel
from core.admin.rights import allows
from incidents.admin.contract import Outside, PublicPromise
from incidents.models import Incident
from statuspage.actions import Pending, asked_of, pendings
from statuspage.actions.drafting import clock_time
from statuspage.actions.places import place_of
from statuspage.admin.page_tabs import Standing, is_owed, owed_at, standings, url_of
from statuspage.models import PublicUpdate
from statuspage.rules.promises import record
from statuspage.rules.states import words


@dataclass(frozen=True, slots=True)
class Shown:
    """The rail's draft. `text`: of the draft while something is unsaid, else of the latest update.

    `is_over`: the public was told that it is over. `asked`: whose proposal waits for another person; "" for none.
    `page` and `pages`: the name of its page, and every page with how it stands, where several tell of it.
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
    page: str = ""
    pages: Sequence[Standing] = ()


def outside(request: HttpRequest, incident: Incident, at: datetime) -> Outside:
    """Return the rail's draft of the next public update, or what is live, and what is owed to the public."""
    several = pendings(incident, at)
    if not several:
        return Outside()
    owed = [one for one in several if is_owed(one)]
    promise = _promise(min(owed, key=_urgency)) if owed else None
    return Outside(_panel(request, several, at), promise)


def _urgency(found: Pending) -> tuple[bool, bool, float]:
    """Order pages: what waits for a word first, then by when it is owed."""
    by = owed_at(found)
    return not is_owed(found), by is None, by.timestamp() if by else 0.0


def _panel(request: HttpRequest, several: Sequence[Pending], at: datetime) -> Panel | None:
    shown = [one for one in several if one.public or one.is_due or asked_of(one) is not None]
    if not shown:
        return None
    found = min(shown, key=_urgency)
    pages = standings(several) if found.has_others else []
    return Panel(
        "Status page",
        key="page",
        area="rail",
        template="statuspage/admin/_draft.html",
        data=_shown(request, found, at, pages),
    )


def _promise(found: Pending) -> PublicPromise:
    """Return what is owed to the public next (UTC): what was promised, the first word, or that it is over."""
    is_live = found.incident.is_live
    draft = f"A draft is ready, as {words(found.said.state)}." if found.is_due else ""
    return PublicPromise(
        url=url_of(found),
        label=_label(found),
        due_at=found.promised_at,
        sentence=draft
        if is_live
        else f"{found.page.name if found.has_others else 'The status page'} still says that it goes on. {draft}".strip(),
    )


def _label(found: Pending) -> str:
    if found.incident.is_live:
        return f"Publish update {found.number}{found.on_page}"
    return f"Tell {found.page.name if found.has_others else 'the public'} it is over"


def _shown(request: HttpRequest, found: Pending, at: datetime, pages: Sequence[Standing]) -> Shown:
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
        url=url_of(found),
        public_url=place_of(found.page).url(found.public.path) if found.public else "",
        kept=_kept(found, at),
        may_publish=allows(request, "statuspage.publish", found.incident),
        asked=row.asked_by.display_name if row else "",
        page=found.page.name if found.has_others else "",
        pages=pages,
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
