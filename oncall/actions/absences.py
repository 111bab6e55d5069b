"""Unavailability: a person says when they are away (R137); a skipping absence passes their turns on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound, NotPossible
from core.models import User
from core.permissions import require
from oncall import rota
from oncall.actions.schedules import turning
from oncall.actions.scope import require_lead, schedules_of_people
from oncall.models import Schedule, Unavailability, plans

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Away:
    """An absence as told: whose, when (aware), why, and whether turns pass on."""

    user: User
    starts_at: datetime
    ends_at: datetime
    kind: str = Unavailability.Kind.VACATION
    mode: str = Unavailability.Mode.FLAG
    note: str = ""
    source: str = "person"


def add_absence(away: Away, *, by: Actor, at: datetime) -> Unavailability:
    """Note that a person is away; everybody notes their own, managers of a team they are in note theirs.

    Whoever's shifts move by it is told. Raises NotAllowed, Invalid.
    """
    [row] = change_absences(away.user, [away], by=by, at=at)
    return row


def cancel_absence(absence_id: int, *, by: Actor, at: datetime) -> Unavailability:
    """Take an absence back; twice changes nothing. Raises NotFound, NotAllowed, NotPossible when it is over."""
    rows = Unavailability.objects.select_related("user")
    row = rows.filter(pk=absence_id).first()
    if row is None:
        raise NotFound("There is no such absence.")
    require_away(by, row.user)
    if row.cancelled_at is None and row.ends_at <= at:
        raise NotPossible("This absence is over.")
    change_absences(row.user, [], [row.pk], by=by, at=at)
    return rows.get(pk=row.pk)


def change_absences(
    user: User, listed: Sequence[Away], gone: Sequence[int] = (), *, by: Actor, at: datetime
) -> list[Unavailability]:
    """Note when one person is away and end absences (ids) of theirs, all of it or nothing; return the new ones.

    What an ended one did so far stays. Whoever's shifts move is told once. Raises NotAllowed, Invalid.
    """
    require_away(by, user)
    for away in listed:
        if wrong := _faults(away, at):
            raise Invalid.fields(wrong)
    ended = Unavailability.objects.valid().filter(user=user, pk__in=gone)
    skip = Unavailability.Mode.SKIP
    is_moving = any(away.mode == skip for away in listed) or ended.filter(mode=skip).exists()
    turns = schedules_of_people([user.pk]) if is_moving else []
    with transaction.atomic(), turning(turns, f"away:{user.pk}:{at.isoformat()}", by=by, at=at):
        ended.update(cancelled_at=at)
        return Unavailability.objects.bulk_create(
            Unavailability(
                user=user, kind=away.kind, mode=away.mode, starts_at=away.starts_at, ends_at=away.ends_at,
                note=away.note, source=away.source, created_at=at, created_by=by.user,
            )
            for away in listed
        )  # fmt: skip


def conflicts(row: Unavailability, at: datetime) -> list[tuple[Schedule, rota.Shift]]:
    """Return the shifts, shadow ones left out, that a person would serve while away."""
    start, end = max(row.starts_at, at), row.ends_at
    if start >= end:
        return []
    schedules = Schedule.objects.in_bulk(schedules_of_people([row.user_id]))
    known = plans(schedules, since=start, until=end)
    return [
        (schedules[pk], shift)
        for pk, plan in known.items()
        for shift in rota.final(plan, start, end)
        if shift.user == row.user_id and shift.seat != "shadow"
    ]


def require_away(by: Actor, user: User) -> None:
    """Raise NotAllowed unless the actor may say when a person is away: the person, or a manager of a team of theirs."""
    if by.user is not None and by.user.pk == user.pk:
        require(by, "oncall.swap")
        return
    require_lead(by, user)


def _faults(away: Away, at: datetime) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if away.ends_at <= away.starts_at:
        found["end"] = ["An absence must end after it starts."]
    elif away.ends_at <= at:
        found["end"] = ["That time is over already."]
    elif away.ends_at - away.starts_at > LONGEST:
        found["end"] = ["An absence lasts a year at most."]
    for name, word, words in (
        ("kind", away.kind, Unavailability.Kind.values),
        ("mode", away.mode, Unavailability.Mode.values),
    ):
        if word not in words:
            found[name] = [f"{name} is one of {', '.join(words)}."]
    return found
