"""Is the pager well? The same answer for /livez/engine, the watchdog and the red bar."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast

from core.memo import once_per_request
from core.models import LateCall
from core.pulse import pulse
from incidents.models import Alert, Incident, RawEvent
from incidents.playbook.lifecycle import State
from notify.models import Delivery
from oncall.models import ContactMethod, Escalation, PolicyBinding

LATE = timedelta(seconds=60)
_FORGOTTEN, _UNREACHED, _DEFAULT = "forgotten", "unreached", "default policy"
_QUEUES = ("event to digest", "alert to release", "escalation step", "message", "promised call")


def why_not_well(at: datetime) -> list[str]:
    """Return every reason why pages may not leave, as sentences; none when all is well."""
    seen = look(at)
    return [
        *_silent_engine(at),
        *_overdue(seen),
        *_forgotten(seen),
        *_no_default(seen),
        *_no_mail(),
    ]


def unreached(at: datetime) -> list[str]:
    """Return a sentence for open incidents whose escalation found nobody."""
    _, count = look(at)[_UNREACHED]
    if not count:
        return []
    return [f"{count} escalations found nobody to page. Open the incidents and call somebody."]


@once_per_request
def look(at: datetime) -> Mapping[str, tuple[datetime | None, int]]:
    """Return the oldest instant and the number of all that would be wrong, in one statement.

    It stands on every staff page and in every look of the watchdog, so it has to be cheap.
    """
    limit = at - LATE
    runs = Escalation.objects.filter(state=Escalation.State.WAITING)
    pending = RawEvent.objects.filter(verdict=RawEvent.Verdict.PENDING, received_at__lte=limit)
    first, *others = (
        _asked(_QUEUES[0], pending, "received_at"),
        _asked(_QUEUES[1], Alert.objects.filter(held_until__lte=limit), "held_until"),
        _asked(_QUEUES[2], runs.filter(next_due_at__lte=limit), "next_due_at"),
        _asked(_QUEUES[3], Delivery.objects.due(limit), "not_before"),
        _asked(_QUEUES[4], LateCall.objects.filter(due_at__lte=limit), "due_at"),
        _asked(_FORGOTTEN, _without_escalation(at), "opened_at"),
        _asked(_UNREACHED, runs.filter(unreached_at__lte=at), "unreached_at"),
        _asked(_DEFAULT, PolicyBinding.objects.filter(is_default=True), None),
    )
    return {name: (moment, number) for name, moment, number in first.union(*others, all=True)}


def _asked(name: str, rows: QuerySet[Any], field: str | None) -> Any:
    moment = Min(field) if field else Min(Cast(Value(None), DateTimeField()))
    named = rows.order_by().values(name=Value(name, output_field=CharField()))
    return named.annotate(moment=moment, number=Count("pk")).values_list("name", "moment", "number")


def _without_escalation(at: datetime) -> QuerySet[Incident]:
    """Return open incidents without an escalation or a reason why there is none (invariant 3)."""
    runs = Escalation.objects.filter(incident=OuterRef("pk"))
    waiting = runs.filter(state=Escalation.State.WAITING)
    lost = Q(state=State.DETECTED) & ~Q(Exists(waiting)) | ~Q(Exists(runs))
    return Incident.objects.open().filter(lost, unpaged_reason="", opened_at__lte=at)


def _silent_engine(at: datetime) -> list[str]:
    beat = pulse().beats.get("engine")
    if beat is None:
        return ["The engine has never run. Start manage.py engine."]
    if at - beat.beat_at > LATE:
        return [
            f"The engine is silent since {beat.beat_at:%d %b %H:%M:%S} UTC. Nobody is paged until it runs."
        ]
    return []


def _overdue(seen: Mapping[str, tuple[datetime | None, int]]) -> list[str]:
    return [
        f"The oldest {name} is due since {moment:%d %b %H:%M:%S} UTC."
        for name, (moment, _) in seen.items()
        if moment is not None and name in _QUEUES
    ]


def _forgotten(seen: Mapping[str, tuple[datetime | None, int]]) -> list[str]:
    _, count = seen[_FORGOTTEN]
    return [f"{count} open incidents have no escalation and no reason why."] if count else []


def _no_default(seen: Mapping[str, tuple[datetime | None, int]]) -> list[str]:
    if seen[_DEFAULT][1]:
        return []
    return ["There is no default escalation policy; Administrators are paged instead."]


def _no_mail() -> list[str]:
    """Return that mail wakes nobody, unless this is a demo or everybody is paged by other ways alone."""
    if settings.EMAIL_URL or settings.DEMO:
        return []
    ways = set(ContactMethod.objects.usable().values_list("channel", flat=True).distinct())
    if ways and "email" not in ways:
        return []
    return [
        "There is no mail server: mail is kept and wakes nobody. Set EMAIL_URL and restart every part."
    ]
