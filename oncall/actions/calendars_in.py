"""Foreign calendars taken in: as absences of a person, or as the turns of a layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from core.actor import Actor
from core.errors import Invalid, NotPossible
from core.models import User
from core.permissions import require
from oncall.actions.absences import Away, change_absences
from oncall.actions.overrides import EDIT, refuse_unfit, store
from oncall.actions.schedules import turning
from oncall.actions.wish import Wish
from oncall.models import ForeignCalendar, Layer, Override, Unavailability
from oncall.rota.foreign import BadCalendar, Entry, entries

LARGEST = 1024 * 1024
AHEAD = timedelta(days=190)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a calendar: how many entries are new, stay and went, and names that nobody bears."""

    added: int
    kept: int
    cancelled: int
    unknown: tuple[str, ...] = ()


def take_absences(
    user: User, content: str, *, mode: str = "flag", by: Actor, at: datetime
) -> Taken:
    """Let a calendar say when a person is away in the next half year; what it no longer has is taken back.

    Raises NotAllowed, Invalid, NotPossible where the person follows a calendar at an address; then nothing is changed.
    """
    _refuse_followed(ForeignCalendar.objects.filter(user=user), user.display_name)
    return apply_absences(user, content, mode=mode, by=by, at=at)


def apply_absences(user: User, content: str, *, mode: str, by: Actor, at: datetime) -> Taken:
    """Do as `take_absences` does, also for a calendar at an address. Raises NotAllowed, Invalid."""
    spans = {(max(one.starts_at, at), one.ends_at) for one in _read(content, user.time_zone, at)}
    with transaction.atomic():
        rows = Unavailability.objects.valid().filter(user=user, source="ical", ends_at__gt=at)
        known = {(max(row.starts_at, at), row.ends_at): row for row in rows}
        fresh = [
            Away(user, *span, mode=mode, note="from a calendar", source="ical")
            for span in sorted(spans - known.keys())
        ]
        gone = [row.pk for span, row in known.items() if span not in spans]
        change_absences(user, fresh, gone, by=by, at=at)
    return Taken(len(fresh), len(spans & known.keys()), len(gone))


def take_turns(layer: Layer, content: str, *, by: Actor, at: datetime) -> Taken:
    """Let a calendar say who holds a layer in the next half year: its people by e-mail, username or name.

    Names that nobody active bears are told and leave the layer as it is; whoever's shifts move is told once. Raises
    NotAllowed, Invalid, NotPossible where the layer follows a calendar at an address.
    """
    _refuse_followed(ForeignCalendar.objects.filter(layer=layer), layer.name)
    return apply_turns(layer, content, by=by, at=at)


def apply_turns(layer: Layer, content: str, *, by: Actor, at: datetime) -> Taken:
    """Do as `take_turns` does, also for a calendar at an address.

    Raises NotAllowed, Invalid; then nothing is changed.
    """
    occasion = f"calendar:{at.isoformat()}"
    with (
        transaction.atomic(),
        turning([layer.schedule_id], occasion, by=by, at=at) as [schedule],
    ):
        require(by, EDIT, schedule)
        layer.schedule = schedule
        listed = _read(content, schedule.zone, at)
        people = _people()
        wanted = {
            (user.pk, max(one.starts_at, at), one.ends_at): user
            for one in listed
            if (user := _meant(one, people)) is not None
        }
        added, gone = _follow(layer, wanted, by=by, at=at)
    unknown = sorted({one.names[0] for one in listed if _meant(one, people) is None})
    return Taken(added, len(wanted) - added, gone, tuple(unknown))


def _refuse_followed(rows: QuerySet[ForeignCalendar], name: str) -> None:
    if host := rows.values_list("host", flat=True).first():
        raise NotPossible(
            f"{name} follows the calendar at {host}, which would undo this; take that away first."
        )


def _read(content: str, zone: str, at: datetime) -> list[Entry]:
    if len(content.encode()) > LARGEST:
        raise Invalid.field("/calendar", f"A calendar has at most {LARGEST // 1024} KiB.")
    try:
        return entries(content, zone, at, at + AHEAD)
    except BadCalendar as error:
        raise Invalid.field("/calendar", str(error)) from error


def _follow(
    layer: Layer, wanted: Mapping[tuple[int, datetime, datetime], User], *, by: Actor, at: datetime
) -> tuple[int, int]:
    """Cancel covers that the calendar no longer has, add those that are new; return how many of each are added and gone."""
    rows = Override.objects.filter(
        layer=layer, source=Override.Source.ICAL, cancelled_at=None, ends_at__gt=at
    )
    known = {(row.user_id, max(row.starts_at, at), row.ends_at): row.pk for row in rows}
    gone = [pk for key, pk in known.items() if key not in wanted]
    Override.objects.filter(pk__in=gone).update(cancelled_at=at, cancelled_by=by.user)
    fresh = sorted(wanted.keys() - known.keys(), key=lambda one: one[1:])
    for user, starts_at, ends_at in fresh:
        wish = Wish(
            "cover", starts_at, ends_at, user=wanted[user, starts_at, ends_at], layer=layer, reason="from a calendar",
            source=Override.Source.ICAL,
        )  # fmt: skip
        refuse_unfit(layer.schedule, wish, at)
        store(layer.schedule, wish, by=by, at=at)
    return len(fresh), len(gone)


def _people() -> dict[str, User]:
    """Return active people by everything that they may be called, in lower case; an ambiguous name is nobody's."""
    found: dict[str, User | None] = {}
    for user in User.objects.filter(is_active=True):
        for name in {user.username.lower(), user.email.lower(), user.display_name.lower()} - {""}:
            found[name] = None if name in found else user
    return {name: user for name, user in found.items() if user is not None}


def _meant(entry: Entry, people: dict[str, User]) -> User | None:
    return next((people[name.lower()] for name in entry.names if name.lower() in people), None)
