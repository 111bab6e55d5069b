"""Overrides: cover, substitute, add, remove. Never deleted, only cancelled, and nothing served is rewritten."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound, NotPossible
from core.models import User
from core.permissions import may, require
from oncall import rota
from oncall.actions.drafts import LATEST
from oncall.actions.events import publish
from oncall.actions.ledger import locked
from oncall.actions.moved import moves_of, tell_moved
from oncall.actions.wish import Wish
from oncall.models import Override, Schedule, plan_of

EDIT, TAKE = "oncall.edit_schedule", "oncall.take_pager"
LONGEST = timedelta(days=366)


def add_override(schedule: Schedule, wish: Wish, *, by: Actor, at: datetime) -> Override:
    """Let an override stand from now on.

    Raises NotAllowed, Invalid with what is wrong in words, NotPossible for people who would stand in for
    each other in a circle.
    """
    with transaction.atomic():
        kept = locked(schedule.pk, at)
        require(by, EDIT, kept)
        refuse_unfit(kept, wish, at)
        before = plan_of(kept, since=at - rota.LOOK_AHEAD)
        row = store(kept, wish, by=by, at=at)
        _tell(kept, before, row, by=by, at=at)
        return row


def refuse_unfit(schedule: Schedule, wish: Wish, at: datetime) -> None:
    """Raise Invalid or NotPossible unless the override can stand; the schedule is locked."""
    wrong = rota.override_faults(wish.value())
    if not wrong and wish.ends_at - wish.starts_at > LONGEST:
        wrong.append(rota.Fault("end", "An override lasts a year at most."))
    if not wrong and is_served(schedule, wish.starts_at, wish.ends_at, at):
        said = "That time is over already; what was served is not rewritten."
        wrong.append(rota.Fault("end", said))
    if wish.layer is not None and wish.layer.schedule_id != schedule.pk:
        wrong.append(rota.Fault("layer", f"The schedule {schedule.name} has no such layer."))
    if wish.user is not None and not wish.user.is_active:
        said = f"{wish.user.display_name} can't sign in any more and would not be paged."
        wrong.append(rota.Fault("user", said))
    if wrong:
        raise Invalid.fields({one.field: [one.said] for one in wrong})
    if wish.kind == "substitute":
        _refuse_circle(schedule, wish)


def store(schedule: Schedule, wish: Wish, *, by: Actor, at: datetime) -> Override:
    """Write an override that fits into a locked schedule."""
    return Override.objects.create(
        schedule=schedule, layer=wish.layer, kind=wish.kind, user=wish.user, subject=wish.subject,
        starts_at=wish.starts_at, ends_at=wish.ends_at, source=wish.source, reason=wish.reason,
        created_at=at, created_by=by.user,
    )  # fmt: skip


def is_served(schedule: Schedule, starts_at: datetime, ends_at: datetime, at: datetime) -> bool:
    """Return whether all of a stretch lies between the schedule's creation and now."""
    return ends_at <= at and starts_at >= schedule.created_at


def cancel_override(override_id: int, *, by: Actor, at: datetime) -> Override:
    """End an override: what it did until `at` was served and stays, the rest is as if it had never been.

    Who added it may end it as well. Twice changes nothing. Raises NotFound, NotAllowed, NotPossible when it is over.
    """
    with transaction.atomic():
        row = Override.objects.filter(pk=override_id).first()
        if row is None:
            raise NotFound("There is no such override.")
        schedule = locked(row.schedule_id, at)
        if not may_cancel(by, row):
            require(by, EDIT, schedule)
        if row.cancelled_at is not None:
            return row
        if is_served(schedule, row.starts_at, row.ends_at, at):
            raise NotPossible("This override is over; what was served is not rewritten.")
        before = plan_of(schedule, since=at - rota.LOOK_AHEAD)
        row.cancelled_at, row.cancelled_by = at, by.user
        row.save(update_fields=["cancelled_at", "cancelled_by"])
        _tell(schedule, before, row, by=by, at=at)
        return row


def take_pager(
    schedule: Schedule, *, ends_at: datetime | None = None, by: Actor, at: datetime
) -> Override:
    """Let the person take the pager from now on, until `ends_at` or the end of the running shift.

    Every Responder of the installation may: taking a page is never refused. Raises NotAllowed, Invalid, NotPossible
    where the person has it already.
    """
    require(by, TAKE, schedule)
    user = by.user
    if user is None:
        raise Invalid.field("/user", "Only a person takes the pager.")
    with transaction.atomic():
        kept = locked(schedule.pk, at)
        now = rota.who(plan_of(kept, since=at - rota.LOOK_AHEAD), at)
        if user.pk in now.users:
            raise NotPossible(f"{user.display_name} has the pager of {kept.name} already.")
        until = ends_at or min(now.until or at + timedelta(days=1), at + timedelta(days=7))
        wish = Wish(
            "cover", at, until, user=user, reason="took the pager", source=Override.Source.TAKE
        )
        refuse_unfit(kept, wish, at)
        before = plan_of(kept, since=at - rota.LOOK_AHEAD)
        row = store(kept, wish, by=by, at=at)
        _tell(kept, before, row, by=by, at=at)
        return row


def may_cancel(actor: Actor, row: Override) -> bool:
    """Return whether this person may end an override: who added it and may still take the pager, or a manager."""
    own = actor.user is not None and row.created_by_id == actor.user.pk
    return (own and may(actor, TAKE, row)) or may(actor, EDIT, row)


def _tell(schedule: Schedule, before: rota.Plan, row: Override, *, by: Actor, at: datetime) -> None:
    """Tell calendars, and those whose time an override moves, from now to its end."""
    publish(schedule, at)
    if row.ends_at > at:
        after = plan_of(schedule, since=at - rota.LOOK_AHEAD)
        moves = moves_of(before, after, max(at, row.starts_at), row.ends_at)
        tell_moved(schedule, moves, f"override:{row.pk}:{row.cancelled_at is None}", by=by, at=at)


def _refuse_circle(schedule: Schedule, wish: Wish) -> None:
    rows = schedule.overrides.filter(
        kind="substitute", cancelled_at=None, starts_at__lt=wish.ends_at, ends_at__gt=wish.starts_at
    )
    standing = [
        rota.Override(
            row.pk,
            row.starts_at,
            row.ends_at,
            row.user_id,
            row.subject_id,
            row.layer_id,
            "substitute",
        )
        for row in rows.order_by("pk")
    ]
    added = wish.value(seq=LATEST)
    for moment in {wish.starts_at, *(one.starts_at for one in standing)}:
        if circle := rota.cycle(_active([*standing, added], max(moment, wish.starts_at))):
            names = dict(User.objects.filter(pk__in=circle).values_list("pk", "username"))
            round_ = " → ".join(names[pk] for pk in (*circle, circle[0]))
            raise NotPossible(
                f"They would stand in for each other in a circle: {round_}. End one of the others first, or add a cover.",
                code="circular",
            )


def _active(overrides: Sequence[rota.Override], at: datetime) -> list[rota.Override]:
    return [one for one in overrides if one.starts_at <= at < one.ends_at]
