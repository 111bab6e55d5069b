"""The pager's panels of Now: who is on call, how the pager is, where nobody is on call (staff.md 7.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import (
    Aggregate,
    CharField,
    Count,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
)
from django.http import HttpRequest
from django.urls import reverse

from core.admin.panel import Panel
from core.admin.rights import allows
from core.memo import once_per_request
from core.models import User
from core.navigation import Waiting
from core.pulse import pulse
from notify.models import Delivery
from oncall import rota
from oncall.models import ContactMethod, Schedule, plans

AHEAD = timedelta(days=30)
SHOWN = 12
BEAT_LIMIT = timedelta(seconds=60)
WINDOW = timedelta(days=30)  # how far back a test message is looked for
LONGEST_WAY = timedelta(days=2)  # what left within the hour was not made earlier


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

    @property
    def url(self) -> str:
        """Return where it is filled: the schedule's form, with this gap."""
        query = urlencode({"kind": "gap", "at": f"{self.starts_at:%Y-%m-%dT%H:%M:%SZ}"})
        return f"{reverse('admin:oncall_schedule_plan', args=[self.schedule.pk])}?{query}"


def on_call(request: HttpRequest, at: datetime) -> Panel | None:
    """Return who is on call now by every schedule, and the reader's own turn."""
    if not allows(request, "oncall.view"):
        return None
    user = cast(User, request.user)
    rows = _schedules(at)
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
def _schedules(at: datetime) -> list[Schedule]:
    """Return all schedules."""
    return list(Schedule.objects.order_by("name"))


@once_per_request
def _plans(at: datetime) -> dict[int, rota.Plan]:
    """Return the plans of all schedules, from `at` on."""
    return plans([row.pk for row in _schedules(at)], since=at, is_ahead=True)


@once_per_request
def _contacts(user_id: int) -> list[ContactMethod]:
    return list(ContactMethod.objects.filter(responder__user=user_id, responder__is_active=True))


def _duties(rows: list[Schedule], at: datetime) -> list[Duty]:
    known = _plans(at)
    answers = [(row, *_answer(known[row.pk], at)) for row in rows]
    named = {
        pk for _, now, later in answers for pk in (*now.users, *(later.users if later else ()))
    }
    people = User.objects.in_bulk(named)
    return [
        Duty(
            row,
            _named(people, now.users),
            _named(people, later.users if later else ()),
            later.starts_at if later else None,
        )
        for row, now, later in answers
    ]


def _answer(plan: rota.Plan, at: datetime) -> tuple[rota.Answer, rota.Segment | None]:
    return rota.who(plan, at), rota.next_after(plan, at)


def _named(people: dict[int, User], ids: Iterable[int]) -> tuple[User, ...]:
    return tuple(people[one] for one in ids if one in people)


def health(request: HttpRequest, at: datetime) -> Panel | None:
    """Return whether pages leave: the engine's beat, the last test, what is due, each channel's failures."""
    if not allows(request, "oncall.view"):
        return None
    beat = pulse().beats.get("engine")
    is_well = beat is not None and at - beat.beat_at <= BEAT_LIMIT
    data = {"beat": beat, "is_well": is_well, "at": at, **_sent(at)}
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


def _sent(at: datetime) -> dict[str, Any]:
    """Return the last test, the oldest message that is due, and what failed and left within an hour; one statement."""
    hour = at - timedelta(hours=1)
    tests = Delivery.objects.left().filter(kind="test", created_at__gte=at - WINDOW)
    unsent = Q(state=Delivery.State.PENDING) | Q(state=Delivery.State.LEASED)
    due = Delivery.objects.filter(unsent, not_before__lte=at)
    recent = Delivery.objects.filter(created_at__gte=at - LONGEST_WAY)
    parts = [
        _asked("tested", tests, Max("sent_at")),
        _asked("oldest", due, Min("not_before")),
        _asked("failed", recent.filter(state="failed", created_at__gte=hour), Min("created_at")),
        _asked("left", recent.left().filter(sent_at__gte=hour), Min("created_at")),
    ]
    found = {
        name: (moment, number) for name, moment, number in parts[0].union(*parts[1:], all=True)
    }
    moments = {name: found[name][0] for name in ("tested", "oldest")}
    return {**moments, **{name: found[name][1] for name in ("failed", "left")}}


def _asked(name: str, rows: QuerySet[Any], moment: Aggregate) -> QuerySet[Any, Any]:
    named = rows.order_by().values(name=Value(name, output_field=CharField()))
    made: QuerySet[Any, Any] = named.annotate(moment=moment, number=Count("pk"))
    return made.values_list("name", "moment", "number")


def holes(request: HttpRequest, at: datetime) -> Panel | None:
    """Return where nobody is on call within 30 days."""
    if not allows(request, "oncall.view"):
        return None
    found = [
        Hole(row, gap.starts_at, gap.ends_at)
        for row in _schedules(at)
        for gap in rota.gaps(_plans(at)[row.pk], at, at + AHEAD, row.expected, row.zone)
    ]
    found.sort(key=lambda hole: hole.starts_at)
    return Panel(
        "Coverage gaps", key="holes", area="below", template="oncall/now/holes.html", data={"rows": [(one, allows(request, "oncall.edit_schedule", one.schedule)) for one in found[:4]], "number": len(found)},
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
