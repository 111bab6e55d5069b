"""A second person agrees before anything is said, where the page asks for one."""

from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, NotFound, NotPossible
from core.permissions import require
from incidents import actions as incidents
from incidents.models import Incident
from statuspage.actions.asking import overtake, tell_approvers, tell_author
from statuspage.actions.checking import checked
from statuspage.actions.drafting import Announcement, Pending, clock_time, pending
from statuspage.actions.publishing import (
    PLAIN,
    Press,
    locked,
    refuse_unseen,
    say,
)
from statuspage.actions.texts import line_of
from statuspage.models import Page, Proposal, PublicIncident, PublicUpdate
from statuspage.rules.states import words

LONGEST_ANSWER = 1000
_MOMENTS = ("next_update_by", "started_at")
_State = Proposal.State


def propose(
    incident_id: int, said: Announcement, *, by: Actor, at: datetime, press: Press = PLAIN
) -> Proposal:
    """Ask another person to agree to an update; nothing is public. The same press twice asks once.

    It takes the place of one that waits. Raises what publishing raises, and NotPossible where the page asks
    for nobody's approval.
    """
    with transaction.atomic():
        found = locked(incident_id, by, at, press.page)
        if not found.page.needs_second or by.user is None:
            raise NotPossible(f"{found.page.name} asks for no second person; publish it.")
        said = checked(said, found.page, found.public, at)
        if press.seen not in (None, found.published):
            raise Conflict(
                f"You have seen {press.seen} updates; there are {found.published}. Look again."
            )
        refuse_unseen(found, said, press)
        made = Proposal(
            page=found.page,
            incident=found.incident,
            said=_kept(said, press),
            seen=found.published,
            draft_seen=press.draft_seen,
            asked_by=by.user,
            asked_at=at,
        )
        known = asked_of(found)
        if known is not None:
            if (known.said, known.asked_by_id) == (made.said, by.user_id):
                return known
            overtake(known, by.user, at)
        made.save()
        tell_approvers(made, at)
        _tell(made, f"Public update {found.number} proposed: {said.body}", by, at)
        return made


def approve(proposal_id: int, *, by: Actor, at: datetime) -> PublicUpdate:
    """Publish what another person proposed, word for word; twice publishes once.

    Raises NotFound, NotAllowed, NotPossible for one's own words and for a promise whose time has passed, and
    Conflict where it was answered, or something was said since.
    """
    with transaction.atomic():
        row = locked_proposal(proposal_id, by)
        if row.state == _State.APPROVED and row.answered_by_id == by.user_id:
            return PublicUpdate.objects.get(
                incident__page=row.page, incident__incident=row.incident, number=row.seen + 1
            )
        refuse_answered(row)
        refuse_own(row, by)
        found = _pending(row, at)
        said = announced(row)
        if said.next_update_by is not None and said.next_update_by <= at:
            promise = clock_time(said.next_update_by, row.page)
            raise NotPossible(
                f"It promises the next update by {promise}, which has passed: "
                "propose it anew with a later time."
            )
        row.approve(by.user, at)
        row.save()
        tell_author(row, at)
        is_known = found.version == row.draft_seen
        press = Press(
            draft_seen=row.draft_seen if is_known else None, notify=bool(row.said["notify"])
        )
        author = row.asked_by.display_name
        return say(
            found,
            checked(said, found.page, found.public, at),
            press,
            by=by,
            at=at,
            proposed_by=author,
        )


def decline(proposal_id: int, answer: str, *, by: Actor, at: datetime) -> Proposal:
    """Ask for other words, and say which; twice changes nothing.

    Raises NotFound, NotAllowed, Invalid without a word, NotPossible for one's own, Conflict where it was answered.
    """
    with transaction.atomic():
        row = locked_proposal(proposal_id, by)
        answer = line_of(answer, "/answer", LONGEST_ANSWER, "word on what should be different")
        given = (row.state, row.answered_by_id, row.answer)
        if given == (_State.DECLINED, by.user_id, answer):
            return row
        refuse_answered(row)
        if by.user is None or row.asked_by_id == by.user_id:
            raise NotPossible("What you wrote yourself you withdraw; another person declines it.")
        row.decline(by.user, at)
        row.answer = answer
        row.save()
        tell_author(row, at)
        _tell(row, f"Proposed update declined: {answer}", by, at)
        return row


def withdraw(proposal_id: int, *, by: Actor, at: datetime) -> Proposal:
    """Take back what one proposed; twice changes nothing.

    Raises NotFound, NotAllowed, NotPossible for another's, Conflict where it was answered.
    """
    with transaction.atomic():
        row = locked_proposal(proposal_id, by)
        if row.asked_by_id != by.user_id:
            raise NotPossible(f"{row.asked_by.display_name} wrote it; decline it with a word.")
        if row.state == _State.WITHDRAWN and row.answered_by_id == by.user_id:
            return row
        refuse_answered(row)
        row.withdraw(by.user, at)
        row.save()
        _tell(row, f"Proposed update withdrawn: {row.said['body']}", by, at)
        return row


def asked_of(found: Pending) -> Proposal | None:
    """Return what waits for approval of an incident's next update, if anything; one statement, none where nobody is asked."""
    if not found.page.needs_second:
        return None
    rows = Proposal.objects.filter(page=found.page, incident=found.incident, state=_State.ASKED)
    return rows.select_related("asked_by").first()


def announced(row: Proposal) -> Announcement:
    """Return a proposal's words as they would be published."""
    told = {key: value for key, value in row.said.items() if key != "notify"}
    moments = {key: row.moment(key) for key in _MOMENTS}
    return Announcement(**{**told, **moments})


def _kept(said: Announcement, press: Press) -> dict[str, object]:
    """Return an announcement as JSON, with whether subscribers are told of it."""
    moments = {
        key: moment.isoformat() if moment else None
        for key, moment in (
            ("next_update_by", said.next_update_by),
            ("started_at", said.started_at),
        )
    }
    told = asdict(replace(said, components={k: str(v) for k, v in said.components.items()}))
    return {**told, "state": str(said.state), **moments, "notify": press.notify}


def locked_proposal(proposal_id: int, by: Actor) -> Proposal:
    """Return a proposal as it is now that nobody else can say or answer anything on its page."""
    rows = Proposal.objects.filter(pk=proposal_id)
    Page.objects.filter(pk__in=rows.values("page")).locked().first()
    row = rows.select_related("page", "incident", "work", "asked_by", "answered_by").first()
    if row is None:
        raise NotFound(f"There is no proposal {proposal_id}.")
    require(by, "statuspage.publish", row.about)
    return row


def refuse_own(row: Proposal, by: Actor) -> None:
    """Raise NotPossible for whoever wrote it, and for what is no person."""
    if by.user is None or row.asked_by_id == by.user_id:
        raise NotPossible(
            "Another person approves what you wrote; if it can't wait, publish it alone and say why."
        )


def refuse_answered(row: Proposal) -> None:
    """Raise Conflict that says who answered it and how, unless it still waits."""
    if row.state == _State.ASKED:
        return
    when = clock_time(row.answered_at, row.page)
    if row.answered_by is None:
        public = PublicIncident.objects.filter(page=row.page, incident=row.incident).first()
        latest = public.updates.order_by("-number").first() if public else None
        told = f" “{latest.body}”" if latest else ""
        raise Conflict(
            f"Something was said since it was proposed:{told} Look, and propose it anew."
        )
    raise Conflict(f"It was {words(row.state)} by {row.answered_by.display_name} at {when}.")


def _pending(row: Proposal, at: datetime) -> Pending:
    incident = Incident.objects.select_related("service", "playbook").one(row.incident_id or 0)
    found = pending(incident, at, row.page.public_id)
    if found is None:
        raise NotPossible(f"{incident.label} has nothing to tell on {row.page.name} any more.")
    return found


def _tell(row: Proposal, text: str, by: Actor, at: datetime) -> None:
    """Leave a line on the timeline of the incident that it is of, if any."""
    if row.incident_id is not None:
        incidents.tell(row.incident_id, "update", text, by=by, at=at, data={"proposal": row.pk})
