"""What the tests of the kernel's actions play: senders that post, and what became of it."""

from datetime import datetime, timedelta
from typing import Any

import orjson

from incidents.actions import digest, receive
from incidents.actions.receive import Received
from incidents.models import Incident, RawEvent, Source
from incidents.playbook.lifecycle import ENDED, WORKED, State
from tests.factories import NINE, AnIncident

ACCEPTABLE = ("applied", "duplicate", "stale", "orphan_resolve", "ignored", "suppressed")


def an_incident_in(state: str, *, declared: bool = True, **fields: Any) -> Incident:
    """Return an incident in that state, with the columns that belong to it."""
    merged = {"merged_into": AnIncident()} if state == State.MERGED else {}
    incident: Incident = AnIncident(
        state=state,
        declared=declared,
        acknowledged_at=NINE if state in WORKED else None,
        ended_at=NINE if state in ENDED else None,
        **{**merged, **fields},
    )
    return incident


def generic(action: str, key: str = "disk", **fields: Any) -> dict[str, Any]:
    """Return a generic event."""
    return {"action": action, "dedup_key": key, "title": "Disk is full", **fields}


def an_alert(
    status: str, start: str = "08:59:30", *, fingerprint: str = "c8dbf279954d8e9f", **labels: str
) -> dict[str, Any]:
    """Return one alert of an Alertmanager body; `start` is its time of day."""
    return {
        "status": status,
        "labels": {"alertname": "HighErrorRate", "severity": "critical", **labels},
        "annotations": {"summary": "Checkout is failing"},
        "startsAt": f"2026-11-23T{start}Z",
        "endsAt": "2026-11-23T10:00:00Z" if status == "resolved" else "0001-01-01T00:00:00Z",
        "fingerprint": fingerprint,
    }


def group(*alerts: dict[str, Any]) -> dict[str, Any]:
    """Return an Alertmanager body."""
    is_over = all(alert["status"] == "resolved" for alert in alerts)
    return {"version": "4", "status": "resolved" if is_over else "firing", "alerts": list(alerts)}


def arrives(
    source: Source, body: dict[str, Any] | bytes, *, at: datetime = NINE, kind: str = ""
) -> Received:
    """Store one event as the door does."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    key = source.keys.first()
    assert key is not None
    return receive.store(
        receive.Request(source.pk, key.pk, kind or source.format, content, made_key="made"), at=at
    )


def takes(source: Source, *bodies: dict[str, Any] | bytes, at: datetime = NINE) -> list[str]:
    """Store and digest these, one by one at one instant; return each event's verdict."""
    verdicts = []
    for body in bodies:
        event_id = arrives(source, body, at=at).event_id
        digest(at)
        verdicts.append(RawEvent.objects.get(pk=event_id).verdict)
    return verdicts


def after(**span: float) -> datetime:
    """Return the instant so long after nine."""
    return NINE + timedelta(**span)
