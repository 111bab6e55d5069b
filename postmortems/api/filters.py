"""The filters of the lists, each by its own name; anything else is refused."""

from core import clock
from core.api.filters import Filter, Rows, known, number, word
from core.api.parameters import bad_parameter
from core.api.shapes import text
from core.models import Team, User
from postmortems.models.action import UNFINISHED
from postmortems.models.action import State as ActionState
from postmortems.models.postmortem import State


def _overdue(rows: Rows, value: str) -> Rows:
    if value not in {"true", "false"}:
        raise bad_parameter("overdue", "overdue is true or false.")
    late = rows.filter(state__in=UNFINISHED, due_on__lt=clock.now().date())
    return late if value == "true" else rows.exclude(pk__in=late.values("pk"))


_INCIDENT = number("incident", "incident", "The number of an incident.")

POSTMORTEMS = (
    _INCIDENT,
    word("state", "state", State.values),
    known("owner", "owner", User.objects.all, "username", "A username."),
)
ITEMS = (
    known("owner", "owner", User.objects.all, "username", "A username."),
    known("team", "team", Team.objects.all, "slug", "The slug of a team."),
    word("state", "state", ActionState.values),
    Filter(
        "overdue",
        text("true: unfinished, and the date has passed.", one_of=["true", "false"]),
        narrow=_overdue,
    ),
    _INCIDENT,
    number("postmortem", "postmortem", "The id of a postmortem."),
)
