"""REST API that takes foreign calendars: as turns of a layer, or as absences."""

from typing import cast

from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.bodies import Body
from core.api.operations import SLUG, Operation
from core.api.shapes import Shape, many, maybe, needed, text, whole
from core.api.views import Door, fields
from core.errors import Invalid
from core.models import User
from core.permissions import require
from oncall.actions.calendars_in import LARGEST, Taken, take_absences, take_turns
from oncall.actions.overrides import EDIT
from oncall.api.reading import layer_of, person, schedule_of
from oncall.models import Unavailability

_CALENDAR = needed("An iCalendar text (RFC 5545).", longest=LARGEST)
_SHORT = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nEND:VCALENDAR\r\n"
TAKEN = Shape(
    "TakenCalendar",
    {
        "added": whole("", 0),
        "kept": whole("", 0),
        "cancelled": whole("What the calendar no longer has.", 0),
        "unknown": many(
            text(), "Names that nobody active bears: their turns are left as they were."
        ),
    },
    example={"added": 4, "kept": 0, "cancelled": 0, "unknown": []},
)
TURNS = Shape(
    "TurnsCalendar",
    {"layer": needed("The name of a layer.", longest=80), "calendar": _CALENDAR},
    example={"layer": "First", "calendar": _SHORT},
)
ABSENCES = Shape(
    "AbsencesCalendar",
    {
        "user": maybe(text("Whose; yours unless told.", longest=150)),
        "mode": maybe(text("flag unless told.", one_of=Unavailability.Mode.values)),
        "calendar": _CALENDAR,
    },
    optional=frozenset({"user", "mode"}),
    example={"calendar": _SHORT},
)


class TurnsIn(Door):
    """`/api/v1/schedules/<slug>/import-calendar/`."""

    tag = "On call"
    places = {"slug": SLUG}
    operations = {
        "post": Operation(
            "Let a calendar say who holds a layer",
            TAKEN,
            takes=TURNS,
            refuses=(409,),
            detail="Each event is a cover of the layer by whoever it names: an attendee's address, a username, a name. "
            "Sent again, it follows the calendar.",
        )
    }

    def post(self, request: Request, slug: str) -> Response:
        """Take it, and return what became of it."""
        schedule, by = schedule_of(slug), caller(request)
        require(by, EDIT, schedule)
        body = Body(fields(request))
        layer = layer_of(body, schedule)
        content = body.text("calendar", required=True, longest=LARGEST)
        body.done()
        if layer is None:
            raise Invalid.field("/layer", "Say which layer it is about.")
        return Response(_told(take_turns(layer, content, by=by, at=clock.now())))


class AbsencesIn(Door):
    """`/api/v1/unavailability/import-calendar/`."""

    tag = "On call"
    operations = {
        "post": Operation(
            "Let a calendar say when somebody is away",
            TAKEN,
            takes=ABSENCES,
            refuses=(409,),
            detail="Sent again, it follows the calendar: what is no longer in it is taken back.",
        )
    }

    def post(self, request: Request) -> Response:
        """Take it, and return what became of it."""
        require(by := caller(request), "oncall.swap")
        body = Body(fields(request))
        user = person(body, "user") or cast(User, by.user)
        mode = body.text("mode", longest=100) or Unavailability.Mode.FLAG
        if mode not in Unavailability.Mode.values:
            body.refuse("mode", f"mode is one of {', '.join(Unavailability.Mode.values)}.")
        content = body.text("calendar", required=True, longest=LARGEST)
        body.done()
        found = take_absences(user, content, mode=mode, by=by, at=clock.now())
        return Response(_told(found))


def _told(found: Taken) -> dict[str, object]:
    return {
        "added": found.added,
        "kept": found.kept,
        "cancelled": found.cancelled,
        "unknown": list(found.unknown),
    }
