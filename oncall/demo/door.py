"""Let a few alerts and changes come in as their senders send them: stored, then digested."""

from datetime import datetime, timedelta

import orjson
from django.core.management.color import no_style
from django.db import connection

from incidents.actions import digest
from incidents.actions.receive import Request, store
from incidents.models import Incident, RawEvent, Source
from incidents.parsers.alertmanager import fingerprint_of
from oncall.demo.data import CaseData, ChangeData

_WORDS = {1: "critical", 2: "error", 3: "warning", 4: "info"}
_ZERO = "0001-01-01T00:00:00Z"  # how Go writes "no time"
_RULE_WAITS = timedelta(seconds=30)


def alert(case: CaseData, source: Source, *, opened: datetime, at: datetime) -> int:
    """Send an Alertmanager webhook: firing at `opened`, ended at any later `at`; return the incident."""
    has_ended = at > opened
    labels = {
        "alertname": case.alert,
        "service": case.service,
        "severity": _WORDS[case.rank],
        "cluster": "prod-eu",
    }
    item = {
        "status": "resolved" if has_ended else "firing",
        "labels": labels,
        "annotations": {"summary": case.title, "description": case.about},
        "startsAt": (opened - _RULE_WAITS).isoformat(),
        "endsAt": at.isoformat() if has_ended else _ZERO,
        "generatorURL": f"https://prometheus.northwind.example/graph?g0.expr={case.alert}",
        "fingerprint": fingerprint_of(labels),
    }
    group = {"alertname": case.alert, "service": case.service}
    body = {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{case.alert}", service="{case.service}"}}',
        "truncatedAlerts": 0,
        "status": item["status"],
        "receiver": "watchbill",
        "groupLabels": group,
        "commonLabels": labels,
        "commonAnnotations": item["annotations"],
        "externalURL": "https://alertmanager.northwind.example",
        "alerts": [item],
    }
    return _receive(source, "alertmanager", body, at)


def change(data: ChangeData, source: Source, *, at: datetime) -> None:
    """Send a PagerDuty change event."""
    payload = {
        "summary": data.summary,
        "source": "deploy job",
        "timestamp": at.isoformat(),
        "custom_details": {"service": data.of},
    }
    _receive(source, "pagerduty_change", {"payload": payload}, at)


def _receive(source: Source, kind: str, body: dict[str, object], at: datetime) -> int:
    count_on()
    key = source.keys.get()
    received = store(Request(source.pk, key.pk, kind, orjson.dumps(body)), at=at)
    digest(at)
    event = RawEvent.objects.get(pk=received.event_id)
    if event.verdict != RawEvent.Verdict.APPLIED:
        raise RuntimeError(f"a demo event is {event.verdict}: {event.error or event.items}")
    return int(event.items[0].get("incident") or 0)


def count_on() -> None:
    """Let the next number follow the highest one that was given by hand (PostgreSQL counts apart)."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Incident]):
            cursor.execute(statement)
