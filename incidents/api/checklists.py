"""REST API of an incident's checklists: what a step waits for, and who ticked it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from core import clock
from core.api.auth import caller
from core.api.bodies import Body
from core.api.operations import ID, Operation
from core.api.versions import one
from core.api.views import Door, fields, number
from core.permissions import require
from incidents.actions import checks, tick
from incidents.api import asked, story_shapes
from incidents.models import Incident


class Checklists(Door):
    """`/api/v1/incidents/<number>/checklists/`."""

    tag = "Timeline"
    places = {"pk": ID}
    operations = {
        "get": Operation("List an incident's checklists", story_shapes.CHECKLISTS),
        "post": Operation(
            "Tick an item of a checklist, or take the tick back",
            story_shapes.CHECKLISTS,
            takes=asked.TICK,
            refuses=(409,),
            detail="Each tick is a line of the timeline. Done again it changes nothing.",
            codes={"not_possible": "409: it is in triage, or over."},
        ),
    }

    def get(self, request: Request, pk: str) -> HttpResponse:
        """Return every checklist of its playbook with what is done."""
        require(caller(request), "incidents.view")
        return one(request, _told(number(pk)))

    def post(self, request: Request, pk: str) -> HttpResponse:
        """Tick, or take back, and return all of them."""
        incident_id, body = number(pk), Body(fields(request))
        checklist = body.text("checklist", required=True, longest=40)
        item = body.number("item", 1, asked.MOST_ITEMS, required=True)
        on = not body.flag("taken_back")
        body.done()
        tick(incident_id, checklist, item, on=on, by=caller(request), at=clock.now())
        return one(request, _told(incident_id))


def _told(incident_id: int) -> Mapping[str, Any]:
    incident = Incident.objects.select_related("playbook").one(incident_id)
    ticks = checks.ticked(incident)
    return {
        "checklists": [
            {
                "checklist": one.key,
                "title": one.title,
                "items": [
                    {"item": place, "text": text, **_done(ticks, one.key, place)}
                    for place, text in enumerate(one.items, 1)
                ],
            }
            for one in incident.playbook.playbook.checklists
        ]
    }


def _done(ticks: checks.Ticks, checklist: str, place: int) -> Mapping[str, Any]:
    line = ticks.get((checklist, place))
    return {
        "is_done": line is not None,
        "done_at": line.happened_at if line else None,
        "done_by": line.actor_label if line else None,
    }
