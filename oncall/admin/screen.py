"""The screen of one schedule: the sentence, the picture, coverage, your shifts, the load, the layers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin import live
from core.admin.buttons import Button
from core.admin.panel import opts_of
from core.admin.rights import allows, who
from oncall import rota
from oncall.admin import period as periods
from oncall.admin import picture
from oncall.admin.bars import Link, when
from oncall.admin.coverage import coverage
from oncall.admin.lanes import Known
from oncall.admin.load import load
from oncall.admin.own_shifts import own_shifts, reach
from oncall.admin.people import People
from oncall.admin.rotations import versions
from oncall.admin.schedule_data import Read, answer, read
from oncall.models import Schedule

EDIT = "oncall.edit_schedule"
OWN_SHOWN = 4
_UNREADABLE = (
    "Not all of this schedule can be read: it names a time zone or a first handoff that is none. Nobody serves by such a"
    " layer, and a zone that is none is shown as UTC. Write the zone or the layer anew."
)
_PARTS = {"picture": "oncall/schedule/_picture_part.html"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One swap that waits for an answer."""

    words: str
    spans: str
    state: str
    url: str


def show(request: HttpRequest, schedule: Schedule, buttons: Sequence[Button]) -> HttpResponse:
    """Return the screen, or with ?part=picture the picture alone."""
    at, reader = clock.now(), who(request).user
    if reader is None:
        raise PermissionDenied
    period = periods.asked(
        request.GET.get("from", ""), request.GET.get("span", ""), schedule.zone, at
    )
    found = read(schedule, reader, period, at)
    may_edit = allows(request, EDIT, schedule)
    may_ask = may_edit or allows(request, "oncall.swap", schedule)
    link = links(found, may_edit=may_edit, may_ask=may_ask)
    gaps = coverage(found.known, found.people, at, link)
    is_mine = request.GET.get("show") == "mine"
    look = picture.Look(reader, at, link, is_mine=is_mine)
    told = versions(found.known, found.people, at)
    context: dict[str, Any] = {
        "schedule": schedule,
        "at": at,
        "answer": answer(found.known, found.people, at, gaps.number),
        "picture": picture.draw(found.known, period, found.people, look),
        "mine": is_mine,
        "layers": [one for one in told if one.tense != "past"],
        "past_layers": [one for one in told if one.tense == "past"],
    }
    fragment = live.part(request, _PARTS, context)
    if fragment is not None:
        return fragment
    if not found.is_readable:
        messages.error(request, _UNREADABLE)
    context |= _panels(found) | {
        "coverage": gaps,
        "buttons": _offered(found, buttons),
        "may_edit": may_edit,
        "may_ask": may_ask,
        "same_query": urlencode({"from": period.first.isoformat(), "span": period.span}),
        **_frame(schedule),
    }
    context = {**admin.site.each_context(request), **context}
    request.current_app = admin.site.name
    return TemplateResponse(request, "oncall/schedule/screen.html", context)


def links(found: Read, *, may_edit: bool, may_ask: bool) -> Link:
    """Return where a bar leads: a manager covers it, a person finds cover for an own one; what is over stays."""
    plan_url = reverse("admin:oncall_schedule_plan", args=[found.known.schedule.pk])

    def link(one: rota.Segment, user: int | None) -> str:
        own = user == found.reader.pk
        if one.ends_at <= found.at or not (may_edit or (may_ask and own)):
            return ""
        moment = max(one.starts_at, found.at)
        kind = "gap" if user is None else "cover" if may_edit else "swap"
        query = {"kind": kind, "at": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
        return f"{plan_url}?{urlencode(query | ({'who': str(user)} if user else {}))}"

    return link


def _panels(found: Read) -> dict[str, Any]:
    known, people, at = found.known, found.people, found.at
    names = {pk: one.short for pk, one in people.items()}
    own = own_shifts(found.own, found.plans, found.reader, at, names)
    return {
        "own": own[:OWN_SHOWN],
        "reach": reach(found.reader, at),
        "load": load(found.plan, people, known.schedule, at),
        "asked": waiting(known, people),
    }


def _frame(schedule: Schedule) -> dict[str, Any]:
    return {
        "title": schedule.name,
        "opts": opts_of(schedule),
        "original": schedule,
        "plan_url": reverse("admin:oncall_schedule_plan", args=[schedule.pk]),
        "new_layer_url": reverse("admin:oncall_schedule_new_layer", args=[schedule.pk]),
        "press_url": "admin:oncall_schedule_press",
    }


def _offered(found: Read, buttons: Sequence[Button]) -> list[Button]:
    """Leave out what whoever is on call now has no use for."""
    has_it = found.reader.pk in rota.on_call(found.plan, found.at)
    return [one for one in buttons if not (one.name == "take_pager" and has_it)]


def waiting(known: Known, people: People) -> list[Waiting]:
    """Return the swaps that wait for an answer, each with its one or two stretches."""
    by_swap: dict[int, list[Any]] = {}
    for leg in known.asked:
        by_swap.setdefault(leg.swap_id, []).append(leg)
    found = []
    for legs in by_swap.values():
        swap = legs[0].swap
        taker = swap.taker.display_name if swap.taker else "anybody"
        spans = [when(leg.starts_at, leg.ends_at, known.schedule.zone) for leg in legs]
        found.append(
            Waiting(
                f"{swap.owner.display_name} asks {taker} to serve", ", in return ".join(spans),
                swap.get_state_display(), reverse("admin:oncall_swap_change", args=[swap.pk]),
            )
        )  # fmt: skip
    return found
