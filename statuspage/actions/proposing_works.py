"""A second person agrees before planned work is announced, changed or spoken of, where the page asks for one.

What the clock does by itself, and a step in our own words, needs nobody: its plan was agreed to.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, NotPossible
from statuspage.actions.asking import overtake, tell_approvers, tell_author
from statuspage.actions.maintenance import (
    Plan,
    announce,
    fit_to_announce,
    fit_to_change,
    locked_page,
    revise,
)
from statuspage.actions.maintenance_steps import fit_to_say, utter
from statuspage.actions.maintenance_words import Word, locked
from statuspage.actions.proposing import approve, locked_proposal, refuse_answered, refuse_own
from statuspage.models import Maintenance, Page, Proposal

_MOMENTS = ("scheduled_for", "scheduled_until", "next_update_by")
_Act, _State = Proposal.Act, Proposal.State


def propose_plan(
    page_id: int, planned: Plan, *, by: Actor, at: datetime, despite_findings: bool = False
) -> Proposal:
    """Ask another person to agree to an announcement; nothing is public. The same press twice asks once.

    Raises what announcing raises, and NotPossible where the page asks for nobody's approval.
    """
    with transaction.atomic():
        page = locked_page(page_id, by)
        _refuse_needless(page, by)
        ready = fit_to_announce(page, planned, at, despite_findings=despite_findings)
        return _ask(Proposal(page=page, act=_Act.PLAN, said=_kept(ready)), by, at)


def propose_change(
    public_id: str,
    planned: Plan,
    *,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    despite_findings: bool = False,
) -> Proposal:
    """Ask another person to agree to a changed plan; raises as `propose_plan` does, and Conflict as changing does."""
    with transaction.atomic():
        work = locked(public_id, by)
        _refuse_needless(work.page, by)
        ready = fit_to_change(work, planned, at, seen=seen, despite_findings=despite_findings)
        row = Proposal(page=work.page, work=work, act=_Act.CHANGE, seen=work.sequence)
        row.said = _kept(ready)
        return _ask(row, by, at)


def propose_word(
    public_id: str, word: Word, *, by: Actor, at: datetime, despite_findings: bool = False
) -> Proposal:
    """Ask another person to agree to a word on planned work; raises as `propose_plan` does."""
    with transaction.atomic():
        work = locked(public_id, by)
        _refuse_needless(work.page, by)
        ready = fit_to_say(work, word, at, despite_findings=despite_findings)
        row = Proposal(page=work.page, work=work, act=_Act.WORD, seen=_spoken(work))
        row.said = {"name": work.name, **_kept(ready)}
        return _ask(row, by, at)


def agree(proposal_id: int, *, by: Actor, at: datetime) -> Proposal:
    """Do what another person proposed, of whatever kind, word for word; twice does it once.

    Raises NotFound, NotAllowed, NotPossible for one's own and for what can't be done any more, Invalid for times that
    have passed, and Conflict where it was answered, or something was said since.
    """
    with transaction.atomic():
        row = locked_proposal(proposal_id, by)
        if row.act == _Act.UPDATE:
            approve(proposal_id, by=by, at=at)
            return locked_proposal(proposal_id, by)
        if row.state == _State.APPROVED and row.answered_by_id == by.user_id:
            return row
        refuse_answered(row)
        refuse_own(row, by)
        row.work = _do(row, by, at)
        row.approve(by.user, at)
        row.save()
        tell_author(row, at)
        return row


def _do(row: Proposal, by: Actor, at: datetime) -> Maintenance:
    """Say what was proposed, inside the caller's transaction, under the page's lock."""
    said = {**row.said, **{key: row.moment(key) for key in _MOMENTS if key in row.said}}
    if row.work is None:
        ready = fit_to_announce(row.page, Plan(**said), at, despite_findings=True)
        return announce(row.page, ready, by=by, at=at)
    work = Maintenance.objects.get(pk=row.work.pk)
    work.page = row.page
    if row.act == _Act.CHANGE:
        ready = fit_to_change(work, Plan(**said), at, seen=row.seen, despite_findings=True)
        return revise(work, ready, by=by, at=at)
    if _spoken(work) != row.seen:
        raise Conflict("Somebody said something of it since it was proposed. Propose it anew.")
    del said["name"]
    utter(work, fit_to_say(work, Word(**said), at, despite_findings=True), by=by, at=at)
    return work


def _ask(row: Proposal, by: Actor, at: datetime) -> Proposal:
    """Store a question and tell those who may answer; it takes the place of one that waits for the same work."""
    waiting = Proposal.objects.filter(page=row.page, state=_State.ASKED, incident=None)
    for known in waiting.filter(work=row.work):
        if (known.act, known.said, known.asked_by_id) == (row.act, row.said, by.user_id):
            return known
        if row.work is not None:
            overtake(known, by.user, at)
    row.asked_by_id, row.asked_at = by.user_id or 0, at
    row.save()
    tell_approvers(row, at)
    return row


def _refuse_needless(page: Page, by: Actor) -> None:
    if not page.needs_second or by.user is None:
        raise NotPossible(f"{page.name} asks for no second person; announce it.")


def _spoken(work: Maintenance) -> int:
    """Return how many words people have said of it; what the clock says does not count."""
    return work.updates.filter(published_by__isnull=False).count()


def _kept(told: Plan | Word) -> dict[str, Any]:
    """Return words as JSON: without a reason to speak alone, since another person agrees to them."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in asdict(told).items()
        if key != "alone_because"
    }
