"""What is due? One statement a second when nothing is (performance B12)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from core.models import LateCall
from incidents.models import Alert, RawEvent
from notify.models import Delivery
from oncall.models import Escalation


@dataclass(frozen=True, slots=True)
class Glance:
    """Which kinds of work are due."""

    events: bool
    held: bool
    escalations: bool
    late_calls: bool
    deliveries: bool


def glance(at: datetime) -> Glance:
    """Return what is due at `at`, in one statement over the partial indexes of the queues."""
    queues: tuple[QuerySet[Any], ...] = (
        RawEvent.objects.filter(verdict=RawEvent.Verdict.PENDING),
        Alert.objects.filter(held_until__lte=at),
        Escalation.objects.filter(state=Escalation.State.WAITING, next_due_at__lte=at),
        LateCall.objects.filter(due_at__lte=at),
        Delivery.objects.due(at),
    )
    parts: list[str] = []
    params: list[Any] = []
    for queue in queues:
        sql, values = queue.order_by().values("pk")[:1].query.sql_with_params()
        parts.append(f"EXISTS({sql})")
        params.extend(values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), params)
        return Glance(*map(bool, cursor.fetchone()))
