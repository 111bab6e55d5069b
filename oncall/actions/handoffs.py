"""Handoffs: notes by the outgoing person, accepted by the incoming one. Who is paged, the schedule alone decides."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotFound, NotPossible
from core.models import User
from core.permissions import may, require
from incidents.models import Incident
from oncall import rota
from oncall.actions.duties import Duties, all_duties, duties_of
from oncall.actions.overrides import EDIT
from oncall.actions.scope import managers_of, services_of
from oncall.actions.shift_notices import Word, tell
from oncall.models import Handoff, Schedule, plan_of
from oncall.rota.civil import to_wall

HAND_OVER = "oncall.hand_over"
LONGEST, TOLD = 20_000, 2_000
LATE = timedelta(days=1)  # a shift that ended longer ago is handed over by itself
NEXT = timedelta(days=7)
MOST_INCIDENTS = 50


def begin(
    schedule: Schedule, user: User, notes: str, *, by: Actor, at: datetime, seat: str = "primary"
) -> Handoff:
    """Write notes for the handoff at the end of a person's running stint; it is opened when the stint ends.

    Their own, or for a manager anybody's. Raises NotAllowed, Invalid, NotPossible: not on call, or begun already.
    """
    require(by, HAND_OVER, schedule)
    if by.user is None or by.user.pk != user.pk:
        require(by, EDIT, schedule)
    _refuse_long(notes)
    with transaction.atomic():
        kept = Schedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)
        mine = [
            one
            for one in duties_of(kept, at).stints
            if one.user == user.pk and one.seat == seat and one.starts_at <= at < one.ends_at
        ]
        if not mine:
            raise NotPossible(f"{user.display_name} is not on call by {kept.name} now.")
        stint = mine[0]
        drafts = Handoff.objects.filter(schedule=kept, seat=seat, from_user=user, opened_at=None)
        if drafts.exists():
            raise NotPossible("There is a draft already; change its notes.")
        return Handoff.objects.create(
            schedule=kept, seat=seat, from_user=user, starts_at=stint.starts_at, ends_at=stint.ends_at,
            notes=notes, created_at=at,
        )  # fmt: skip


def write_notes(handoff_id: int, notes: str, *, by: Actor, at: datetime) -> Handoff:
    """Change the notes, by the outgoing person or a manager, until they are accepted.

    Raises NotFound, NotAllowed, Invalid, NotPossible.
    """
    with transaction.atomic():
        row = _locked(handoff_id, by)
        if by.user is None or by.user.pk != row.from_user_id:
            require(by, EDIT, row)
        _refuse_long(notes)
        if row.accepted_at is not None:
            raise NotPossible("It is accepted already; tell the other person directly.")
        row.notes = notes
        row.save(update_fields=["notes"])
        return row


def accept(handoff_id: int, *, by: Actor, at: datetime) -> Handoff:
    """Say "I have read it": the incoming person, whoever holds a seat of the schedule now, or a manager.

    Once more changes nothing. Raises NotFound, NotAllowed, NotPossible while the shift goes on.
    """
    with transaction.atomic():
        row = _locked(handoff_id, by)
        if by.user is None or not may_accept(row, by, at):
            raise NotAllowed(f"{by.label} does not take over this shift; who does, accepts it.")
        if row.opened_at is None:
            raise NotPossible("The shift goes on; it is handed over when it ends.")
        if row.accepted_at is not None:
            return row
        row.accepted_at, row.accepted_by = at, by.user
        row.save(update_fields=["accepted_at", "accepted_by"])
        subject = f"{by.label} took over {row.schedule.name}"
        word = Word(f"handoff:{row.pk}:accepted", subject, ["Your notes were read."], path_of(row))
        tell({row.from_user_id} - {by.user.pk}, word, at=at)
        return row


def may_accept(row: Handoff, by: Actor, at: datetime) -> bool:
    """Return whether this person may accept it; who had the shift may not, unless they have it again."""
    if by.user is None:
        return False
    if by.user.pk == row.to_user_id or may(by, EDIT, row):
        return True
    plan = plan_of(row.schedule, since=at - rota.LOOK_AHEAD)
    return any(by.user.pk in rota.on_call(plan, at, seat) for seat in ("primary", "secondary"))


def keep(at: datetime) -> int:
    """Open what ended, and chase what nobody accepted; return how many. Twice changes nothing."""
    opened = sum(_open(duties, stint, at) for duties in all_duties(at) for stint in _ended(duties))
    return opened + _chase(at)


def path_of(row: Handoff) -> str:
    """Return the staff page of a handoff."""
    return f"/admin/oncall/handoff/{row.pk}/change/"


def _ended(duties: Duties) -> list[rota.Stint]:
    since = max(duties.at - LATE, duties.schedule.created_at)
    return [one for one in duties.stints if since < one.ends_at <= duties.at]


def _open(duties: Duties, stint: rota.Stint, at: datetime) -> int:
    after = _following(duties, stint)
    if after is None:
        return 0  # nobody to tell: the managers hear of the gap
    with transaction.atomic():
        schedule = Schedule.objects.select_for_update(no_key=True).get(pk=duties.schedule.pk)
        rows = Handoff.objects.filter(schedule=schedule, seat=stint.seat, from_user=stint.user)
        if rows.filter(ends_at=stint.ends_at, opened_at__isnull=False).exists():
            return 0
        row = rows.filter(opened_at=None).order_by("pk").first()
        if row is None:
            row = Handoff(
                schedule=schedule, seat=stint.seat, from_user_id=stint.user, created_at=at
            )
        row.starts_at, row.ends_at, row.opened_at = stint.starts_at, stint.ends_at, at
        row.to_user_id, row.to_starts_at = after.user, after.starts_at
        row.incidents = _incidents(schedule)
        row.save()
        _tell_opened(row, at)
    return 1


def _following(duties: Duties, stint: rota.Stint) -> rota.Stint | None:
    """Return who takes the seat over: who begins then, else who serves then, else who begins next."""
    end = stint.ends_at
    others = [one for one in duties.stints if one.seat == stint.seat and one.user != stint.user]
    fresh = [one for one in others if one.starts_at == end]
    leaving = [one for one in duties.stints if one.seat == stint.seat and one.ends_at == end]
    if fresh:
        return fresh[leaving.index(stint) % len(fresh)]
    serving = [one for one in others if one.starts_at < end < one.ends_at]
    later = [one for one in others if end < one.starts_at <= end + NEXT]
    return next(iter([*serving, *later]), None)


def _incidents(schedule: Schedule) -> list[dict[str, object]]:
    rows = Incident.objects.open().filter(service__in=services_of(schedule))
    listed = rows.select_related("acknowledged_by").order_by("rank", "pk")[:MOST_INCIDENTS]
    return [
        {
            "number": row.pk, "title": row.title, "severity": row.rank, "state": row.state,
            "holder": row.acknowledged_by.username if row.acknowledged_by else None,
        }
        for row in listed
    ]  # fmt: skip


def _tell_opened(row: Handoff, at: datetime) -> None:
    giver, taker = row.from_user, row.to_user
    if taker is None:
        return
    count = len(row.incidents)
    lines = [
        f"The shift ended {to_wall(row.ends_at, taker.time_zone):%a %d %b %H:%M} ({taker.time_zone}).",
        f"{count} {'incident is' if count == 1 else 'incidents are'} open.",
        row.notes[:TOLD] or f"{giver.display_name} has written no notes yet.",
        "Accept it when you have read it. Who is paged does not hang on that.",
    ]
    word = Word(
        f"handoff:{row.pk}:opened", f"{giver.display_name} hands {row.schedule.name} over to you",
        lines, path_of(row),
    )  # fmt: skip
    tell([taker.pk], word, at=at)


def _chase(at: datetime) -> int:
    rows = Handoff.objects.open().filter(chased_at=None, opened_at__gt=at - NEXT)
    late = [row.pk for row in rows if row.due_at is not None and row.due_at <= at]
    return sum(_chased(pk, at) for pk in late)


def _chased(handoff_id: int, at: datetime) -> int:
    with transaction.atomic():
        rows = Handoff.objects.select_for_update(no_key=True, of=("self",))
        row = rows.select_related("schedule", "to_user").get(pk=handoff_id)
        if row.accepted_at is not None or row.chased_at is not None or row.to_user is None:
            return 0
        row.chased_at = at
        row.save(update_fields=["chased_at"])
        name = row.to_user.display_name
        word = Word(
            f"handoff:{row.pk}:late", f"The handoff of {row.schedule.name} is not accepted",
            [
                f"{name} has not accepted it within 30 minutes.",
                f"Pages go to {name} all the same: the schedule alone decides.",
            ],
            path_of(row),
        )  # fmt: skip
        tell([row.to_user.pk, *managers_of(row.schedule)], word, at=at)
    return 1


def _locked(handoff_id: int, by: Actor) -> Handoff:
    rows = Handoff.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("schedule").filter(pk=handoff_id).first()
    if row is None:
        raise NotFound("There is no such handoff.")
    require(by, HAND_OVER, row)
    return row


def _refuse_long(notes: str) -> None:
    if len(notes) > LONGEST:
        raise Invalid.field("/notes", f"notes has at most {LONGEST} characters.")


def waiting_for(user: User) -> Sequence[Handoff]:
    """Return the handoffs that a person has to accept."""
    return list(Handoff.objects.open().filter(to_user=user).select_related("schedule", "from_user"))
