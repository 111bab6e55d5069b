"""What the senders of a measurement post: bodies of the size and shape that real ones have."""

import json
from collections.abc import Callable

STARTED = "2026-11-23T09:00:00.000Z"
ALERTS = 100  # in one Alertmanager webhook
HOT_KEYS = 10


def generic(number: int, _key: str) -> tuple[str, bytes]:
    """Return the dedup key and body of a generic trigger; every number is a new key."""
    key = f"bench-{number:09d}"
    return key, _dump(
        {
            "action": "trigger",
            "dedup_key": key,
            "title": f"[{key}] checkout answers slowly in eu-west-1",
            "severity": "error",
            "description": "The 95th percentile of /pay has been above 2 s for ten minutes.",
            "labels": {"region": "eu-west-1", "cluster": "prod-3", "job": "checkout", "n": key},
            "links": [{"href": "https://runbooks.example/checkout", "text": "Runbook"}],
        }
    )


def hot(number: int, key: str) -> tuple[str, bytes]:
    """Return a generic trigger of one of ten keys."""
    return generic(number % HOT_KEYS, key)


def pagerduty(number: int, key: str) -> tuple[str, bytes]:
    """Return the dedup key and body of a PagerDuty trigger; every number is a new key."""
    dedup_key = f"bench-{number:09d}"
    details = {"region": "eu-west-1", "cluster": "prod-3", "load": "14.2, 11.9, 9.0"}
    return dedup_key, _dump(
        {
            "routing_key": key,
            "event_action": "trigger",
            "dedup_key": dedup_key,
            "client": "Bench",
            "client_url": "https://monitoring.example/host/42",
            "payload": {
                "summary": f"[{dedup_key}] disk of db-42 is almost full",
                "source": "db-42.example",
                "severity": "error",
                "timestamp": STARTED,
                "component": "postgresql",
                "group": "prod-3",
                "class": "disk",
                "custom_details": details,
            },
        }
    )


def alertmanager(number: int, _key: str) -> tuple[str, bytes]:
    """Return a webhook of 100 alerts; half of them were in webhook `number - 1` as well."""
    first = number * ALERTS // 2
    alerts = [_alert(first + place) for place in range(ALERTS)]
    common = {"job": "node", "cluster": "prod-3"}
    return f"webhook-{number}", _dump(
        {
            "version": "4",
            "groupKey": '{}:{alertname=~"Node.*"}',
            "truncatedAlerts": 0,
            "status": "firing",
            "receiver": "watchbill",
            "groupLabels": {"cluster": "prod-3"},
            "commonLabels": common,
            "commonAnnotations": {},
            "externalURL": "http://alertmanager.example:9093",
            "alerts": alerts,
        }
    )


def _alert(number: int) -> dict[str, object]:
    name = f"NodeCondition{number % 10}"
    return {
        "status": "firing",
        "labels": {
            "alertname": name,
            "cluster": "prod-3",
            "instance": f"node-{number:08d}.example:9100",
            "job": "node",
            "severity": "warning",
        },
        "annotations": {
            "summary": f"{name} on node-{number:08d}",
            "description": "The condition has held for more than fifteen minutes.",
            "runbook_url": f"https://runbooks.example/{name}",
        },
        "startsAt": STARTED,
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up",
        "fingerprint": f"{number:016x}",
    }


def _dump(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


Maker = Callable[[int, str], tuple[str, bytes]]
MAKERS: dict[str, Maker] = {
    "generic": generic,
    "hot": hot,
    "pagerduty": pagerduty,
    "alertmanager": alertmanager,
}
FORMATS = {"generic": "generic", "hot": "generic", "pagerduty": "pagerduty"} | {
    "alertmanager": "alertmanager"
}


def path(shape: str, key: str) -> str:
    """Return where a body of this shape is posted with this key."""
    form = FORMATS[shape]
    return "/v2/enqueue" if form == "pagerduty" else f"/in/{form}/{key}/"
