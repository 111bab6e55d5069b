"""Unavailability: a person says when they are away (R137); a skipping absence passes their turns on, and tells to whom."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound, NotPossible
from core.models import User
from core.permissions import require
from oncall import rota
from oncall.actions.ledger import freeze, locked
from oncall.actions.schedules import settle
from oncall.actions.scope import require_lead
from oncall.models import RotationSlot, Schedule, Unavailability, plan_of, plans

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

    Raises NotAllowed, Invalid.
    """
    [row] = add_absences(away.user, [away], by=by, at=at)
    return row


def add_absences(
    user: User, listed: Sequence[Away], *, by: Actor, at: datetime
) -> list[Unavailability]:
    """Note when one person is away, all of it or nothing. Raises NotAllowed, Invalid."""
    require_away(by, user)
    for away in listed:
        if wrong := _faults(away, at):
            raise Invalid.fields(wrong)
    passes = any(away.mode == Unavailability.Mode.SKIP for away in listed)
    with transaction.atomic(), _passing(user, passes, "away", by, at):
        return Unavailability.objects.bulk_create(
            Unavailability(
                user=user, kind=away.kind, mode=away.mode, starts_at=away.starts_at, ends_at=away.ends_at,
                note=away.note, source=away.source, created_at=at, created_by=by.user,
            )
            for away in listed
        )  # fmt: skip


def cancel_absence(absence_id: int, *, by: Actor, at: datetime) -> Unavailability:
    """Take an absence back; twice changes nothing. Raises NotFound, NotAllowed, NotPossible when it is over."""
    with transaction.atomic():
        rows = Unavailability.objects.select_for_update(no_key=True, of=("self",))
        row = rows.select_related("user").filter(pk=absence_id).first()
        if row is None:
            raise NotFound("There is no such absence.")
        require_away(by, row.user)
        if row.cancelled_at is None:
            if row.ends_at <= at:
                raise NotPossible("This absence is over.")
            take_back(row.user, [row.pk], by=by, at=at)
            row.cancelled_at = at
        return row


def take_back(user: User, ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """End absences of one person that are not over; what they did so far stays. Raises NotAllowed."""
    require_away(by, user)
    rows = Unavailability.objects.filter(pk__in=ids)
    passes = rows.filter(mode=Unavailability.Mode.SKIP).exists()
    with transaction.atomic(), _passing(user, passes, "back", by, at):
        rows.update(cancelled_at=at)


def conflicts(row: Unavailability, at: datetime) -> list[tuple[Schedule, rota.Shift]]:
    """Return the shifts, shadow ones left out, that a person would serve while away."""
    start, end = max(row.starts_at, at), row.ends_at
    if start >= end:
        return []
    schedules = Schedule.objects.in_bulk(schedules_of(row.user_id))
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


@contextmanager
def _passing(user: User, passes: bool, word: str, by: Actor, at: datetime) -> Iterator[None]:
    """Hold the schedules that name a person while absences change; freeze what was served, tell whose turns move."""
    named = schedules_of(user.pk)
    if not passes:
        freeze(at, named)
        yield
        return
    held = [locked(pk, at) for pk in named]
    before = {row.pk: plan_of(row, since=at - rota.LOOK_AHEAD) for row in held}
    yield
    for row in held:
        occasion = f"{word}:{user.pk}:{at.isoformat()}"
        settle(row, before[row.pk], by=by, at=at, occasion=occasion)


def schedules_of(user_id: int) -> list[int]:
    """Return the ids of the schedules that name a person in a rotation or an override."""
    slots = RotationSlot.objects.filter(user=user_id, version__withdrawn_at=None)
    turns = slots.values_list("version__layer__schedule", flat=True)
    covers = Schedule.objects.filter(overrides__user=user_id).values_list("pk", flat=True)
    return sorted({*turns, *covers})


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
