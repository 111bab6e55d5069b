"""Readiness: whoever is on call within two weeks can be reached by two channels that were proven lately.

Otherwise they and the schedule's managers are told, once per shift and before it. It changes nobody's turn.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from core.models import User
from oncall import rota
from oncall.actions.duties import HORIZON, Duties, all_duties, duties_of
from oncall.actions.eligibility import ineligible
from oncall.actions.rules import Rules, rules_of
from oncall.actions.scope import managers_of, schedules_of_people
from oncall.actions.shift_notices import Word, tell
from oncall.models import ContactMethod, Schedule
from oncall.rota.civil import to_wall

NEEDED = 2
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Readiness:
    """How well somebody can be reached in their next stint of a schedule.

    `confirmed`: channels that pages go to; `proven`: those of them whose latest message arrived within 30 days;
    `missing`: what to do, as sentences; none: ready. `lacking`: why they are not eligible for it, as sentences (R136).
    """

    schedule: Schedule
    stint: rota.Stint
    mark: str
    confirmed: tuple[str, ...]
    proven: tuple[str, ...]
    missing: tuple[str, ...]
    lacking: tuple[str, ...] = ()


def readiness(duties: Duties, rules: Rules) -> list[Readiness]:
    """Return everybody who is on call within 14 days, each once for each seat, in order of their shifts."""
    first: dict[tuple[int, str], rota.Stint] = {}
    for stint in duties.stints:
        if stint.ends_at > duties.at and stint.starts_at < duties.at + HORIZON:
            first.setdefault((stint.user, stint.seat), stint)
    ways = ways_of({user for user, _ in first}, duties.at)
    begins: dict[int, datetime] = {}
    for stint in first.values():
        begins.setdefault(stint.user, stint.starts_at)
    lacking = {one.user: one.missing for one in ineligible(begins, rules)}
    return [
        Readiness(
            duties.schedule,
            stint,
            duties.mark(stint),
            way.confirmed,
            way.proven,
            way.missing,
            lacking.get(stint.user, ()),
        )
        for stint in first.values()
        for way in [ways[stint.user]]
    ]


def readiness_of(user: User, at: datetime) -> list[Readiness]:
    """Return one person's readiness for each schedule that they serve within 14 days."""
    schedules = Schedule.objects.filter(pk__in=schedules_of_people([user.pk])).order_by("name")
    found = [
        one
        for schedule in schedules
        for one in readiness(duties_of(schedule, at), rules_of(schedule))
    ]
    return [one for one in found if one.stint.user == user.pk]


def tell_unready(at: datetime) -> int:
    """Tell whoever is not ready or not eligible, and the managers, once per shift; return how many words went out."""
    found = [
        one for duties in all_duties(at) for one in readiness(duties, rules_of(duties.schedule))
    ]
    return sum(_tell(one, at) for one in found if one.missing) + sum(
        _tell_lacking(one, at) for one in found if one.lacking
    )


def _tell(found: Readiness, at: datetime) -> int:
    user = User.objects.get(pk=found.stint.user)
    schedule, name, shift = found.schedule, user.display_name, _shift(found)
    own = Word(
        f"unready:{found.mark}:{user.pk}",
        f"Be reachable for {schedule.name}",
        [shift, *found.missing],
        "/admin/contacts/",
    )
    other = Word(
        f"unready:{found.mark}:{user.pk}",
        f"{name} may not be reached on call for {schedule.name}",
        [shift, f"{name} was told as well.", *found.missing],
        f"/admin/oncall/schedule/{schedule.pk}/change/",
    )
    with transaction.atomic():
        return tell([user.pk], own, at=at) + tell(managers_of(schedule), other, at=at)


def _tell_lacking(found: Readiness, at: datetime) -> int:
    user = User.objects.get(pk=found.stint.user)
    schedule, name, shift = found.schedule, user.display_name, _shift(found)
    occasion = f"ineligible:{found.mark}:{user.pk}"
    stays = "The turns stay as they are; the schedule alone decides who is paged."
    own = Word(
        occasion, f"Before your shift of {schedule.name}: you are not eligible yet",
        [shift, *found.lacking, stays, "Your managers were told as well: ask them for a swap, or for what is missing."],
        f"/admin/core/user/{user.pk}/change/",
    )  # fmt: skip
    other = Word(
        occasion, f"{name} is not eligible yet and on call for {schedule.name}",
        [shift, f"{name} was told as well.", *found.lacking, stays], f"/admin/core/user/{user.pk}/change/",
    )  # fmt: skip
    with transaction.atomic():
        return tell([user.pk], own, at=at) + tell(managers_of(schedule), other, at=at)


def _shift(found: Readiness) -> str:
    zone = found.schedule.zone
    begins = f"{to_wall(found.stint.starts_at, zone):%a %d %b %H:%M} ({zone})"
    return f"The shift of {found.schedule.name}, {found.stint.seat}, begins {begins}."


@dataclass(frozen=True, slots=True)
class Ways:
    """The channels that lead to somebody: those that pages go to, and those of them proven within 30 days.

    `missing`: what to do, as sentences; `proven_at`: when the latest message arrived, None for none of those days.
    """

    confirmed: tuple[str, ...]
    proven: tuple[str, ...]
    missing: tuple[str, ...]
    proven_at: datetime | None


def ways_of(users: Collection[int], at: datetime) -> dict[int, Ways]:
    """Return the ways to each of these people at `at`, by id; two statements. Nobody is left out."""
    barred = Q(is_active=False) | Q(responder__is_active=False)
    off = {
        pk: "Paging this person is switched off." if is_active else "The account is switched off."
        for pk, is_active in User.objects.filter(barred, pk__in=users).values_list(
            "pk", "is_active"
        )
    }
    contacts: dict[int, list[ContactMethod]] = {user: [] for user in users}
    rows = ContactMethod.objects.filter(responder__user__in=users).order_by("position", "pk")
    for row in rows.select_related("responder"):
        contacts[row.responder.user_id].append(row)
    return {user: _judged(listed, at, off.get(user, "")) for user, listed in contacts.items()}


def _judged(contacts: Sequence[ContactMethod], at: datetime, why_not: str) -> Ways:
    usable = [one for one in contacts if one.verified_at is not None and one.disabled_at is None]
    confirmed = _channels(usable)
    arrived = [one for one in usable if one.last_ok_at is not None and one.last_ok_at > at - RECENT]
    proven = _channels(arrived)
    latest = max((one.last_ok_at for one in arrived if one.last_ok_at), default=None)
    if why_not:
        return Ways(confirmed, proven, (why_not,), latest)
    missing = []
    if not confirmed:
        missing.append("No contact is confirmed: add one and confirm it.")
    if len(confirmed) < NEEDED:
        missing.append(f"Pages go to {_count(confirmed)}; {NEEDED} are needed, in case one fails.")
    stale = [one for one in confirmed if one not in proven]
    if stale and len(proven) < NEEDED:
        missing.append(
            f"Nothing has arrived by {' or '.join(stale)} in the last {RECENT.days} days: send a test page."
        )
    return Ways(confirmed, proven, tuple(missing), latest)


def _count(channels: Sequence[str]) -> str:
    return f"one channel, {channels[0]}" if channels else "no channel"


def _channels(contacts: Iterable[ContactMethod]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.channel for one in contacts))
