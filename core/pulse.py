"""How the house itself is: its parts' beats, promised calls that keep failing, broken glass; one statement.

It stands on every staff page, so everybody who asks for one of them reads all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    F,
    IntegerField,
    JSONField,
    Min,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast

from core import clock
from core.late import RED_AFTER
from core.memo import once_per_request
from core.models import Heartbeat, LateCall, SignIn

LOUD_FOR = timedelta(hours=24)  # how long every staff page says that the glass was broken
_BEAT, _FAILING, _BROKEN = "beat", "failing", "broken"
_COLUMNS = ("kind", "name", "moment", "said", "number")
_NONE = Value(0, output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class Pulse:
    """`beats`: the latest sign of life of every part that has run; `failing`: how many promised calls keep failing.

    `broken`: who came in by break-glass within a day and when (UTC), the oldest first.
    """

    beats: Mapping[str, Heartbeat]
    failing: int
    broken: tuple[tuple[str, datetime], ...]


@once_per_request
def pulse() -> Pulse:
    """Return how the house is; read once per request."""
    found = list(_beats().union(_failing(), _broken(clock.now()), all=True))
    return Pulse(
        beats={
            name: Heartbeat(part=name, beat_at=moment, detail=detail)
            for kind, name, moment, detail, _ in found
            if kind == _BEAT
        },
        failing=sum(number for kind, _, _, _, number in found if kind == _FAILING),
        broken=tuple(sorted(
            ((name, moment) for kind, name, moment, _, _ in found if kind == _BROKEN),
            key=lambda one: one[1],
        )),
    )  # fmt: skip


def _beats() -> QuerySet[Any, Any]:
    return _row(Heartbeat.objects.order_by(), _BEAT, F("part"), F("beat_at"), F("detail"))


def _failing() -> QuerySet[Any, Any]:
    calls = LateCall.objects.filter(attempts__gte=RED_AFTER).order_by()
    named = calls.values(kind=Value(_FAILING, output_field=CharField()))
    return named.annotate(
        name=Value("", output_field=CharField()),
        moment=Min(Cast(Value(None), DateTimeField())),
        said=Cast(Value(None), JSONField()),
        number=Count("pk"),
    ).values_list(*_COLUMNS)


def _broken(at: datetime) -> QuerySet[Any, Any]:
    used = SignIn.objects.filter(
        event=SignIn.Event.SIGNED_IN, method=SignIn.Method.BREAK_GLASS, at__gt=at - LOUD_FOR
    )
    return _row(used.order_by(), _BROKEN, F("who"), F("at"), Cast(Value(None), JSONField()))


def _row(rows: QuerySet[Any], kind: str, name: F, moment: F, said: Any) -> QuerySet[Any, Any]:
    named = rows.annotate(kind=Value(kind, output_field=CharField()), number=_NONE)
    made: QuerySet[Any, Any] = named.annotate(name=name, moment=moment, said=said)
    return made.values_list(*_COLUMNS)
