"""What waits for a second person on the page that publishes: shown, approved, declined, withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core.admin.rights import who
from core.errors import Conflict, DomainError
from statuspage.actions import Announcement, Pending, approve, asked_of, decline, withdraw
from statuspage.actions.drafting import clock_time
from statuspage.actions.proposing import announced
from statuspage.models import Proposal
from statuspage.rules.states import words


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal as staff read it. `is_mine`: whoever looks wrote it; `moves`: what it says of components."""

    row: Proposal
    said: Announcement
    author: str
    stage: str
    promise: str
    moves: tuple[str, ...]
    is_mine: bool


def shown(request: HttpRequest, found: Pending) -> Asked | None:
    """Return what waits for approval of the next update, if anything."""
    row = asked_of(found)
    if row is None:
        return None
    said = announced(row)
    rows = found.page.components.filter(public_id__in=list(said.components))
    return Asked(
        row=row,
        said=said,
        author=row.asked_by.display_name,
        stage=words(said.state).capitalize(),
        promise=clock_time(said.next_update_by, found.page),
        moves=tuple(f"{one.name}: {words(said.components[one.public_id])}" for one in rows),
        is_mine=row.asked_by_id == who(request).user_id,
    )


def answered(request: HttpRequest, back: str, at: datetime) -> HttpResponse:
    """Do what was pressed on a proposal, and lead on; a refusal is told on the page that publishes."""
    digits = request.POST["proposal"]
    pk = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else 0
    by = who(request)
    try:
        if "approve" in request.POST:
            update = approve(pk, by=by, at=at)
            messages.success(request, f"Update {update.number} is public.")
            return HttpResponseRedirect(back)
        if "decline" in request.POST:
            decline(pk, request.POST.get("answer", ""), by=by, at=at)
            messages.success(request, "Declined. Nothing is public; write what should be said.")
        else:
            withdraw(pk, by=by, at=at)
            messages.success(request, "Withdrawn. Nothing of it is public.")
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(request.get_full_path())
