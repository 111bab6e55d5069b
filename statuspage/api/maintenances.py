"""REST API of planned work: the list, one, its words and its steps. A write calls one action."""

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from core import clock
from core.api.auth import caller
from core.api.bodies import Body
from core.api.filters import chosen, word
from core.api.operations import PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import page_of
from core.api.versions import one, unchanged
from core.api.views import Door, address, fields
from core.errors import NotFound
from core.permissions import require
from statuspage.actions.maintenance import TAKEN, Plan, change, plan, warnings
from statuspage.actions.maintenance_steps import STEPS, step, tell
from statuspage.actions.maintenance_words import Word
from statuspage.actions.places import place_of
from statuspage.api import shapes, work_shapes
from statuspage.api.plans import alone_reason, read_change, read_new, touched_of
from statuspage.models import Maintenance, MaintenanceComponent, MaintenanceUpdate, Page
from statuspage.models.public import LONGEST_BODY
from statuspage.rules.ids import is_id
from statuspage.rules.maintenance import owed
from statuspage.rules.states import Work

VIEW, PUBLISH = "statuspage.view", "statuspage.publish"
FILTERS = (word("status", "state", Work),)
_LEAK = {
    "leak_suspected": "409: something in it looks like ours alone; `findings` names each passage.",
    "second_needed": "409: the page asks a second person to agree; `alone_because` says it all the same.",
}
_COMPONENT = {"unknown_component": "422: the page has no component of that id."}


class Maintenances(Door):
    """`/api/v1/status-maintenances/`: planned work, and where it is announced."""

    tag = "Status page"
    parameters = (*PAGING, *FILTERS)
    operations = {
        "get": Operation("List planned work", page_of(work_shapes.MAINTENANCE)),
        "post": Operation(
            "Announce planned work",
            work_shapes.WHOLE_MAINTENANCE,
            status=201,
            takes=work_shapes.NEW_MAINTENANCE,
            refuses=(404, 409),
            is_versioned=True,
            detail="Visible at once; subscribers are told. What overlaps is said in `warnings`.",
            codes={**_LEAK, **_COMPONENT},
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of maintenances, the newest first."""
        require(caller(request), VIEW)
        pages = CursorPages()
        rows = pages.paginate_queryset(chosen(_rows(), request.query_params, FILTERS), request)
        return pages.get_paginated_response([_facts(row) for row in rows])

    def post(self, request: Request) -> HttpResponse:
        """Announce, and return the maintenance with its Location."""
        by = caller(request)
        require(by, PUBLISH)
        page, told = read_new(fields(request))
        work = plan(page, told.planned, by=by, at=clock.now(), despite_findings=told.despite)
        headers = {"Location": address("api-status-maintenance", work.public_id)}
        return one(request, _whole(work.public_id), status=201, headers=headers)


class OneMaintenance(Door):
    """`/api/v1/status-maintenances/<id>/`."""

    tag = "Status page"
    places = {"public_id": shapes.PUBLIC_ID}
    operations = {
        "get": Operation(
            "Show planned work with its updates", work_shapes.WHOLE_MAINTENANCE, is_versioned=True
        ),
        "patch": Operation(
            "Change a plan",
            work_shapes.WHOLE_MAINTENANCE,
            takes=work_shapes.CHANGED_MAINTENANCE,
            refuses=(409,),
            is_versioned=True,
            detail="New times are announced once, and calendars follow. `components` replaces all of them.",
            codes={
                **_LEAK, **_COMPONENT, "not_possible": "409: it is over.",
            },
        ),
    }  # fmt: skip

    def get(self, request: Request, public_id: str) -> HttpResponse:
        """Return one maintenance with every update."""
        require(caller(request), VIEW)
        return one(request, _whole(public_id))

    def patch(self, request: Request, public_id: str) -> HttpResponse:
        """Change what is given, and return the maintenance."""
        by, at = caller(request), clock.now()
        require(by, PUBLISH)
        known = _found(public_id)
        told = read_change(fields(request), known)
        more: dict[str, Any] = {"seen": known.sequence, "despite_findings": told.despite}
        with unchanged(request, _page_of(public_id), lambda: _whole(public_id)):
            change(public_id, told.planned, by=by, at=at, **more)
        return one(request, _whole(public_id))


class MaintenanceUpdates(Door):
    """`/api/v1/status-maintenances/<id>/updates/`: say a word on it."""

    tag = "Status page"
    places = {"public_id": shapes.PUBLIC_ID}
    operations = {
        "post": Operation(
            "Say a word on planned work",
            work_shapes.WHOLE_MAINTENANCE,
            status=201,
            takes=work_shapes.NEW_UPDATE,
            refuses=(404, 409),
            is_versioned=True,
            detail="Its state stays as it is. Visible at once.",
            codes=_LEAK,
        )
    }

    def post(self, request: Request, public_id: str) -> HttpResponse:
        """Say it, and return the maintenance."""
        by = caller(request)
        require(by, PUBLISH)
        body = Body(fields(request))
        said = Word(
            body.text("body", required=True, longest=LONGEST_BODY),
            body.moment("next_update_by"),
            is_sent=body.flag("is_sent") if body.has("is_sent") else True,
            alone_because=alone_reason(body),
        )
        despite = body.flag("despite_findings")
        body.done()
        tell(public_id, said, by=by, at=clock.now(), despite_findings=despite)
        headers = {"Location": address("api-status-maintenance", public_id)}
        return one(request, _whole(public_id), status=201, headers=headers)


class MaintenanceVerb(Door):
    """`/api/v1/status-maintenances/<id>/<verb>/`: every step of planned work."""

    tag = "Status page"
    places = {"public_id": shapes.PUBLIC_ID}
    choices = (
        "verb",
        {
            verb: Operation(
                f"{verb.capitalize()} planned work",
                work_shapes.WHOLE_MAINTENANCE,
                takes=work_shapes.STEP,
                refuses=(409, 412),
                is_versioned=True,
                detail="The same verb again answers 200 and changes nothing.",
                codes=_LEAK,
            )
            for verb in STEPS
        },
    )

    def post(self, request: Request, public_id: str, verb: str) -> HttpResponse:
        """Do it, and return the maintenance."""
        by = caller(request)
        require(by, PUBLISH)
        body = Body(fields(request))
        told: dict[str, Any] = {
            "body": body.text("body", longest=LONGEST_BODY),
            "despite_findings": body.flag("despite_findings"),
            "alone_because": alone_reason(body),
        }
        body.done()
        with unchanged(request, _page_of(public_id), lambda: _whole(public_id)):
            step(public_id, verb, by=by, at=clock.now(), **told)
        return one(request, _whole(public_id))


def _page_of(public_id: str) -> QuerySet[Page]:
    return Page.objects.filter(maintenances__public_id=public_id if is_id(public_id) else "")


def _rows() -> QuerySet[Maintenance]:
    touched = MaintenanceComponent.objects.select_related("component")
    rows = Maintenance.objects.select_related("page").prefetch_related(Prefetch("touched", touched))
    return rows.annotate(update_count=Count("updates"))


def _found(public_id: str) -> Maintenance:
    row = _rows().filter(public_id=public_id if is_id(public_id) else "").first()
    if row is None:
        raise NotFound(f"There is no maintenance {public_id[:50]!r}.")
    return row


def _whole(public_id: str) -> dict[str, Any]:
    row = _found(public_id)
    updates = row.updates.select_related("published_by").order_by("number")
    warned = []
    if row.ended_at is None and row.began_at is None:
        planned = Plan(**{name: getattr(row, name) for name in TAKEN}, components=touched_of(row))
        warned = warnings(row.page, planned, clock.now(), known=row.public_id)
    return {**_facts(row), "updates": [_update(one) for one in updates], "warnings": warned}


def _facts(row: Any) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "url": place_of(row.page).url(row.path),
        "page": row.page.public_id,
        "status": row.state,
        **{name: getattr(row, name) for name in TAKEN},
        "components": touched_of(row),
        "moved_from": row.moved_from,
        "began_at": row.began_at,
        "ended_at": row.ended_at,
        "next_update_by": row.next_update_by,
        "waits_for": owed(Work(row.state), clock.now(), row.scheduled_for, row.scheduled_until),
        "update_count": row.update_count,
    }


def _update(row: MaintenanceUpdate) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "number": row.number,
        "status": row.state,
        "body": row.body,
        "at": row.display_at,
        "next_update_by": row.next_update_by,
        "components": [
            {
                "component": change["code"],
                "name": change["name"],
                "old_status": change["old_status"],
                "new_status": change["new_status"],
            }
            for change in row.changes
        ],
        "is_sent": row.is_sent,
        "published_by": row.published_by.username if row.published_by else None,
    }
