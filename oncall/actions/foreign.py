"""Foreign calendars at an address: added, fetched every 15 minutes, applied whole or not at all, never emptied by a fault."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction

from core.actor import Actor
from core.errors import DomainError, Invalid, NotFound, NotPossible
from core.models import User
from core.permissions import require
from notify.deadline import Deadline
from oncall.actions.absences import require_away
from oncall.actions.calendars_in import Taken, apply_absences, apply_turns
from oncall.actions.fetching import Fetched, Unfit, checked_address, read_address
from oncall.actions.overrides import EDIT
from oncall.actions.scope import managers_of
from oncall.actions.shift_notices import Word, tell
from oncall.models import ForeignCalendar, Layer, Unavailability

EVERY = timedelta(minutes=15)
AGAIN = timedelta(days=1)  # an unchanged calendar is applied anew, so that its series go on
SOONEST = timedelta(seconds=10)  # between two fetches that people ask for
TELL_AFTER = 4  # failures: an hour
RUN_S = 5.0  # a run of the task begins no fetch after that, so that it ends before its own limit
LONGEST_ERROR, SHOWN = 500, 50
_EVENT = b"BEGIN:VEVENT"
_LIGHT = (
    "etag", "last_modified", "added", "kept", "cancelled", "unknown", "applied_at", "ok_at", "error", "failures",
    "failing_since", "told_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FollowWish:
    """A calendar to follow: for a layer, or for when a person is away (`mode`: what becomes of their turns)."""

    address: str
    layer: Layer | None = None
    user: User | None = None
    mode: str = Unavailability.Mode.FLAG


def follow(wish: FollowWish, *, by: Actor, at: datetime) -> ForeignCalendar:
    """Let a layer, or a person's absences, follow the calendar at an address; it is due at once.

    Managers do it for layers; everybody for themselves, managers for their people. Raises NotAllowed, Invalid, NotPossible
    where one is followed already.
    """
    _require(by, wish.layer, wish.user)
    address = checked_address(wish.address)
    with transaction.atomic():
        taken = ForeignCalendar.objects.filter(layer=wish.layer, user=wish.user)
        if host := taken.values_list("host", flat=True).first():
            raise NotPossible(f"It follows the calendar at {host} already; take that away first.")
        row = ForeignCalendar(
            layer=wish.layer, user=wish.user, mode=wish.mode, created_at=at, created_by=by.user, due_at=at
        )  # fmt: skip
        row.seal(address, urlsplit(address).hostname or "")
        row.save(force_insert=True)
    return row


def unfollow(calendar_id: int, *, by: Actor) -> None:
    """Follow a calendar no more; what it said last stays. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        row = _locked(calendar_id)
        _require(by, row.layer, row.user)
        row.delete()


def refresh(
    calendar_id: int, *, by: Actor, at: datetime, may_be_empty: bool = False
) -> ForeignCalendar:
    """Fetch a calendar now, and return how it stands then, whatever came of it.

    `may_be_empty`: believe it where it has no events any more. Raises NotFound, NotAllowed, NotPossible within seconds of
    the fetch before.
    """
    with transaction.atomic():
        row = _locked(calendar_id)
        _require(by, row.layer, row.user)
        if row.tried_at is not None and at - row.tried_at < SOONEST:
            raise NotPossible("It was fetched a moment ago; ask again in a few seconds.")
        _claim(row, at)
    return _fetch(row, at, may_be_empty=may_be_empty)


def fetch_due(at: datetime) -> int:
    """Fetch the calendars that are due, as many as a run has time for; return how many."""
    run, count = Deadline(RUN_S), 0
    for pk in ForeignCalendar.objects.due(at).values_list("pk", flat=True):
        if run.has_passed():
            break
        with transaction.atomic():
            rows = ForeignCalendar.objects.due(at).filter(pk=pk)
            row = rows.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
            if row is None:
                continue
            _claim(row, at)
        _fetch(row, at)
        count += 1
    return count


def _claim(row: ForeignCalendar, at: datetime) -> None:
    row.tried_at, row.due_at = at, at + EVERY
    row.save(update_fields=["tried_at", "due_at"])


def _fetch(row: ForeignCalendar, at: datetime, *, may_be_empty: bool = False) -> ForeignCalendar:
    """Fetch and apply one that is claimed; no transaction is open while the network is asked."""
    try:
        found, said = read_address(row), ""
    except Unfit as unfit:
        found, said = None, str(unfit)
    with transaction.atomic():
        rows = ForeignCalendar.objects.select_for_update(no_key=True, of=("self",))
        fresh = rows.filter(pk=row.pk).first()
        if fresh is None:
            return row  # somebody took it away meanwhile
        if found is not None:
            said = _apply(fresh, found, at, may_be_empty=may_be_empty)
        if said:
            _fail(fresh, said, at)
        else:
            _succeed(fresh, at)
        fresh.save(update_fields=[*_LIGHT, "content"] if fresh.applied_at == at else _LIGHT)
    return fresh


def _apply(row: ForeignCalendar, found: Fetched, at: datetime, *, may_be_empty: bool) -> str:
    """Apply what came, all of it or nothing; return why not, "" for done."""
    before = bytes(row.content) if row.content is not None else None
    content = before if found.content is None else found.content
    if content is None:
        return "Nothing came."
    if content != before or row.applied_at is None or at - row.applied_at >= AGAIN:
        try:
            with transaction.atomic():
                taken = _taken(row, content, at)
                _refuse_emptied(row, taken, before, content, may_be_empty=may_be_empty)
        except DomainError as refusal:
            return str(refusal)
        row.added, row.kept, row.cancelled = taken.added, taken.kept, taken.cancelled
        row.unknown, row.content, row.applied_at = list(taken.unknown[:SHOWN]), content, at
    if found.content is not None:
        row.etag, row.last_modified = found.etag, found.last_modified
    return ""


def _taken(row: ForeignCalendar, content: bytes, at: datetime) -> Taken:
    actor = Actor("engine", f"the calendar at {row.host}")
    if row.layer is not None:
        return apply_turns(row.layer, content.decode(errors="replace"), by=actor, at=at)
    if row.user is None:
        raise Invalid("Nobody follows this calendar.")
    return apply_absences(
        row.user, content.decode(errors="replace"), mode=row.mode, by=actor, at=at
    )


def _refuse_emptied(
    row: ForeignCalendar, taken: Taken, before: bytes | None, content: bytes, *, may_be_empty: bool
) -> None:
    """Raise NotPossible where a calendar would take away all that it said: more likely a fault than news."""
    had_events = before is not None and _EVENT in before.upper()
    is_emptied = had_events and _EVENT not in content.upper()
    no_turn_left = row.layer is not None and taken.cancelled and not taken.added + taken.kept
    if (is_emptied or no_turn_left) and not may_be_empty:
        raise NotPossible(
            "It would take away all that it said; that stays until somebody says that this is right."
        )


def _succeed(row: ForeignCalendar, at: datetime) -> None:
    if row.told_at is not None:
        _tell(row, "works", f"The calendar at {row.host} can be read again", [_for(row)], at)
    row.ok_at, row.error, row.failures = at, "", 0
    row.failing_since = row.told_at = None


def _fail(row: ForeignCalendar, said: str, at: datetime) -> None:
    row.error, row.failures = said[:LONGEST_ERROR], row.failures + 1
    row.failing_since = row.failing_since or at
    if row.failures >= TELL_AFTER and row.told_at is None:
        row.told_at = at
        subject = f"The calendar at {row.host} can't be read"
        stays = "What it said last stays; what changes there does not arrive here."
        _tell(row, "fails", subject, [_for(row), row.error, stays], at)


def _for(row: ForeignCalendar) -> str:
    if row.layer is not None:
        return f"It says who holds {row.layer.name} of {row.layer.schedule.name}."
    return f"It says when {row.user.display_name if row.user else 'somebody'} is away."


def _tell(
    row: ForeignCalendar, what: str, subject: str, lines: Iterable[str], at: datetime
) -> None:
    since = row.failing_since.isoformat() if row.failing_since else ""
    path = f"/admin/oncall/foreigncalendar/{row.pk}/change/"
    word = Word(f"calendar-{what}:{row.pk}:{since}", subject, list(lines), path)
    owners = [row.created_by_id] if row.created_by_id else []
    concerned = managers_of(row.layer.schedule) if row.layer is not None else [row.user_id]
    tell([pk for pk in (*owners, *concerned) if pk], word, at=at)


def _require(by: Actor, layer: Layer | None, user: User | None) -> None:
    if layer is not None:
        require(by, EDIT, layer)
    elif user is not None:
        require_away(by, user)
    else:
        raise Invalid.field("/layer", "Name a layer, or a person.")


def _locked(calendar_id: int) -> ForeignCalendar:
    rows = ForeignCalendar.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(pk=calendar_id).first()
    if row is None:
        raise NotFound("There is no such calendar.")
    return row
