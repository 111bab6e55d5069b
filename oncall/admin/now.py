"""The pager's panels of Now: who is on call, how the pager is, where nobody is on call (staff.md 7.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db.models import Count, Max, Min, Prefetch, Q
from django.http import HttpRequest
from django.urls import reverse

from core.admin.panel import Panel
from core.admin.rights import allows
from core.memo import once_per_request
from core.models import User
from core.navigation import Waiting
from notify.models import Delivery
from oncall import rota
from oncall.actions.wellbeing import beats
from oncall.models import ContactMethod, Override, RotationSlot, Schedule

AHEAD = timedelta(days=30)
SHOWN = 12
BEAT_LIMIT = timedelta(seconds=60)
WINDOW = timedelta(days=30)  # how far back a test message is looked for


@dataclass(frozen=True, slots=True)
class Duty:
    """One schedule as drawn: who answers now, until when, who follows."""

    schedule: Schedule
    people: tuple[User, ...]
    following: tuple[User, ...]
    change_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch in which nobody is on call (UTC)."""

    schedule: Schedule
    starts_at: datetime
    ends_at: datetime
    url: str


def on_call(request: HttpRequest, at: datetime) -> Panel | None:
    """Return who is on call now by every schedule, and the reader's own turn."""
    if not allows(request, "oncall.view"):
        return None
    user = cast(User, request.user)
    rows = _schedules()
    duties = _duties(rows[:SHOWN], at)
    data = {
        "duties": duties,
        "more": len(rows) - len(duties),
        "mine": [duty for duty in duties if user in duty.people],
        "next": [duty for duty in duties if user in duty.following and user not in duty.people],
        "tested": max(
            (one.last_ok_at for one in _contacts(user.pk) if one.last_ok_at), default=None
        ),
        "at": at,
    }
    link = (reverse("admin:oncall_schedule_changelist"), "Schedules")
    return Panel(
        "On call now", key="on-call", area="rail", live=30, link=link, template="oncall/now/on_call.html", data=data,
    )  # fmt: skip


@once_per_request
def _schedules() -> list[Schedule]:
    """Return all schedules with their plans and the people named in them."""
    slots = Prefetch("layers__versions__slots", RotationSlot.objects.select_related("user"))
    covers = Prefetch("overrides", Override.objects.select_related("user"))
    return list(Schedule.objects.prefetch_related(slots, covers).order_by("name"))


def _people(rows: list[Schedule]) -> dict[int, User]:
    slots = (
        slot.user
        for row in rows
        for layer in row.layers.all()
        for version in layer.versions.all()
        for slot in version.slots.all()
    )
    covers = (cover.user for row in rows for cover in row.overrides.all())
    return {user.pk: user for user in (*slots, *covers) if user is not None}


@once_per_request
def _contacts(user_id: int) -> list[ContactMethod]:
    return list(ContactMethod.objects.filter(responder__user=user_id, responder__is_active=True))


def _duties(rows: list[Schedule], at: datetime) -> list[Duty]:
    answers = []
    for row in rows:
        plan = row.plan()
        answers.append((row, rota.who(plan, at), rota.next_after(plan, at)))
    people = _people(rows)
    return [
        Duty(
            row,
            _named(people, now.users),
            _named(people, later.users if later else ()),
            later.starts_at if later else None,
        )
        for row, now, later in answers
    ]


def _named(people: dict[int, User], ids: Iterable[int]) -> tuple[User, ...]:
    return tuple(people[one] for one in ids if one in people)


def health(request: HttpRequest, at: datetime) -> Panel | None:
    """Return whether pages leave: the engine's beat, the last test, what is due, each channel's failures."""
    if not allows(request, "oncall.view"):
        return None
    beat = beats().get("engine")
    hour = at - timedelta(hours=1)
    sent = Delivery.objects.filter(created_at__gte=at - WINDOW).aggregate(
        tested=Max("sent_at", filter=Q(kind="test")),
        oldest=Min("not_before", filter=Q(state__in=("pending", "leased"), not_before__lte=at)),
        failed=Count("pk", filter=Q(state="failed", created_at__gte=hour)),
        left=Count("pk", filter=Q(sent_at__gte=hour)),
    )
    is_well = beat is not None and at - beat.beat_at <= BEAT_LIMIT
    data = {"beat": beat, "is_well": is_well, "at": at, **sent}
    link = (reverse("admin:core_heartbeat_changelist"), "Parts running")
    return Panel(
        "Pager health",
        key="health",
        area="main",
        live=5,
        link=link,
        template="oncall/now/health.html",
        data=data,
    )


def holes(request: HttpRequest, at: datetime) -> Panel | None:
    """Return where nobody is on call within 30 days."""
    if not allows(request, "oncall.view"):
        return None
    found = [
        Hole(row, gap.starts_at, gap.ends_at, reverse("admin:oncall_override_add"))
        for row in _schedules()
        for gap in rota.gaps(row.plan(), at, at + AHEAD)
    ]
    found.sort(key=lambda hole: hole.starts_at)
    return Panel(
        "Coverage gaps", key="holes", area="below", template="oncall/now/holes.html", data={"rows": found[:4], "number": len(found), "at": at},
    )  # fmt: skip


def own_turn(user: User, at: datetime) -> list[Waiting]:
    """Return what a person's own paging still needs: a confirmed contact."""
    contacts = _contacts(user.pk)
    if not contacts or any(one.verified_at and not one.disabled_at for one in contacts):
        return []
    url = reverse("admin:oncall_responder_change", args=[contacts[0].responder_id])
    return [
        Waiting(
            "phone",
            "Confirm a contact",
            "nothing can reach you until one is confirmed",
            url,
            act="Do it",
        )
    ]
