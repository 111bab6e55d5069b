"""REST API of proposals: what waits for a second person, and each answer. A write calls one action."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.actor import Actor
from core.api.auth import caller
from core.api.bodies import Body
from core.api.filters import chosen, number, word
from core.api.operations import ID, PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.views import Door, address, fields
from core.api.views import number as key_of
from core.errors import NotFound
from core.permissions import require
from statuspage.actions import decline, propose, withdraw
from statuspage.actions.proposing import LONGEST_ANSWER
from statuspage.actions.proposing_works import agree, propose_plan
from statuspage.api import proposal_shapes as shapes
from statuspage.api.plans import read_new
from statuspage.api.reading import completed, read
from statuspage.api.v1 import CODES
from statuspage.api.work_shapes import PROPOSED_MAINTENANCE
from statuspage.models import Proposal

VIEW, PUBLISH = "statuspage.view", "statuspage.publish"
FILTERS = (
    word("status", "state", Proposal.State.values),
    word("act", "act", Proposal.Act.values),
    number("incident", "incident", "The number of the incident that it is an update of."),
)
_ROWS = Proposal.objects.select_related("page", "work", "asked_by", "answered_by")
_CODES = {
    "not_possible": "409: one's own to approve or another's to withdraw, or its promise has passed.",
    "version_conflict": "412: it was answered already, or something was said since.",
}


class Proposals(Door):
    """`/api/v1/public-proposals/`: what is proposed where a page asks for a second person."""

    tag = "Status page"
    parameters = (*PAGING, *FILTERS)
    operations = {
        "get": Operation("List proposals", page_of(shapes.PROPOSAL)),
        "post": Operation(
            "Propose an update of an incident",
            shapes.PROPOSAL,
            status=201,
            takes=shapes.NEW_PROPOSAL,
            refuses=(404, 409, 412),
            detail=(
                "Nothing is public until another person approves it. It takes the place of one that waits. "
                "Who may approve is told, and its author once it is answered."
            ),
            codes={name: said for name, said in CODES.items() if name != "second_needed"},
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of proposals, the newest first."""
        require(caller(request), VIEW)
        pages = CursorPages()
        rows = pages.paginate_queryset(chosen(_ROWS, request.query_params, FILTERS), request)
        return pages.get_paginated_response([_facts(row) for row in rows])

    def post(self, request: Request) -> Response:
        """Propose; answers 201 with the proposal."""
        by = caller(request)
        require(by, PUBLISH)
        asked = read(fields(request), is_proposal=True)
        at, press = clock.now(), asked.press
        return _proposed(propose(asked.incident, completed(asked), by=by, at=at, press=press))


class WorkProposals(Door):
    """`/api/v1/status-maintenance-proposals/`: where the announcement of planned work is proposed."""

    tag = "Status page"
    operations = {
        "post": Operation(
            "Propose to announce planned work",
            shapes.PROPOSAL,
            status=201,
            takes=PROPOSED_MAINTENANCE,
            refuses=(404, 409),
            detail="Nothing is public until another person approves it at `public-proposals/<id>/approve/`.",
            codes={
                "not_possible": "409: the page asks for no second person; announce it.",
                "leak_suspected": "409: something in it looks like ours alone; `findings` names each passage.",
                "unknown_component": "422: the page has no component of that id.",
            },
        )
    }

    def post(self, request: Request) -> Response:
        """Propose; answers 201 with the proposal."""
        by = caller(request)
        require(by, PUBLISH)
        page, told = read_new(fields(request), is_proposal=True)
        at, despite = clock.now(), told.despite
        return _proposed(propose_plan(page, told.planned, by=by, at=at, despite_findings=despite))


class OneProposal(Door):
    """`/api/v1/public-proposals/<id>/`."""

    tag = "Status page"
    places = {"pk": ID}
    operations = {"get": Operation("Show a proposal", shapes.PROPOSAL)}

    def get(self, request: Request, pk: str) -> Response:
        """Return one proposal."""
        require(caller(request), VIEW)
        return Response(_facts(_found(pk)))


_Act = Callable[[int, str, Actor, datetime], object]
_VERBS: Mapping[str, _Act] = {
    "approve": lambda pk, _, by, at: agree(pk, by=by, at=at),
    "decline": lambda pk, answer, by, at: decline(pk, answer, by=by, at=at),
    "withdraw": lambda pk, _, by, at: withdraw(pk, by=by, at=at),
}


class ProposalVerb(Door):
    """`/api/v1/public-proposals/<id>/<verb>/`."""

    tag = "Status page"
    places = {"pk": ID}
    choices = (
        "verb",
        {
            verb: Operation(
                f"{verb.capitalize()} a proposal",
                shapes.PROPOSAL,
                takes=shapes.ANSWER,
                refuses=(409, 412),
                detail="The same verb of the same person again answers 200 and changes nothing.",
                codes=_CODES,
            )
            for verb in _VERBS
        },
    )

    def post(self, request: Request, pk: str, verb: str) -> Response:
        """Do it, and return the proposal."""
        by = caller(request)
        require(by, PUBLISH)
        body = Body(fields(request))
        answer = body.text("answer", longest=LONGEST_ANSWER)
        body.done()
        _VERBS[verb](_found(pk).pk, answer, by, clock.now())
        return Response(_facts(_found(pk)))


def _found(pk: str) -> Proposal:
    row = _ROWS.filter(pk=key_of(pk)).first()
    if row is None:
        raise NotFound(f"There is no proposal {pk}.")
    return row


def _proposed(made: Proposal) -> Response:
    headers = {"Location": address("api-public-proposal", made.pk)}
    return Response(_facts(_found(str(made.pk))), status=201, headers=headers)


def _facts(row: Proposal) -> dict[str, Any]:
    said = row.said
    return {
        "id": row.pk,
        "act": row.act,
        "status": row.state,
        "page": row.page.public_id,
        "incident": row.incident_id,
        "maintenance": row.work.public_id if row.work else None,
        "name": said["name"],
        "body": said["body"],
        "stage": said.get("state"),
        "components": said.get("components", {}),
        "next_update_by": row.moment("next_update_by"),
        "asked_by": row.asked_by.username,
        "asked_at": row.asked_at,
        "answered_by": row.answered_by.username if row.answered_by else None,
        "answered_at": row.answered_at,
        "answer": row.answer,
    }
