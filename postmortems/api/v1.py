"""REST API of learning: postmortems and action items. A write calls one action."""

from contextlib import AbstractContextManager
from functools import partial

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from core import clock
from core.actor import Actor
from core.api.auth import caller
from core.api.filters import chosen
from core.api.operations import ID, PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.versions import one, unchanged
from core.api.views import Door, address, fields, number
from core.permissions import require
from incidents.models import Incident
from postmortems.actions import items, open_by_hand, writing
from postmortems.api import asked, filters, rows, shapes
from postmortems.api.orders import (
    SEGMENTS,
    read_change,
    read_incident,
    read_item,
    read_item_order,
    read_order,
    refuse_unknown_sections,
)
from postmortems.models import ActionItem

_STEP_CODES = {
    "illegal_transition": "409: its state has no such step; `allowed` lists those that it has.",
    "guard_unmet": "409: something is asked for first; `guards` lists it.",
    "not_possible": "409: not in its present state.",
    "version_conflict": "412: somebody saved meanwhile.",
    "unknown_user": "422: nobody active has that name.",
}
VIEW = "postmortems.view"


class Postmortems(Door):
    """`/api/v1/postmortems/`: the list, and where one is opened that no playbook asks for."""

    tag = "Postmortems"
    parameters = (*PAGING, *filters.POSTMORTEMS)
    operations = {
        "get": Operation("List postmortems", page_of(shapes.POSTMORTEM)),
        "post": Operation(
            "Open a postmortem",
            shapes.WHOLE_POSTMORTEM,
            status=201,
            takes=asked.NEW_POSTMORTEM,
            refuses=(404, 409),
            is_versioned=True,
            detail="An incident has one at most: where it has one already, that is the answer.",
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of postmortems, the newest first."""
        require(caller(request), VIEW)
        pages = CursorPages()
        found = chosen(rows.POSTMORTEMS.all(), request.query_params, filters.POSTMORTEMS)
        page = pages.paginate_queryset(found, request)
        return pages.get_paginated_response([rows.postmortem_facts(row) for row in page])

    def post(self, request: Request) -> HttpResponse:
        """Open the postmortem of a resolved incident; answers 201 with it and its Location."""
        incident_id = read_incident(fields(request))
        made = open_by_hand(incident_id, by=caller(request), at=clock.now())
        headers = {"Location": address("api-postmortem", made.pk)}
        return one(request, rows.whole_postmortem(made.pk), status=201, headers=headers)


class OnePostmortem(Door):
    """`/api/v1/postmortems/<id>/`."""

    tag = "Postmortems"
    places = {"pk": ID}
    operations = {
        "get": Operation("Show a postmortem", shapes.WHOLE_POSTMORTEM, is_versioned=True),
        "patch": Operation(
            "Change a postmortem's facts and texts",
            shapes.WHOLE_POSTMORTEM,
            takes=asked.CHANGED_POSTMORTEM,
            refuses=(409,),
            is_versioned=True,
            detail="Its state moves by verbs only. A section goes over what is there; the verb write looks at versions.",
            codes={
                "read_only_field": "422: shown, but not written directly.",
                "unknown_section": "422: the playbook asks for no such section.",
            },
        ),
    }

    def get(self, request: Request, pk: str) -> HttpResponse:
        """Return one postmortem with sections, factors, reviews and what approval looks at."""
        require(caller(request), VIEW)
        return one(request, rows.whole_postmortem(number(pk)))

    def patch(self, request: Request, pk: str) -> HttpResponse:
        """Change owner, meeting, public text or sections, all or nothing, and return the postmortem."""
        postmortem_id, (facts, sections) = number(pk), read_change(fields(request))
        by, at = caller(request), clock.now()
        refuse_unknown_sections(postmortem_id, sections)
        with _unchanged(request, postmortem_id), transaction.atomic():
            writing.change_facts(postmortem_id, facts, by=by, at=at)
            for key, words in sections.items():
                writing.save_section(postmortem_id, key, words, version=0, by=by, at=at)
        return one(request, rows.whole_postmortem(postmortem_id))


class PostmortemVerb(Door):
    """`/api/v1/postmortems/<id>/<verb>/`: every step of a postmortem, and what is written into it."""

    tag = "Postmortems"
    places = {"pk": ID}
    choices = (
        "verb",
        {
            segment: Operation(
                segment.replace("-", " ").capitalize(),
                shapes.WHOLE_POSTMORTEM,
                takes=asked.ORDERS[verb],
                refuses=(409, 412),
                is_versioned=True,
                codes=_STEP_CODES,
            )
            for segment, verb in SEGMENTS.items()
        },
    )

    def post(self, request: Request, pk: str, verb: str) -> HttpResponse:
        """Do it and return the postmortem."""
        postmortem_id, act = number(pk), read_order(SEGMENTS[verb], fields(request))
        with _unchanged(request, postmortem_id):
            act(postmortem_id, caller(request), clock.now())
        return one(request, rows.whole_postmortem(postmortem_id))


class ActionItems(Door):
    """`/api/v1/action-items/`: the list, and where one is added."""

    tag = "Action items"
    parameters = (*PAGING, *filters.ITEMS)
    operations = {
        "get": Operation("List action items", page_of(shapes.ACTION_ITEM)),
        "post": Operation(
            "Add an action item",
            shapes.WHOLE_ACTION_ITEM,
            status=201,
            takes=asked.NEW_ITEM,
            refuses=(404,),
            is_versioned=True,
            detail="To an incident, and to its postmortem where there is one. The playbook says what it must have.",
            codes={
                "unknown_user": "422: nobody active has that name.",
                "unknown_team": "422: there is no team of that slug.",
            },
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of action items, the newest first."""
        require(caller(request), VIEW)
        pages, today = CursorPages(), clock.now().date()
        found = chosen(rows.ITEMS.all(), request.query_params, filters.ITEMS)
        page = pages.paginate_queryset(found, request)
        return pages.get_paginated_response([rows.item_facts(row, today) for row in page])

    def post(self, request: Request) -> HttpResponse:
        """Add an action item; answers 201 with it and its Location."""
        values, _words = read_item(fields(request), is_new=True)
        incident_id, at = int(values.pop("incident")), clock.now()
        made = items.create(incident_id, values, by=caller(request), at=at)
        headers = {"Location": address("api-action-item", made.pk)}
        return one(request, rows.whole_item(made.pk, at.date()), status=201, headers=headers)


class OneActionItem(Door):
    """`/api/v1/action-items/<id>/`."""

    tag = "Action items"
    places = {"pk": ID}
    operations = {
        "get": Operation("Show an action item", shapes.WHOLE_ACTION_ITEM, is_versioned=True),
        "patch": Operation(
            "Change an action item",
            shapes.WHOLE_ACTION_ITEM,
            takes=asked.CHANGED_ITEM,
            refuses=(409,),
            is_versioned=True,
            detail="Every change is kept with who, when and why. The first due date stays; moves are counted.",
            codes={**_STEP_CODES, "read_only_field": "422: shown, but not written directly."},
        ),
    }

    def get(self, request: Request, pk: str) -> HttpResponse:
        """Return one action item with its history and reminders."""
        require(caller(request), VIEW)
        return one(request, rows.whole_item(number(pk), clock.now().date()))

    def patch(self, request: Request, pk: str) -> HttpResponse:
        """Change what is given, all or nothing; a state moves by the verb that leads there."""
        item_id, (values, words) = number(pk), read_item(fields(request), is_new=False)
        at, by = clock.now(), caller(request)
        with _item_unchanged(request, item_id), transaction.atomic():
            items.change(item_id, values, by=by, at=at, reason=words["reason"])
            if words["state"]:
                _move_to(item_id, words["state"], words["reason"], by)
        return one(request, rows.whole_item(item_id, at.date()))


class ActionItemVerb(Door):
    """`/api/v1/action-items/<id>/<verb>/`: every step of an action item."""

    tag = "Action items"
    places = {"pk": ID}
    choices = (
        "verb",
        {
            verb: Operation(
                verb.capitalize(),
                shapes.WHOLE_ACTION_ITEM,
                takes=asked.item_order(verb),
                refuses=(409,),
                is_versioned=True,
                detail="What stands there already stays as it is.",
                codes=_STEP_CODES,
            )
            for verb in items.VERBS
        },
    )

    def post(self, request: Request, pk: str, verb: str) -> HttpResponse:
        """Do it and return the action item."""
        item_id, said, at = number(pk), read_item_order(verb, fields(request)), clock.now()
        with _item_unchanged(request, item_id):
            items.move(item_id, verb, by=caller(request), at=at, **said)
        return one(request, rows.whole_item(item_id, at.date()))


def _unchanged(request: Request, postmortem_id: int) -> AbstractContextManager[None]:
    # its incident is locked first, as everywhere
    incident = Incident.objects.filter(postmortem=postmortem_id)
    return unchanged(request, incident, partial(rows.whole_postmortem, postmortem_id))


def _item_unchanged(request: Request, item_id: int) -> AbstractContextManager[None]:
    today = clock.now().date()
    item = ActionItem.objects.filter(pk=item_id)
    return unchanged(request, item, partial(rows.whole_item, item_id, today))


def _move_to(item_id: int, state: str, reason: str, by: Actor) -> None:
    verb = next(verb for verb, target in items.TARGETS.items() if target == state)
    items.move(item_id, verb, by=by, at=clock.now(), reason=reason)
