"""REST API of swaps, absences and taking the pager: what people do for themselves."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.actor import Actor
from core.api.auth import caller
from core.api.bodies import Body
from core.api.operations import ID, PAGING, SLUG, Operation
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.views import Door, address, fields, number
from core.errors import NotFound
from core.models import User
from core.permissions import require
from oncall.actions import swaps
from oncall.actions.absences import Away, add_absence, cancel_absence, conflicts
from oncall.actions.overrides import take_pager
from oncall.api import swap_shapes as shapes
from oncall.api.overrides import facts as override_facts
from oncall.api.reading import NEVER, person, schedule_of
from oncall.api.shapes import OVERRIDE
from oncall.models import Swap, Unavailability

VIEW = "oncall.view"
_SWAPS = Swap.objects.select_related("owner", "taker", "schedule").prefetch_related("legs")
_AWAY = Unavailability.objects.select_related("user")
_CODES = {
    "not_possible": "409: the swap is somewhere else already, or the shift moved.",
    "circular": "409: people would stand in for each other in a circle.",
}


class Swaps(Door):
    """`/api/v1/schedules/<slug>/swaps/`."""

    tag = "On call"
    places = {"slug": SLUG}
    parameters = PAGING
    operations = {
        "get": Operation("List swaps of a schedule", page_of(shapes.SWAP)),
        "post": Operation(
            "Ask for a swap",
            shapes.SWAP,
            status=201,
            takes=shapes.NEW_SWAP,
            refuses=(409,),
            detail="Without a taker it is open to the people of the schedule and of its team. With `return_start` and `return_end` the owner serves then instead.",
        ),
    }

    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Return a page of swaps, the newest first."""
        require(caller(request), VIEW)
        pages = CursorPages()
        rows = pages.paginate_queryset(_SWAPS.filter(schedule=schedule_of(slug)), request)
        return pages.get_paginated_response([_swap(row) for row in rows])

    def post(self, request: Request, slug: str) -> Response:
        """Ask; answers 201 with the swap."""
        schedule, by = schedule_of(slug), caller(request)
        require(by, "oncall.swap", schedule)
        offer = _read_offer(fields(request), by)
        made = swaps.offer_swap(schedule, offer, by=by, at=clock.now())
        headers = {"Location": address("api-swap", slug, made.pk)}
        return Response(_swap(_SWAPS.get(pk=made.pk)), status=201, headers=headers)


class OneSwap(Door):
    """`/api/v1/schedules/<slug>/swaps/<id>/`."""

    tag = "On call"
    places = {"slug": SLUG, "pk": ID}
    operations = {"get": Operation("Show a swap", shapes.SWAP)}

    def get(self, request: Request, slug: str, pk: str) -> Response:
        """Return one swap."""
        require(caller(request), VIEW)
        return Response(_swap(_found(slug, pk)))


_Act = Callable[[int, User | None, Actor, datetime], object]


def _offered(pk: int, taker: User | None, by: Actor, at: datetime) -> object:
    if taker is None:
        body = Body({})
        body.refuse("taker", "Say to whom it is offered.", "required")
        body.done()
    return swaps.name_taker(pk, taker, by=by, at=at) if taker else None


_VERBS: Mapping[str, _Act] = {
    "offer": _offered,
    "accept": lambda pk, taker, by, at: swaps.accept(pk, by=by, at=at, taker=taker),
    "approve": lambda pk, _, by, at: swaps.approve(pk, by=by, at=at),
    "decline": lambda pk, _, by, at: swaps.decline(pk, by=by, at=at),
    "withdraw": lambda pk, _, by, at: swaps.withdraw(pk, by=by, at=at),
    "revert": lambda pk, _, by, at: swaps.revert(pk, by=by, at=at),
}


class SwapVerb(Door):
    """`/api/v1/schedules/<slug>/swaps/<id>/<verb>/`."""

    tag = "On call"
    places = {"slug": SLUG, "pk": ID}
    choices = (
        "verb",
        {
            word: Operation(
                f"{word.capitalize()} a swap",
                shapes.SWAP,
                takes=shapes.TAKER,
                refuses=(409,),
                detail="`taker` is for offer, and for accepting on behalf of somebody.",
                codes=_CODES,
            )
            for word in _VERBS
        },
    )

    def post(self, request: Request, slug: str, pk: str, verb: str) -> Response:
        """Do it and return the swap."""
        require(by := caller(request), "oncall.swap", schedule_of(slug))
        body = Body(fields(request))
        taker = person(body, "taker")
        body.done()
        _VERBS[verb](_found(slug, pk).pk, taker, by, clock.now())
        return Response(_swap(_found(slug, pk)))


class Absences(Door):
    """`/api/v1/unavailability/`: who is away when."""

    tag = "On call"
    parameters = PAGING
    operations = {
        "get": Operation("List who is away", page_of(shapes.AWAY)),
        "post": Operation(
            "Say that somebody is away", shapes.AWAY, status=201, takes=shapes.NEW_AWAY
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of absences, the newest first."""
        require(caller(request), VIEW)
        pages = CursorPages()
        rows = pages.paginate_queryset(_AWAY.all(), request)
        return pages.get_paginated_response([_away(row) for row in rows])

    def post(self, request: Request) -> Response:
        """Note an absence, one's own unless told; answers 201 with it."""
        by = caller(request)
        made = add_absence(_read_away(fields(request), by), by=by, at=clock.now())
        headers = {"Location": address("api-absence", made.pk)}
        return Response(_away(made), status=201, headers=headers)


class OneAbsence(Door):
    """`/api/v1/unavailability/<id>/`."""

    tag = "On call"
    places = {"pk": ID}
    operations = {
        "get": Operation("Show an absence and the shifts that it touches", shapes.WHOLE_AWAY),
        "delete": Operation("Take an absence back", None, status=204, refuses=(409,)),
    }

    def get(self, request: Request, pk: str) -> Response:
        """Return one absence with the shifts that the person would serve meanwhile."""
        require(caller(request), VIEW)
        row = _absence(pk)
        touched = [
            {"schedule": schedule.slug, "start": shift.starts_at, "end": shift.ends_at, "seat": shift.seat}
            for schedule, shift in conflicts(row, clock.now())
        ]  # fmt: skip
        return Response({**_away(row), "shifts": touched})

    def delete(self, request: Request, pk: str) -> Response:
        """Take it back; twice changes nothing."""
        require(by := caller(request), "oncall.swap")
        cancel_absence(_absence(pk).pk, by=by, at=clock.now())
        return Response(status=204)


class TakenPager(Door):
    """`/api/v1/schedules/<slug>/take/`: take the pager now."""

    tag = "On call"
    places = {"slug": SLUG}
    operations = {
        "post": Operation(
            "Take the pager now",
            OVERRIDE,
            takes=shapes.TAKE,
            refuses=(409,),
            detail="From this moment to `end`, or to the end of the running shift. Who had it is told.",
        )
    }

    def post(self, request: Request, slug: str) -> Response:
        """Take it, and return the override that says so."""
        schedule, by = schedule_of(slug), caller(request)
        require(by, "oncall.take_pager", schedule)
        body = Body(fields(request))
        until = body.moment("end")
        body.done()
        return Response(override_facts(take_pager(schedule, ends_at=until, by=by, at=clock.now())))


def _read_offer(document: Mapping[str, object], by: Actor) -> swaps.Offer:
    body = Body(document)
    owner, taker = person(body, "owner") or cast(User, by.user), person(body, "taker")
    start, end = (body.moment(name, required=True) or NEVER for name in ("start", "end"))
    back = body.moment("return_start"), body.moment("return_end")
    if (back[0] is None) != (back[1] is None):
        body.refuse("return_end", "A shift in return has both a start and an end.", "required")
    note = body.text("note", longest=500)
    body.done()
    in_return = (back[0], back[1]) if back[0] and back[1] else None
    return swaps.Offer(owner, (start, end), taker, in_return, note)


def _read_away(document: Mapping[str, object], by: Actor) -> Away:
    body = Body(document)
    user = person(body, "user") or cast(User, by.user)
    start, end = (body.moment(name, required=True) or NEVER for name in ("start", "end"))
    kind = body.text("kind", longest=100) or Unavailability.Kind.VACATION
    mode = body.text("mode", longest=100) or Unavailability.Mode.FLAG
    note = body.text("note", longest=200)
    body.done()
    return Away(user, start, end, kind, mode, note)


def _swap(row: Swap) -> dict[str, object]:
    first, *rest = list(row.legs.all())
    back = rest[0] if rest else None
    return {
        "id": row.pk,
        "state": row.state,
        "owner": row.owner.username,
        "taker": row.taker.username if row.taker else None,
        "start": first.starts_at,
        "end": first.ends_at,
        "return_start": back.starts_at if back else None,
        "return_end": back.ends_at if back else None,
        "note": row.note,
        "needs_approval": row.schedule.swap_needs_approval,
        "created_at": row.created_at,
    }


def _away(row: Unavailability) -> dict[str, object]:
    return {
        "id": row.pk,
        "user": row.user.username,
        "kind": row.kind,
        "mode": row.mode,
        "start": row.starts_at,
        "end": row.ends_at,
        "note": row.note,
        "created_at": row.created_at,
        "cancelled_at": row.cancelled_at,
    }


def _found(slug: str, pk: str) -> Swap:
    row = _SWAPS.filter(schedule=schedule_of(slug), pk=number(pk)).first()
    if row is None:
        raise NotFound("There is no such swap.")
    return row


def _absence(pk: str) -> Unavailability:
    row = _AWAY.filter(pk=number(pk)).first()
    if row is None:
        raise NotFound("There is no such absence.")
    return row
