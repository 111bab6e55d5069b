"""Cover, swap, fill a gap, add, take out: one row, what it would change, and only then the save (staff.md 7.5)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin import suggested
from core.admin.buttons import status_of, words
from core.admin.rights import allows, who
from core.errors import DomainError
from oncall import rota
from oncall.actions.drafts import with_overrides
from oncall.actions.eligibility import seat_warnings
from oncall.actions.impact import AHEAD, compare
from oncall.actions.overrides import add_override, refuse_unfit
from oncall.actions.rules import rules_of
from oncall.actions.swaps import offer_swap, refuse_offer
from oncall.admin import period as periods
from oncall.admin import picture
from oncall.admin.candidates import Picks, picks
from oncall.admin.coverage import AHEAD as YEAR
from oncall.admin.forms import unjudged
from oncall.admin.impact_shown import Shown, shown
from oncall.admin.lanes import Known
from oncall.admin.people import people_of
from oncall.admin.plan_forms import (
    ADD,
    COVER,
    GAP,
    KINDS,
    SWAP,
    Asked,
    Choices,
    PlanForm,
    asked,
    local,
    stretch,
)  # fmt: skip
from oncall.admin.schedule_data import Read, answer, read
from oncall.models import Layer, Schedule

EDIT = "oncall.edit_schedule"
TEMPLATE = "oncall/schedule/plan.html"
MOST_DIGITS = 18


@dataclass
class Desk:
    """One visit: what was read, which kind of change, what was typed, and what came of it."""

    request: HttpRequest
    schedule: Schedule
    found: Read
    kind: str
    form: PlanForm
    may_edit: bool
    impact: Shown | None = None
    draft: rota.Plan | None = None
    wanted: Asked | None = None
    picks: Picks | None = None
    problems: list[str] = field(default_factory=list)
    status: int = 200


def plan_page(request: HttpRequest, schedule: Schedule) -> HttpResponse:
    """Show the form; a POST shows what it would change, and with `save` does it."""
    desk = _desk(request, schedule)
    if suggested.is_asked(request):
        return suggested.answer(request, desk.form.fields)
    if request.method == "POST" and desk.form.is_valid():
        done = _pressed(desk)
        if done is not None:
            return done
    elif request.method == "POST" and "show" in request.POST:
        unjudged(desk.form)
    elif request.method == "POST":
        desk.status = 422
    _fill(desk)
    return TemplateResponse(request, TEMPLATE, _context(desk), status=desk.status)


def _desk(request: HttpRequest, schedule: Schedule) -> Desk:
    at = clock.now()
    reader = who(request).user
    may_edit = allows(request, EDIT, schedule)
    if reader is None or not (may_edit or allows(request, "oncall.swap", schedule)):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("kind", "")
    kind = kind if kind in KINDS and may_edit else COVER if may_edit else SWAP
    shown_ = _period(given, schedule, at)
    found = read(schedule, reader, shown_, at)
    return Desk(request, schedule, found, kind, _form(request, found, kind, may_edit), may_edit)


def _form(request: HttpRequest, found: Read, kind: str, may_edit: bool) -> PlanForm:
    choices = Choices(found.people, _layers(found.known), found.reader, own=not may_edit)
    if request.method == "POST":
        return PlanForm(_picked(request.POST), kind=kind, choices=choices)
    return PlanForm(None, kind=kind, choices=choices, initial=_initial(request, found, kind))


def _picked(posted: QueryDict) -> QueryDict:
    """Put a candidate who was pressed into the field for who serves."""
    data = posted.copy()
    if "pick" in posted:
        data.setlist("user", [posted.get("pick", "")])
    return data


def _layers(known: Known) -> list[Layer]:
    return [Layer(pk=pk, name=name, schedule=known.schedule) for pk, name in known.layers.items()]


def _initial(request: HttpRequest, found: Read, kind: str) -> dict[str, Any]:
    """Return what a click on the picture, or a link, fills in: `at`, `who`, `user`."""
    moment, person = _moment(request.GET.get("at", "")), request.GET.get("who", "")
    owner = int(person) if person.isdecimal() and len(person) < MOST_DIGITS else None
    part = _meant(found, kind, moment, owner)
    chosen = request.GET.get("user", "")
    user = int(chosen) if chosen.isdecimal() and len(chosen) < MOST_DIGITS else ""
    initial: dict[str, Any] = {"user": user, "subject": owner or ""}
    if part is None:
        return initial
    zone, users = found.known.schedule.zone, part.users
    begin = max(part.starts_at, found.at.replace(second=0, microsecond=0))
    return initial | {
        "subject": owner if owner in users else users[0] if users else "",
        "starts": local(begin, zone),
        "ends": local(part.ends_at, zone),
    }


def _meant(
    found: Read, kind: str, moment: datetime | None, owner: int | None
) -> rota.Segment | None:
    """Return the shift or the gap that a visit is about: what was clicked, else the reader's next shift, or the next gap."""
    row, at = found.known.schedule, found.at
    gaps = rota.gaps(found.plan, at, at + YEAR, row.expected, row.zone)
    if kind == GAP and moment is None:
        return gaps[0] if gaps else None
    if moment is not None:
        clicked = stretch(found.plan, moment, owner, gaps)
        if clicked is not None or kind in (GAP, ADD):
            return clicked
        there = rota.on_call(found.plan, moment)
        return stretch(found.plan, moment, owner if owner in there else there[0], gaps) if there else None  # fmt: skip
    mine = owner or found.reader.pk
    shifts = rota.segments(found.plan, at, at + AHEAD)
    first = next((one.starts_at for one in shifts if mine in one.users), None)
    return stretch(found.plan, first, mine, gaps) if first and kind != ADD else None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and periods.OLDEST < found.date() < periods.LATEST else None


def _period(given: QueryDict, schedule: Schedule, at: datetime) -> periods.Period:
    """Return the days to draw: those asked for, or those in which the change begins."""
    chosen = parse_qs(given.get("show", ""))
    first = (chosen.get("from") or [given.get("from", "")])[0]
    span = (chosen.get("span") or [given.get("span", "")])[0]
    return periods.asked(first or given.get("starts", "")[:10], span, schedule.zone, at)


def _pressed(desk: Desk) -> HttpResponse | None:
    """Judge what was asked, show its effect, and save it where `save` was pressed. None: show the page."""
    try:
        desk.wanted = asked(desk.form, desk.schedule.zone)
        _judge(desk, desk.wanted)
        if "save" in desk.request.POST:
            return _save(desk, desk.wanted)
    except DomainError as refusal:
        desk.problems.append(words(refusal))
        desk.status = status_of(refusal)
        return None
    _compare(desk, desk.wanted)
    return None


def _judge(desk: Desk, wanted: Asked) -> None:
    if wanted.offer is not None:
        refuse_offer(desk.schedule, wanted.offer, desk.found.at)
    for wish in wanted.wishes:
        refuse_unfit(desk.schedule, wish, desk.found.at)


def _save(desk: Desk, wanted: Asked) -> HttpResponse:
    by, at = who(desk.request), desk.found.at
    if wanted.offer is not None:
        swap = offer_swap(desk.schedule, wanted.offer, by=by, at=at)
        asked_whom = (
            swap.taker.display_name if swap.taker else "Everybody of the schedule and its team"
        )
        said = f"{asked_whom} is asked. Nothing changes until somebody accepts."
    else:
        for wish in wanted.wishes:
            add_override(desk.schedule, wish, by=by, at=at)
        said = "Saved. Everybody whose shifts moved is told."
    messages.success(desk.request, said)
    return HttpResponseRedirect(reverse("admin:oncall_schedule_change", args=[desk.schedule.pk]))


def _compare(desk: Desk, wanted: Asked) -> None:
    found, at = desk.found, desk.found.at
    named = [pk for wish in wanted.wishes for pk in (wish.user, wish.subject) if pk]
    missing = [one.pk for one in named if one.pk not in found.people]
    if missing:
        found.people.update(people_of([*found.people, *missing]))
    desk.draft = with_overrides(found.plan, wanted.wishes)
    latest = max([at + AHEAD, *(wish.ends_at for wish in wanted.wishes)])
    impact = compare(desk.schedule, found.plan, desk.draft, at, latest)
    seated = [wish.user.pk for wish in wanted.wishes if wish.user]
    early = seat_warnings(impact, seated, rules_of(desk.schedule))
    desk.impact = shown(impact, found.people, found.reader, desk.schedule.zone, early)


def _fill(desk: Desk) -> None:
    """Name the best candidates for the span in the form, where there is one."""
    span = desk.wanted.span if desk.wanted else _initial_span(desk)
    if span is None or "user" not in desk.form.fields or span[0] >= span[1]:
        return
    owner = desk.form.shown("subject")
    rules = rules_of(desk.schedule)
    desk.picks = picks(desk.found, span, owner.pk if owner else None, rules)


def _initial_span(desk: Desk) -> tuple[datetime, datetime] | None:
    starts, ends = (desk.form.initial.get(name) for name in ("starts", "ends"))
    if not starts or not ends:
        return None
    zone = desk.schedule.zone
    return rota.to_utc(datetime.fromisoformat(starts), zone), rota.to_utc(
        datetime.fromisoformat(ends), zone
    )


def _label(desk: Desk) -> str:
    if desk.kind == SWAP:
        taker = desk.form.person("user") if desk.form.is_bound and desk.form.is_valid() else None
        return f"Ask {taker.display_name}" if taker else "Ask everybody"
    told = len(desk.impact.told) if desk.impact else 0
    return f"Save and tell {told} {'person' if told == 1 else 'people'}" if told else "Save"


def _context(desk: Desk) -> dict[str, Any]:
    found, schedule = desk.found, desk.schedule
    given = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    first = desk.form.initial.get("starts") or given.get("starts", "")
    merged = given.copy()
    merged.setlistdefault("starts", [first])
    drawn = _period(merged, schedule, found.at)
    known = found.known
    if desk.draft is not None:
        known = Known(schedule, desk.draft, known.layers, known.away, known.asked)
    look = picture.Look(found.reader, found.at, is_draft=True)
    year = rota.gaps(found.plan, found.at, found.at + YEAR, schedule.expected, schedule.zone)
    return {
        **admin.site.each_context(desk.request),
        "title": schedule.name,
        "schedule": schedule,
        "answer": answer(found.known, found.people, found.at, len(year)),
        "layers": known.layers,
        "at": found.at,
        "picture": picture.draw(known, drawn, found.people, look),
        "form": desk.form,
        "kind": desk.kind,
        "kinds": KINDS.items() if desk.may_edit else [(SWAP, KINDS[SWAP])],
        "impact": desk.impact,
        "picks": desk.picks,
        "problems": desk.problems,
        "is_swap": desk.kind == SWAP,
        "is_gap": desk.kind == GAP,
        "save_label": _label(desk),
        "nothing": "Nothing moves until somebody accepts." if desk.kind == SWAP else "",
        "kept": {name: given.get(name, "") for name in ("at", "who")},
    }
