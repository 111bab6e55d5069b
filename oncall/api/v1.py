"""REST API of on-call: who answers for a service now."""

from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.operations import Operation, Parameter
from core.api.parameters import bad_parameter
from core.api.shapes import Shape, many, maybe, moment, text
from core.api.views import Door
from core.errors import NotFound
from core.permissions import require
from incidents.models import Service
from oncall.actions.duty import OnDuty, on_duty

AT = "2026-11-30T09:00:00.000000Z"
ON_CALL = Shape(
    "OnCallPerson",
    {"username": text(), "until": maybe(moment("null: for as long as is planned."))},
    example={"username": "ines", "until": AT},
)
NEXT = Shape(
    "OnCallNext",
    {"username": text(), "from": moment()},
    example={"username": "kai", "from": AT},
)
ON_DUTY = Shape(
    "OnCallNow",
    {
        "schedule": maybe(text("The slug of the schedule that decides; null: there is none.")),
        "users": many(ON_CALL),
        "next": maybe(NEXT),
    },
    example={
        "schedule": "primary",
        "users": [dict(ON_CALL.example)],
        "next": dict(NEXT.example),
    },
)


class OnCallNow(Door):
    """`/api/v1/oncall/now?service=SLUG`."""

    tag = "On call"
    parameters = (
        Parameter("service", text("The slug of a service.", longest=50), is_required=True),
    )
    operations = {
        "get": Operation("Show who is on call for a service now", ON_DUTY, refuses=(404,))
    }

    def get(self, request: Request) -> Response:
        """Return the schedule, who is on call by it and until when, and who is next."""
        require(caller(request), "oncall.view")
        slug = request.query_params.get("service", "")
        if not slug:
            raise bad_parameter("service", "Name a service by its slug: ?service=SLUG.", "required")
        service = None if "\0" in slug else Service.objects.filter(slug=slug).first()
        if service is None:
            raise NotFound("There is no service of that slug.")
        return Response(_answer(on_duty(service, clock.now())))


def _answer(duty: OnDuty | None) -> dict[str, object]:
    if duty is None:
        return {"schedule": None, "users": [], "next": None}
    following = duty.following
    return {
        "schedule": duty.schedule,
        "users": [{"username": name, "until": duty.until} for name in duty.usernames],
        "next": {"username": following.username, "from": following.starts_at}
        if following
        else None,
    }
