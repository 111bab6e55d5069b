"""PagerDuty Events API v2: alert events and change events (integrations.md 2.2).

What PagerDuty refuses is refused with its own texts and 400; what it would merely find too long is
cut, since a page must not be lost to a long summary.
"""

from collections.abc import Iterator, Mapping
from typing import get_args

from core.json_in import NODES_LIMIT, nodes
from incidents.parsers import severity, text, times
from incidents.parsers.base import (
    Action,
    Change,
    Context,
    Parsed,
    Rejected,
    Signal,
    bounded_key,
    parsed,
)

_ACTIONS: Mapping[object, Action] = {action: action for action in get_args(Action)}
_SEVERITIES = frozenset({"critical", "error", "warning", "info"})
_KEY_LENGTH = 32
_PAYLOAD_LABELS = ("source", "component", "group", "class")


def check(document: object) -> None:
    """Raise Rejected 400 with PagerDuty's error texts when this is no alert event."""
    event = _event_of(document)
    errors = [*_routing_key_errors(event), *_event_errors(event)]
    _refuse(event, errors)


def check_change(document: object) -> None:
    """Raise Rejected 400 with PagerDuty's error texts when this is no change event."""
    event = _event_of(document)
    errors = [*_routing_key_errors(event), *_payload_errors(event, ("summary",))]
    _refuse(event, errors)


def parse(document: object, context: Context) -> Parsed:
    """Return the one Signal of an alert event; a trigger without `dedup_key` gets the made one."""
    event = text.mapping(document)
    payload = text.mapping(event.get("payload"))
    action = _action(event) or "trigger"
    notes: list[str] = []
    given = text.words(event.get("dedup_key"))
    key = bounded_key(given, notes) if given.strip() else context.made_key
    raw = text.words(payload.get("severity"))
    level, is_known = severity.judged(
        raw, context.severity_map, notes, is_trigger=action == "trigger"
    )
    labels = text.labels_of(_label_pairs(payload), notes)
    signal = Signal(
        action=action,
        key=key,
        episode=None,
        started_at=times.settled(payload.get("timestamp"), context.received_at, notes),
        ended_at=None,
        severity=level,
        severity_raw=text.line(raw, text.WORD_LIMIT, notes),
        severity_mapped=is_known,
        title=_title(payload, action, context, notes),
        description=_description(payload, notes),
        service_hint=text.hint(labels, context),
        group=key,
        labels=labels,
        links=text.links_of(_hrefs(event), labels, notes),
        client=text.line(text.words(event.get("client")), text.CLIENT_LIMIT, notes),
        warnings=tuple(dict.fromkeys(notes)),
    )
    return parsed([signal])


def parse_change(document: object, context: Context) -> Parsed:
    """Return the one Change of a change event, with links that can't be followed in its details."""
    event = text.mapping(document)
    payload = text.mapping(event.get("payload"))
    notes: list[str] = []
    unfollowed: dict[str, str] = {}
    links = text.links_of(_hrefs(event), unfollowed, notes)
    summary = text.line(text.words(payload.get("summary")), text.TITLE_LIMIT, notes)
    change = Change(
        summary=summary or f"Untitled change from {context.source_name}"[: text.TITLE_LIMIT],
        source=text.line(text.words(payload.get("source")), text.CLIENT_LIMIT, notes),
        occurred_at=times.settled(payload.get("timestamp"), context.received_at, notes)
        or context.received_at,
        links=links,
        details={**unfollowed, **_details(payload.get("custom_details"))},
        warnings=tuple(dict.fromkeys(notes)),
    )
    return parsed([change])


def _event_of(document: object) -> dict[str, object]:
    if not isinstance(document, dict):
        raise _invalid(("Event object is not a JSON object",), code="object_required")
    return document


def _refuse(event: object, errors: list[str]) -> None:
    if errors:
        raise _invalid(tuple(errors))
    if nodes(event) > NODES_LIMIT:
        raise _invalid((f"Event object has more than {NODES_LIMIT} values",), code="too_many_nodes")


def _invalid(errors: tuple[str, ...], code: str = "invalid_event") -> Rejected:
    return Rejected(400, code, "Event object is invalid", errors)


def _routing_key_errors(event: Mapping[str, object]) -> Iterator[str]:
    key = event.get("routing_key")
    if not isinstance(key, str) or not key.strip():
        yield "'routing_key' is missing or blank"
    elif len(key) != _KEY_LENGTH:
        yield f"Length of 'routing_key' is incorrect (should be {_KEY_LENGTH} characters)"


def _event_errors(event: Mapping[str, object]) -> Iterator[str]:
    action = _action(event)
    if action is None:
        yield "'event_action' is missing or is invalid"
    elif action == "trigger":
        yield from _payload_errors(event, ("summary", "source"))
        payload = event.get("payload")
        if isinstance(payload, dict) and payload and not _names_severity(payload.get("severity")):
            yield "'payload.severity' is missing or is invalid"
    elif _is_blank(event.get("dedup_key")):
        yield "'dedup_key' is missing or blank"


def _payload_errors(event: Mapping[str, object], required: tuple[str, ...]) -> Iterator[str]:
    payload = event.get("payload")
    if not isinstance(payload, dict) or not payload:
        yield "'payload' is missing or blank"
        return
    for name in required:
        if _is_blank(payload.get(name)):
            yield f"'payload.{name}' is missing or blank"


def _is_blank(value: object) -> bool:
    return value in ([], {}) or not text.words(value).strip()


def _names_severity(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in _SEVERITIES


def _action(event: Mapping[str, object]) -> Action | None:
    action = event.get("event_action")
    return _ACTIONS.get(action) if isinstance(action, str) else None


def _title(
    payload: Mapping[str, object], action: Action, context: Context, notes: list[str]
) -> str:
    title = text.line(text.words(payload.get("summary")), text.TITLE_LIMIT, notes)
    if title or action != "trigger":
        return title
    # A summary of nothing but control characters passes PagerDuty's rules.
    notes.append("title_missing")
    return text.untitled(context.source_name)


def _label_pairs(payload: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name in _PAYLOAD_LABELS:
        if not _is_blank(payload.get(name)):
            yield name, payload[name]
    for name, value in text.mapping(payload.get("custom_details")).items():
        yield (f"details.{name}" if name in _PAYLOAD_LABELS else name), value


def _description(payload: Mapping[str, object], notes: list[str]) -> str:
    details = payload.get("custom_details")
    return (
        ""
        if isinstance(details, dict)
        else text.block(text.words(details), text.DESCRIPTION_BYTES, notes)
    )


def _details(value: object) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    return {"text": value} if text.words(value) else {}


def _hrefs(event: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield text.words(event.get("client_url")), text.words(event.get("client")) or "client"
    yield from text.hrefs(event.get("links"), ("href",), ("text",))
    yield from text.hrefs(event.get("images"), ("href", "src"), ("alt",))
