"""REST API of an incident's story: its lines, and what people write, mark and correct there."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from core import clock
from core.actor import Actor
from core.api.auth import caller
from core.api.filters import chosen
from core.api.operations import ID, PAGING, Operation, Parameter
from core.api.paging import CursorPages
from core.api.shapes import Piece, Shape, page_of
from core.api.versions import one, unchanged
from core.api.views import Door, address, fields, number
from core.permissions import require
from incidents import actions
from incidents.api import asked, filters, rows, story_shapes
from incidents.api.entries import read_nothing
from incidents.api.orders import read_correction, read_decision, read_remark
from incidents.models import Incident, Standing, TimelineEntry

Mark = Callable[..., TimelineEntry]
MARKS: dict[str, tuple[str, Mark]] = {
    "confirm": ("Confirm a hypothesis", partial(actions.judge, standing=Standing.CONFIRMED)),
    "reject": ("Reject a hypothesis", partial(actions.judge, standing=Standing.REJECTED)),
    "reconsider": ("Reopen a hypothesis", partial(actions.judge, standing=Standing.OPEN)),
    "pin": ("Pin an entry to the short story", partial(actions.pin, on=True)),
    "unpin": ("Take the pin off", partial(actions.pin, on=False)),
}
_CODES = {"not_possible": "409: not an entry of that kind."}


class Timeline(Door):
    """`/api/v1/incidents/<number>/timeline/`."""

    tag = "Timeline"
    places = {"pk": ID}
    parameters = (*PAGING, *filters.TIMELINE)
    operations = {"get": Operation("List an incident's timeline", page_of(story_shapes.LINE))}

    def get(self, request: Request, pk: str) -> HttpResponseBase:
        """Return a page of its timeline, the latest recorded first."""
        require(caller(request), "incidents.view")
        found = chosen(rows.lines(number(pk)), request.query_params, filters.TIMELINE)
        return _page(found, request)


def _note(
    incident_id: int, document: Mapping[str, object], *, by: Actor, at: datetime
) -> TimelineEntry:
    words, happened_at = read_remark(document)
    actions.note(incident_id, words, by=by, at=at, happened_at=happened_at)
    return rows.latest_note(incident_id, by)


def _decide(
    incident_id: int, document: Mapping[str, object], *, by: Actor, at: datetime
) -> TimelineEntry:
    words, happened_at, reason, alternatives = read_decision(document)
    return actions.decide(
        incident_id, words, reason=reason, alternatives=alternatives, by=by, at=at,
        happened_at=happened_at,
    )  # fmt: skip


def _suppose(
    incident_id: int, document: Mapping[str, object], *, by: Actor, at: datetime
) -> TimelineEntry:
    words, happened_at = read_remark(document)
    return actions.suppose(incident_id, words, by=by, at=at, happened_at=happened_at)


def _operations(many: str, new: str, takes: Shape, detail: str) -> dict[str, Operation]:
    return {
        "get": Operation(f"List an incident's {many}", page_of(story_shapes.LINE)),
        "post": Operation(
            new, story_shapes.WHOLE_LINE, status=201, takes=takes, is_versioned=True, detail=detail
        ),
    }


class Remarks:
    """Lines of one `kind` that people write: the list, and where `write` adds one."""

    tag: ClassVar[str] = "Timeline"
    places: ClassVar[Mapping[str, Piece]] = {"pk": ID}
    parameters: ClassVar[Sequence[Parameter]] = PAGING
    kind: ClassVar[str]
    write: ClassVar[Callable[..., TimelineEntry]]

    def get(self, request: Request, pk: str) -> HttpResponseBase:
        """Return a page of them, the latest recorded first."""
        require(caller(request), "incidents.view")
        return _page(rows.lines(number(pk)).filter(kind=self.kind), request)

    def post(self, request: Request, pk: str) -> HttpResponse:
        """Write one; answers 201 with it and its Location."""
        incident_id = number(pk)
        entry = self.write(incident_id, fields(request), by=caller(request), at=clock.now())
        headers = {"Location": address("api-incident-entry", incident_id, entry.pk)}
        told = rows.whole_line(incident_id, entry.pk)
        return one(request, told, status=201, headers=headers)


class Notes(Remarks, Door):
    """`/api/v1/incidents/<number>/notes/`."""

    kind, write = "note", staticmethod(_note)
    operations = _operations(
        "notes",
        "Write a note",
        asked.NEW_NOTE,
        "Unlike the verb `note` it may tell of an earlier moment, and the same words twice are two notes.",
    )


class Decisions(Remarks, Door):
    """`/api/v1/incidents/<number>/decisions/`."""

    kind, write = "decision", staticmethod(_decide)
    operations = _operations(
        "decisions",
        "Record a decision",
        asked.NEW_DECISION,
        "What was chosen, why, and what was not.",
    )


class Hypotheses(Remarks, Door):
    """`/api/v1/incidents/<number>/hypotheses/`."""

    kind, write = "hypothesis", staticmethod(_suppose)
    operations = _operations(
        "hypotheses",
        "Record a hypothesis",
        asked.NEW_HYPOTHESIS,
        "It is open until somebody confirms or rejects it.",
    )


class OneEntry(Door):
    """`/api/v1/incidents/<number>/timeline/<id>/`."""

    tag = "Timeline"
    places = {"pk": ID, "entry": ID}
    operations = {
        "get": Operation("Show an entry", story_shapes.WHOLE_LINE, is_versioned=True),
        "patch": Operation(
            "Correct an entry",
            story_shapes.WHOLE_LINE,
            takes=asked.CORRECTION,
            refuses=(409,),
            is_versioned=True,
            detail="Notes, decisions and hypotheses only. What it said before stays, as `revisions`.",
            codes=_CODES,
        ),
    }

    def get(self, request: Request, pk: str, entry: str) -> HttpResponse:
        """Return one entry with what it said before."""
        require(caller(request), "incidents.view")
        return one(request, rows.whole_line(number(pk), number(entry)))

    def patch(self, request: Request, pk: str, entry: str) -> HttpResponse:
        """Change its text, or when it happened, and return it."""
        incident_id, entry_id = number(pk), number(entry)
        words, happened_at = read_correction(fields(request))
        by, at = caller(request), clock.now()
        require(by, "incidents.view")
        with _unchanged(request, incident_id, entry_id):
            present = rows.entry(incident_id, entry_id)
            actions.correct(
                incident_id, entry_id, text=present.text if words is None else words,
                seen=present.edits, by=by, at=at, happened_at=happened_at,
            )  # fmt: skip
        return one(request, rows.whole_line(incident_id, entry_id))


class EntryMark(Door):
    """`/api/v1/incidents/<number>/timeline/<id>/<mark>/`: what stands, and what belongs to the short story."""

    tag = "Timeline"
    places = {"pk": ID, "entry": ID}
    choices = (
        "mark",
        {
            name: Operation(
                summary,
                story_shapes.WHOLE_LINE,
                takes=asked.NOTHING,
                refuses=(409,),
                is_versioned=True,
                detail="Done again it changes nothing.",
                codes=_CODES,
            )
            for name, (summary, _act) in MARKS.items()
        },
    )

    def post(self, request: Request, pk: str, entry: str, mark: str) -> HttpResponse:
        """Do it and return the entry."""
        incident_id, entry_id = number(pk), number(entry)
        read_nothing(fields(request))
        _summary, act = MARKS[mark]
        with _unchanged(request, incident_id, entry_id):
            act(incident_id, entry_id, by=caller(request), at=clock.now())
        return one(request, rows.whole_line(incident_id, entry_id))


def _page(found: Any, request: Request) -> HttpResponseBase:
    pages = CursorPages()
    page = pages.paginate_queryset(found, request)
    return pages.get_paginated_response([rows.line(line) for line in page])


def _unchanged(request: Request, incident_id: int, entry_id: int) -> AbstractContextManager[None]:
    incident = Incident.objects.filter(pk=incident_id)
    return unchanged(request, incident, partial(rows.whole_line, incident_id, entry_id))
