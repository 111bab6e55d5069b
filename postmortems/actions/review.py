"""From draft to closed: ask people to read it, hear them, approve, publish, close, or send it back."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import GuardUnmet, IllegalTransition, Invalid, NotPossible
from core.models import User
from incidents import actions as incidents
from incidents.playbook.lifecycle import State as IncidentState
from postmortems.actions import shelf
from postmortems.actions.asking import tell_reviewers
from postmortems.actions.reading import Reading
from postmortems.models import Postmortem, Review
from postmortems.models.postmortem import State

EDIT, APPROVE, REVIEW = "postmortems.edit", "postmortems.approve", "postmortems.review"
SHORTEST_REASON = 10
VERBS = {
    "ask_review": (State.DRAFT, State.IN_REVIEW),
    "answer": (State.IN_REVIEW,),
    "approve": (State.IN_REVIEW,),
    "publish": (State.APPROVED,),
    "close": (State.PUBLISHED,),
    "send_back": (State.IN_REVIEW, State.APPROVED, State.PUBLISHED, State.CLOSED),
}


def allowed(state: str) -> tuple[str, ...]:
    """Return the verbs that are possible from a state."""
    return tuple(verb for verb, sources in VERBS.items() if state in sources)


def ask_review(
    postmortem_id: int, reviewers: Sequence[User], *, by: Actor, at: datetime
) -> Postmortem:
    """Ask people to read it; a draft goes to review, and its incident with it. Each is told by mail.

    Who is asked again has not answered yet. Raises Invalid without anybody or for who has left,
    IllegalTransition, NotPossible while the incident is live.
    """
    if not reviewers:
        raise Invalid.field("/reviewers", "Name at least one person to read it.", "required")
    gone = [one.display_name for one in reviewers if not one.is_active]
    if gone:
        raise Invalid.field("/reviewers", f"{' and '.join(gone)} left; ask somebody else.")
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, EDIT, by=by)
        _require(postmortem, "ask_review")
        for person in reviewers:
            Review.objects.update_or_create(
                postmortem=postmortem,
                reviewer=person,
                defaults={
                    "asked_at": at, "asked_by": by.user, "verdict": "", "comment": "", "answered_at": None,
                },
            )  # fmt: skip
        names = ", ".join(one.display_name for one in reviewers)
        if postmortem.state == State.DRAFT:
            _refuse_while_live(postmortem)
            postmortem.ask_review(at=at)
            _move_incident(postmortem, "start_review", by=by, at=at)
        shelf.put_back(postmortem, "state")
        shelf.tell(postmortem, f"{names} asked to review it", by=by, at=at)
        tell_reviewers(postmortem, reviewers, by=by, at=at)
        return postmortem


def answer(
    postmortem_id: int, verdict: str, *, comment: str = "", by: Actor, at: datetime
) -> Review:
    """Say as a reviewer that one agrees, or asks for changes and which.

    Raises NotPossible for who was not asked, Invalid without a word on what to change.
    """
    comment = comment.strip()
    if verdict not in ("agrees", "asks_changes"):
        raise Invalid.field("/verdict", "A verdict is agrees or asks_changes.")
    if verdict == "asks_changes" and not comment:
        raise Invalid.field("/comment", "Say what should change.", "required")
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, REVIEW, by=by)
        _require(postmortem, "answer")
        review = postmortem.reviews.filter(reviewer=by.user).first() if by.user else None
        if review is None:
            raise NotPossible("You were not asked to review it.")
        if (review.verdict, review.comment) == (verdict, comment):
            return review
        review.verdict, review.comment, review.answered_at = verdict, comment, at
        review.save(update_fields=["verdict", "comment", "answered_at"])
        shelf.put_back(postmortem)
        said = "agrees" if verdict == "agrees" else f"asks for changes: {comment}"
        shelf.tell(postmortem, f"{by.label} {said}", by=by, at=at)
        return review


def approve(postmortem_id: int, *, by: Actor, at: datetime) -> Postmortem:
    """Approve it. Raises GuardUnmet with the conditions that are unmet, in the words of the screen."""
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, APPROVE, by=by)
        _require(postmortem, "approve")
        unmet = Reading(postmortem).unmet
        if unmet:
            guards = [{"name": one.key, "mode": "block", "text": one.text} for one in unmet]
            texts = ". ".join(one.text for one in unmet)
            raise GuardUnmet(f"Approval must wait. {texts}.", extra={"guards": guards})
        return _step(postmortem, postmortem.approve, "approved", by=by, at=at)


def publish(postmortem_id: int, *, by: Actor, at: datetime) -> Postmortem:
    """Publish it to everybody here. Raises IllegalTransition, NotAllowed."""
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, APPROVE, by=by)
        _require(postmortem, "publish")
        return _step(postmortem, postmortem.publish, "published", by=by, at=at)


def close(postmortem_id: int, *, by: Actor, at: datetime, reason: str = "") -> Postmortem:
    """Close it, and its incident with it; action items are chased on.

    `reason`: why, for an incident that a guard of its playbook keeps open. Raises what closing it raises.
    """
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, APPROVE, by=by)
        _require(postmortem, "close")
        _refuse_while_live(postmortem)
        _step(postmortem, postmortem.close, "closed", by=by, at=at)
        _move_incident(postmortem, "close", by=by, at=at, reason=reason)
        return postmortem


def send_back(postmortem_id: int, *, reason: str, by: Actor, at: datetime) -> Postmortem:
    """Put it back to draft, so that it can be written on. Raises Invalid without a reason of 10 characters."""
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Invalid.field(
            "/reason", f"Say in at least {SHORTEST_REASON} characters why.", "required"
        )
    with transaction.atomic():
        postmortem = shelf.take(postmortem_id, APPROVE, by=by)
        _require(postmortem, "send_back")
        shelf.back_to_draft(postmortem, reason, by=by, at=at)
        return postmortem


def _step(
    postmortem: Postmortem, verb: Callable[..., None], word: str, *, by: Actor, at: datetime
) -> Postmortem:
    verb(at=at)
    shelf.put_back(postmortem, "state", "published_at", "closed_at")
    shelf.tell(postmortem, word, by=by, at=at)
    return postmortem


def _require(postmortem: Postmortem, verb: str) -> None:
    if postmortem.state not in VERBS[verb]:
        word = verb.replace("_", " ")
        raise IllegalTransition(
            f"{postmortem} is {postmortem.state_word.lower()}; it can't {word} from there.",
            allowed=allowed(postmortem.state),
        )


def _refuse_while_live(postmortem: Postmortem) -> None:
    if postmortem.incident.is_live:
        raise NotPossible(f"{postmortem.incident.label} is open again; resolve it first.")


def _move_incident(
    postmortem: Postmortem, verb: str, *, by: Actor, at: datetime, reason: str = ""
) -> None:
    """Take the incident along where it has not gone that way already."""
    before = {
        "start_review": (IncidentState.RESOLVED,),
        "close": (IncidentState.RESOLVED, IncidentState.IN_REVIEW),
    }
    if postmortem.incident.state in before[verb]:
        incidents.move(postmortem.incident_id, verb, by=by, at=at, reason=reason)
