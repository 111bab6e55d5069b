"""Say a word on a maintenance, and take it through its life (areas/statuspage.md 6.4)."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from core.actor import Actor
from core.errors import IllegalTransition, Invalid
from statuspage.actions import ledger
from statuspage.actions.checking import refuse_promise
from statuspage.actions.leaks import refuse_leaks
from statuspage.actions.maintenance_words import Word, locked, say, show, zoned
from statuspage.actions.second import WORDS_ON_WORK, alone
from statuspage.actions.texts import text_of
from statuspage.models import Maintenance, MaintenanceUpdate
from statuspage.models.public import LONGEST_BODY
from statuspage.rules.maintenance import own_words
from statuspage.rules.states import ComponentState, Work, words

STEPS = {
    "begin": Work.IN_PROGRESS,
    "verify": Work.VERIFYING,
    "complete": Work.COMPLETED,
    "cancel": Work.CANCELLED,
}


def tell(
    public_id: str, word: Word, *, by: Actor, at: datetime, despite_findings: bool = False
) -> MaintenanceUpdate:
    """Say a word on a maintenance in its present state; visible at once, also of one that is over.

    Raises NotFound, NotAllowed, SecondNeeded, Leak, and Invalid for a text or promise that can't be.
    """
    with transaction.atomic():
        work = locked(public_id, by)
        reason = alone(work.page, word.alone_because, WORDS_ON_WORK)
        ready = fit_to_say(work, word, at, despite_findings=despite_findings)
        return utter(work, replace(ready, alone_because=reason), by=by, at=at)


def fit_to_say(work: Maintenance, word: Word, at: datetime, *, despite_findings: bool) -> Word:
    """Return a word that can be said; raises Leak, and Invalid for a text or promise that can't be."""
    body = text_of(word.body, "/body", LONGEST_BODY)
    if not body:
        raise Invalid.field("/body", "Write what is to be said.", "required")
    refuse_promise(word.next_update_by, at)
    refuse_leaks(work.page, work.name, body, despite=despite_findings)
    return replace(word, body=body)


def utter(work: Maintenance, word: Word, *, by: Actor, at: datetime) -> MaintenanceUpdate:
    """Say a word that is fit, inside the caller's transaction, under the page's lock."""
    is_over = work.state in (Work.COMPLETED, Work.CANCELLED)
    work.next_update_by = None if is_over else word.next_update_by
    work.updated_at = at
    work.save()
    update = say(work, word, by=by, at=at)
    show(work.page, at)
    return update


def step(  # noqa: PLR0913  which step, what is said, and what its person had looked at
    public_id: str,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    body: str = "",
    despite_findings: bool = False,
    alone_because: str = "",
) -> Maintenance:
    """Begin, verify, complete or cancel a maintenance, and say so; the same verb again changes nothing.

    `verb`: one of STEPS. `body` empty: our own words, which no second person need see. Subscribers are told of a
    beginning and an end where the plan says so, and always of a cancellation. Raises NotFound, NotAllowed,
    SecondNeeded, IllegalTransition, Leak, Invalid.
    """
    with transaction.atomic():
        work = locked(public_id, by)
        if work.state == STEPS[verb]:
            return work
        body = text_of(body, "/body", LONGEST_BODY)
        reason = alone(work.page, alone_because, WORDS_ON_WORK) if body else ""
        refuse_leaks(work.page, work.name, body, despite=despite_findings)
        if not can_proceed(getattr(work, verb)):
            raise IllegalTransition(
                f"What is {words(work.state)} can't become {words(STEPS[verb])}.",
                allowed=allowed(work),
            )
        is_sent = {"begin": work.tells_begin, "complete": work.tells_end, "cancel": True}
        word = Word(body, is_sent=is_sent.get(verb, False), alone_because=reason)
        move(work, verb, word, by=by, at=at)
        show(work.page, at)
        return work


def move(
    work: Maintenance,
    verb: str,
    word: Word,
    *,
    by: Actor,
    at: datetime,
    since: datetime | None = None,
) -> MaintenanceUpdate:
    """Take a possible step inside the caller's transaction, under the page's lock; nothing is rendered.

    A word without a text says it in our own. `since`: when it counts from, where that is not now: the clock moves at the planned instant.
    """
    turn = since or at
    getattr(work, verb)(turn)
    work.updated_at = at
    if verb == "cancel":
        work.sequence += 1
    work.save()
    said = word.body or own_words(
        Work(work.state),
        until=zoned(work.page, work.scheduled_until),
        has_begun=work.began_at is not None,
    )
    moved = _held(work, verb, turn)
    return say(work, replace(word, body=said), by=by, at=at, moved=moved, shown_at=turn)


def allowed(work: Maintenance) -> list[str]:
    """Return the verbs that its state allows."""
    return [verb for verb in STEPS if can_proceed(getattr(work, verb))]


def _held(work: Maintenance, verb: str, turn: datetime) -> list[ledger.Moved]:
    """Hold what it touches from its beginning on, until it is over; a worse state stays (M5)."""
    if verb == "begin":
        touched = work.touched.select_related("component__page").order_by(
            "component__position", "component"
        )
        return [
            ledger.hold(one.component, ComponentState(one.state), maintenance=work, since=turn)
            for one in touched
        ]
    return ledger.release(work, turn) if verb in ("complete", "cancel") else []
