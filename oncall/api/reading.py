"""What the API of schedules reads: instants and spans in queries, schedules by slug, overrides from bodies."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from rest_framework.request import Request

from core import clock
from core.api.bodies import YEARS, Body
from core.api.operations import Parameter
from core.api.parameters import bad_parameter
from core.api.shapes import moment
from core.errors import NotFound
from core.models import User
from oncall.actions.wish import Wish
from oncall.models import Layer, Schedule

LONGEST = timedelta(days=400)
USUAL = timedelta(weeks=4)
NEVER = datetime.min.replace(tzinfo=UTC)  # stands for what `done` refuses
SPAN = (
    Parameter("from", moment("Where it begins; now unless told.")),
    Parameter("to", moment("Where it ends; four weeks after `from` unless told.")),
)


def schedule_of(slug: str) -> Schedule:
    """Return the schedule; raise NotFound."""
    found = None if "\0" in slug else Schedule.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such schedule.")
    return found


def instant(request: Request, name: str) -> datetime | None:
    """Return the aware instant of a query parameter, None without it; raise Invalid for anything else."""
    text = request.query_params.get(name)
    if text is None:
        return None
    body = Body({name: text.replace(" ", "+")})
    at = body.moment(name)
    if at is None:
        years = f"from {YEARS[0]} to {YEARS[-1]}"
        raise bad_parameter(name, f"{name} is an instant {years}, such as 2026-11-23T09:00Z.")
    return at


def span(request: Request) -> tuple[datetime, datetime]:
    """Return the window that `from` and `to` name; raise Invalid for one that is empty or over 400 days."""
    start = instant(request, "from") or clock.now()
    end = instant(request, "to") or start + USUAL
    if end <= start:
        raise bad_parameter("to", "`to` lies after `from`.")
    if end - start > LONGEST:
        raise bad_parameter("to", f"A window has at most {LONGEST.days} days.")
    return start, end


def read_override(schedule: Schedule, document: Mapping[str, object]) -> Wish:
    """Return the override that a body asks for; raise Invalid with every wrong field."""
    body = Body(document)
    kind = body.text("kind", required=True, longest=10)
    user, subject = person(body, "user"), person(body, "subject")
    if kind == "remove" and subject in (None, user):
        user, subject = None, user  # whoever is taken out may be named either way
    layer = layer_of(body, schedule)
    starts, ends = (body.moment(name, required=True) or NEVER for name in ("start", "end"))
    reason = body.text("reason", longest=500)
    body.done()
    return Wish(kind, starts, ends, user=user, subject=subject, layer=layer, reason=reason)


def person(body: Body, name: str) -> User | None:
    """Return the person of that username, None where it is absent; a name that nobody has is a fault."""
    username = body.text(name, longest=150)
    if not username:
        return None
    found = User.objects.filter(username=username).first() if "\0" not in username else None
    if found is None:
        body.refuse(name, f"Nobody is called {username}.", "unknown_user")
    return found


def layer_of(body: Body, schedule: Schedule) -> Layer | None:
    """Return the layer of that name, None where it is absent; a name that none has is a fault."""
    name = body.text("layer", longest=80)
    if not name:
        return None
    found = schedule.layers.filter(name=name).first()
    if found is None:
        body.refuse("layer", f"The schedule has no layer {name}.")
    return found
