"""Covers: somebody takes a span of a schedule. Never deleted, only cancelled, so the past stays told."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound, NotPossible
from core.models import User
from core.permissions import require
from oncall import rota
from oncall.models import Override, Schedule


def add_cover(  # noqa: PLR0913  these are the fields of the form
    schedule: Schedule,
    user: User,
    *,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    at: datetime,
    replaces: User | None = None,
) -> Override:
    """Let `user` answer for a schedule from `starts_at` to `ends_at` (aware UTC); with `replaces` only in their turns.

    Raises NotAllowed, Invalid with what is wrong in words.
    """
    require(by, "oncall.edit_schedule", schedule)
    cover = Override(
        schedule=schedule,
        user=user,
        replaces=replaces,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=at,
    )
    wrong = rota.override_faults(
        rota.Override(0, starts_at, ends_at, user.pk, replaces.pk if replaces is not None else None)
    )
    if ends_at <= at:
        wrong.append("The cover is over already; the past is not rewritten.")
    if not user.is_active:
        wrong.append(f"{user.display_name} can't sign in any more and would not be paged.")
    if wrong:
        raise Invalid.field("/starts_at", " ".join(wrong))
    cover.save(force_insert=True)
    return cover


def cancel_cover(cover_id: int, *, by: Actor, at: datetime) -> Override:
    """End a cover: one that runs ends at `at`, one to come never begins. Twice changes nothing.

    Raises NotFound, NotAllowed, NotPossible when it is over.
    """
    with transaction.atomic():
        rows = Override.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "schedule"
        )
        cover = rows.filter(pk=cover_id).first()
        if cover is None:
            raise NotFound("There is no such cover.")
        require(by, "oncall.edit_schedule", cover.schedule)
        if cover.ends_at <= at:
            raise NotPossible("This cover is over; the past is not rewritten.")
        if cover.cancelled_at is None:
            if cover.starts_at < at:
                cover.ends_at = at
            else:
                cover.cancelled_at = at
            cover.save(update_fields=["ends_at", "cancelled_at"])
        return cover
