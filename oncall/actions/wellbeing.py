"""Is the pager well? The same answer for /livez/engine, the watchdog and the red bar."""

from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef, Q

from core.models import Heartbeat, LateCall
from incidents.models import Alert, Incident, RawEvent
from incidents.playbook.lifecycle import State
from notify.models import Delivery
from oncall.models import Escalation, PolicyBinding

LATE = timedelta(seconds=60)


def why_not_well(at: datetime) -> list[str]:
    """Return every reason why pages may not leave, as sentences; none when all is well."""
    return [*_silent_engine(at), *_overdue(at), *_forgotten(at), *_no_default()]


def _silent_engine(at: datetime) -> list[str]:
    beat = Heartbeat.objects.filter(part="engine").first()
    if beat is None:
        return ["The engine has never run. Start manage.py engine."]
    age = at - beat.beat_at
    if age > LATE:
        return [
            f"The engine is silent since {beat.beat_at:%d %b %H:%M:%S} UTC. Nobody is paged until it runs."
        ]
    return []


def _overdue(at: datetime) -> list[str]:
    limit = at - LATE
    oldest = {
        "event to digest": RawEvent.objects.filter(
            verdict=RawEvent.Verdict.PENDING, received_at__lte=limit
        ).aggregate(moment=Min("received_at")),
        "alert to release": Alert.objects.filter(held_until__lte=limit).aggregate(
            moment=Min("held_until")
        ),
        "escalation step": Escalation.objects.filter(
            state=Escalation.State.WAITING, next_due_at__lte=limit
        ).aggregate(moment=Min("next_due_at")),
        "message": Delivery.objects.due(limit).aggregate(moment=Min("not_before")),
        "promised call": LateCall.objects.filter(due_at__lte=limit).aggregate(moment=Min("due_at")),
    }
    return [
        f"The oldest {name} is due since {found['moment']:%d %b %H:%M:%S} UTC."
        for name, found in oldest.items()
        if found["moment"] is not None
    ]


def _forgotten(at: datetime) -> list[str]:
    """Find open incidents without an escalation or a reason why there is none (invariant 3)."""
    runs = Escalation.objects.filter(incident=OuterRef("pk"))
    waiting = runs.filter(state=Escalation.State.WAITING)
    lost = Q(state=State.DETECTED) & ~Q(Exists(waiting)) | ~Q(Exists(runs))
    count = Incident.objects.open().filter(lost, unpaged_reason="", opened_at__lte=at).count()
    return [f"{count} open incidents have no escalation and no reason why."] if count else []


def _no_default() -> list[str]:
    if PolicyBinding.objects.filter(is_default=True).exists():
        return []
    return ["There is no default escalation policy; Administrators are paged instead."]


def unreached(at: datetime) -> list[str]:
    """Return a sentence for open incidents whose escalation found nobody."""
    count = Escalation.objects.filter(state=Escalation.State.WAITING, unreached_at__lte=at).count()
    return (
        [f"{count} escalations found nobody to page. Open the incidents and call somebody."]
        if count
        else []
    )
