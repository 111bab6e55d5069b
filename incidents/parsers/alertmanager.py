"""Prometheus Alertmanager webhook, version 4 (integrations.md 2.3). The hot path: up to 3 000 alerts.

Identity hangs on each alert's fingerprint and start, never on the group, whose key changes when
somebody edits the route tree (integrations.md 1, finding 1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.json_in import NODES_LIMIT, nodes
from incidents.parsers import severity, text, times
from incidents.parsers.base import (
    Action,
    Context,
    Parsed,
    Rejected,
    Signal,
    Unreadable,
    bounded_key,
    object_of,
    parsed,
    refuse_too_many_nodes,
)

_ACTIONS: Mapping[object, Action] = {"firing": "trigger", "resolved": "resolve"}
_LINKED = ("runbook_url", "dashboard_url")
_SHOWN_ELSEWHERE = frozenset({"summary", "description", "message", *_LINKED})
# Far above what 16 MiB of true alerts can hold; it stops a body of millions of empty ones.
_ALERTS_LIMIT = 100_000
_FNV_OFFSET, _FNV_PRIME, _FNV_MASK = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF


def check(document: object) -> None:
    """Raise Rejected for what no reading can save: no object, no list of alerts, a single bad one."""
    alerts = object_of(document).get("alerts")
    if not isinstance(alerts, list):
        raise Rejected(
            422, "not_alertmanager", "There is no list `alerts` in the body.", ("/alerts",)
        )
    if len(alerts) > _ALERTS_LIMIT:
        raise Rejected(
            422, "too_many_alerts", f"A body may hold {_ALERTS_LIMIT} alerts.", ("/alerts",)
        )
    if len(alerts) != 1:
        return
    if not isinstance(alerts[0], dict):
        raise Rejected(422, "object_required", "An alert must be a JSON object.", ("/alerts/0",))
    refuse_too_many_nodes(alerts[0], "/alerts/0")


def parse(document: object, context: Context) -> Parsed:
    """Return one Signal per alert of the group, each by its own status, in the sender's order."""
    body = text.mapping(document)
    alerts = body.get("alerts")
    group = _group_of(body)
    items = [
        _item(index, alert, group, context)
        for index, alert in enumerate(alerts if isinstance(alerts, list) else ())
    ]
    return parsed(items, several=len(items) > 1, truncated=_count(body.get("truncatedAlerts")))


@dataclass(frozen=True, slots=True)
class _Group:
    """What the alerts of one body share: worked out once, since there may be thousands."""

    status: object
    title: str
    external_url: str


def _group_of(body: Mapping[str, object]) -> _Group:
    pairs = text.mapping(body.get("groupLabels")).items()
    title = " ".join(f"{name}={text.words(value)}" for name, value in pairs if name != "alertname")
    return _Group(
        status=body.get("status"),
        title=text.line(title, text.TITLE_LIMIT, []),
        external_url=text.words(body.get("externalURL")),
    )


def _count(value: object) -> int:
    return max(value, 0) if isinstance(value, int) else 0


def _item(index: int, alert: object, group: _Group, context: Context) -> Signal | Unreadable:
    if not isinstance(alert, dict):
        return Unreadable(index, "object_required", "The alert is not a JSON object.")
    if nodes(alert) > NODES_LIMIT:
        return Unreadable(
            index, "too_many_nodes", f"The alert holds more than {NODES_LIMIT} values."
        )
    return _signal(alert, group, context)


def _signal(alert: Mapping[str, object], group: _Group, context: Context) -> Signal:
    notes: list[str] = []
    labels, annotations = text.mapping(alert.get("labels")), text.mapping(alert.get("annotations"))
    action = _action(alert.get("status"), group, notes)
    key = _key(alert.get("fingerprint"), labels, notes)
    raw = text.words(labels.get("severity"))
    level, is_known = severity.judged(raw, context.severity_map, notes)
    episode, started_at = _start(alert.get("startsAt"), context.received_at, notes)
    shown = text.labels_of(labels.items(), notes)
    links = text.links_of(_hrefs(alert, annotations, group), shown, notes)
    return Signal(
        action=action,
        key=key,
        episode=episode,
        started_at=started_at,
        ended_at=_end(alert.get("endsAt"), context.received_at, notes)
        if action == "resolve"
        else None,
        severity=level,
        severity_raw=text.line(raw, text.WORD_LIMIT, notes),
        severity_mapped=is_known,
        title=_title(labels, annotations, group, context, notes),
        description=_description(annotations, notes),
        service_hint=text.hint(labels, context),
        group=_group_name(labels, key),
        labels=shown,
        links=links,
        client="Alertmanager",
        warnings=tuple(dict.fromkeys(notes)) if notes else (),
    )


def _action(status: object, group: _Group, notes: list[str]) -> Action:
    if isinstance(status, str) and status in _ACTIONS:
        return _ACTIONS[status]
    notes.append("unknown_status")
    # A group is resolved only when all its members are.
    return "resolve" if group.status == "resolved" else "trigger"


def _key(fingerprint: object, labels: Mapping[str, object], notes: list[str]) -> str:
    key = text.words(fingerprint)
    if key.strip():
        return bounded_key(key, notes)
    notes.append("fingerprint_missing")
    return fingerprint_of(labels)


def fingerprint_of(labels: Mapping[str, object]) -> str:
    """Return the fingerprint that Prometheus gives this label set: FNV-1a, 64 bits, 16 hex digits."""
    state = _FNV_OFFSET
    for name in sorted(labels):
        for part in (name, text.words(labels[name])):
            for byte in part.encode(errors="replace") + b"\xff":
                state = (state ^ byte) * _FNV_PRIME & _FNV_MASK
    return f"{state:016x}"


def _start(value: object, received_at: datetime, notes: list[str]) -> tuple[str | None, datetime]:
    moment = times.instant(value)
    name = times.episode(str(value), moment, received_at) if moment else None
    return name, times.within_reason(moment, received_at, notes)


def _end(value: object, received_at: datetime, notes: list[str]) -> datetime | None:
    moment = times.instant(value)
    if moment is None or moment.year == 1:
        return None
    return times.within_reason(moment, received_at, notes)


def _title(
    labels: Mapping[str, object],
    annotations: Mapping[str, object],
    group: _Group,
    context: Context,
    notes: list[str],
) -> str:
    for name in ("summary", "message", "description"):
        given = text.words(annotations.get(name)).strip()
        if given:
            first = given if name == "summary" else given.splitlines()[0]
            title = text.line(first, text.TITLE_LIMIT, notes)
            if title:
                return title
    fallback = f"{text.words(labels.get('alertname'))} {group.title}"
    title = text.line(fallback, text.TITLE_LIMIT, notes)
    if title:
        return title
    notes.append("title_missing")
    return text.untitled(context.source_name)


def _description(annotations: Mapping[str, object], notes: list[str]) -> str:
    parts = [
        text.words(annotations[name]) for name in ("description", "message") if name in annotations
    ]
    parts += [
        f"{name}: {text.words(value)}"
        for name, value in annotations.items()
        if name not in _SHOWN_ELSEWHERE
    ]
    return text.block("\n".join(parts), text.DESCRIPTION_BYTES, notes) if parts else ""


def _hrefs(
    alert: Mapping[str, object], annotations: Mapping[str, object], group: _Group
) -> Iterator[tuple[str, str]]:
    yield text.words(alert.get("generatorURL")), "generator"
    for name in _LINKED:
        if name in annotations:
            yield text.words(annotations[name]), name.removesuffix("_url")
    yield group.external_url, "Alertmanager"


def _group_name(labels: Mapping[str, object], key: str) -> str:
    name = text.words(labels.get("alertname"))
    return bounded_key(f"alertname:{name}", []) if name else key
