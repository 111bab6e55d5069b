"""My shifts: what a person serves next, what waits for their answer, when they are away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin.rights import allows, who
from core.models import User
from core.templatetags.house import plural
from oncall.actions.swap_words import ANYBODY
from oncall.admin.bars import when
from oncall.admin.own_shifts import SEATS, OwnShift, next_of, own_shifts, reach, schedules_naming
from oncall.admin.people import people_of
from oncall.admin.swaps import EDIT, buttons, to_answer
from oncall.models import Swap, Unavailability, plans
from oncall.models.swap import STANDING

SHOWN = 20
BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verb:
    """One button of a row: where it POSTs, what it says."""

    url: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One swap or absence as listed."""

    title: str
    detail: str
    url: str
    state: str
    verbs: Sequence[Verb] = ()


def my_shifts(request: HttpRequest) -> HttpResponse:
    """Show the reader's shifts of half a year, swaps and time off."""
    user = who(request).user
    if user is None or not allows(request, "oncall.view"):
        raise PermissionDenied
    at = clock.now()
    schedules = schedules_naming(user)
    known = plans(schedules, since=at - BACK)
    drawn = people_of([user.pk, *{one.user for plan in known.values() for one in plan.overrides if one.user}])  # fmt: skip
    found = own_shifts(schedules, known, user, at, {pk: one.name for pk, one in drawn.items()})
    answers = list(to_answer(user))
    context = {
        **admin.site.each_context(request),
        "title": "My shifts",
        "said": _said(found),
        "shifts": found[:SHOWN],
        "left_out": max(0, len(found) - SHOWN),
        "reach": reach(user, at),
        "answers": [_swap(row, user, request) for row in answers],
        "swaps": [_swap(row, user, request) for row in _own_swaps(user, answers, at)],
        "absences": [_absence(row, user) for row in _away(user, at)],
        "may_ask": allows(request, "oncall.swap"),
        "zone": user.time_zone,
        "at": at,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "oncall/schedule/my_shifts.html", context)


def _said(found: Sequence[OwnShift]) -> str:
    now = [one for one in found if one.is_now and one.seat != SEATS["shadow"]]
    later = next_of(found)
    first = f"You are on call now: {', '.join(_named(one) for one in now)}, until {now[0].ends}." if now else "You are not on call now."  # fmt: skip
    if later is None:
        return f"{first} Nothing else in the next 26 weeks."
    return f"{first} Next: {later.schedule.name}, {later.begins}, {later.length}."


def _named(one: OwnShift) -> str:
    return (
        f"{one.schedule.name} as {one.seat}"
        if one.seat == SEATS["secondary"]
        else one.schedule.name
    )


def _own_swaps(user: User, known: Sequence[Swap], at: datetime) -> QuerySet[Swap]:
    """Return the swaps that the reader asked for or takes, as far as they are not over."""
    rows = Swap.objects.filter(Q(owner=user) | Q(taker=user) | Q(created_by=user))
    rows = rows.filter(state__in=STANDING, legs__ends_at__gt=at).distinct()
    rows = rows.exclude(pk__in=[one.pk for one in known])
    return rows.select_related("schedule", "owner", "taker").prefetch_related("legs")[:SHOWN]


def _swap(swap: Swap, user: User, request: HttpRequest) -> Row:
    zone = swap.schedule.zone
    spans = [when(leg.starts_at, leg.ends_at, zone) for leg in swap.legs.all()]
    taker = swap.taker.display_name if swap.taker else ANYBODY
    shown = buttons(swap, user, may_edit=allows(request, EDIT, swap.schedule))
    verbs = [
        Verb(reverse("admin:oncall_swap_press", args=[swap.pk, one.name]), one.name, one.label)
        for one in shown
        if one.shown
    ]
    detail = f"{', in return '.join(spans)} ({zone}){f': {swap.note}' if swap.note else ''}"
    title = f"{swap.schedule.name}: {swap.owner.display_name} asks {taker}"
    url = reverse("admin:oncall_swap_change", args=[swap.pk])
    return Row(title, detail, url, swap.get_state_display(), verbs)


def _away(user: User, at: datetime) -> QuerySet[Unavailability]:
    rows = Unavailability.objects.valid().filter(user=user, ends_at__gt=at)
    return rows.order_by("starts_at")[:SHOWN]


def _absence(row: Unavailability, user: User) -> Row:
    press = reverse("admin:oncall_unavailability_press", args=[row.pk, "take_back"])
    days = plural(max(1, round((row.ends_at - row.starts_at) / timedelta(days=1))), "day,days")
    return Row(
        when(row.starts_at, row.ends_at, user.time_zone or "UTC"),
        f"{row.get_kind_display()}, about {days}{f': {row.note}' if row.note else ''}",
        reverse("admin:oncall_unavailability_change", args=[row.pk]),
        row.get_mode_display().split(":")[0],
        [Verb(press, "take_back", "Take it back")],
    )
