"""The filters of the lists, each by its own name; anything else is refused."""

import re

from django.db.models import Q

from core.api.filters import Filter, Rows, flag, known, number, search, word
from core.api.parameters import bad_parameter
from core.api.shapes import text
from core.models import Team
from incidents.models import Alert, Service, Source
from incidents.models.event import Verdict
from incidents.parsers import FORMATS
from incidents.playbook.lifecycle import LIVE, State

OPEN = "open"
_KIND = re.compile(r"[a-z_]{1,20}")


def _state(rows: Rows, value: str) -> Rows:
    if value == OPEN:
        return rows.filter(state__in=LIVE)
    if value not in set(State):
        raise bad_parameter("state", f"state is {OPEN} or one of {', '.join(State)}.")
    return rows.filter(state=value)


def _severity(rows: Rows, value: str) -> Rows:
    if value not in {"1", "2", "3", "4"}:
        raise bad_parameter("severity", "severity is a rank from 1 (worst) to 4.")
    return rows.filter(rank=int(value))


_SERVICE = known("service", "service", Service.objects.all, "slug", "The slug of a service.")
_SOURCE = known("source", "source", Source.objects.all, "name", "The name of a source.")

INCIDENTS = (
    Filter(
        "state",
        text(f"{OPEN}: still live; or one state.", one_of=[OPEN, *State]),
        narrow=_state,
    ),
    _SERVICE,
    Filter(
        "severity", text("A rank, 1 is the worst.", one_of=["1", "2", "3", "4"]), narrow=_severity
    ),
    flag("declared", Q(declared_at__isnull=False), "false: in triage."),
    search("title", "Words of the title, as they stand there."),
)
ALERTS = (
    word("state", "state", Alert.State.values),
    _SOURCE,
    number("incident", "incident", "The number of an incident."),
)
EVENTS = (_SOURCE, word("verdict", "verdict", Verdict.values, "What became of it."))
SERVICES = (
    known("team", "team", Team.objects.all, "slug", "The slug of a team."),
    word("tier", "tier", Service.Tier.values),
)
SOURCES = (
    _SERVICE,
    word("format", "format", FORMATS),
    flag("enabled", Q(disabled_at=None), "false: switched off."),
)


def _kind(rows: Rows, value: str) -> Rows:
    if not _KIND.fullmatch(value):
        raise bad_parameter("kind", "kind is one word, such as note.")
    return rows.filter(kind=value)


TIMELINE = (
    Filter(
        "kind", text("Lines of one kind, such as note.", pattern="^[a-z_]{1,20}$"), narrow=_kind
    ),
)
