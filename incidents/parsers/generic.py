"""Our own generic JSON, for whatever speaks nothing else: only `action` is required.

`{"action": "trigger|acknowledge|resolve", "dedup_key"?, "title"?, "severity"?, "service"?,
"description"?, "labels"?, "links"?, "started_at"?}`. What is missing or odd is filled in or
converted with a warning, so that a clumsy script still pages.
"""

from collections.abc import Iterator, Mapping
from typing import get_args

from incidents.parsers import severity, text, times
from incidents.parsers.base import (
    Action,
    Context,
    Parsed,
    Rejected,
    Signal,
    bounded_key,
    object_of,
    parsed,
    refuse_too_many_nodes,
)

_ACTIONS: Mapping[str, Action] = {action: action for action in get_args(Action)}


def check(document: object) -> None:
    """Raise Rejected 422 for a missing or unknown action, and for an end of nothing in particular."""
    event = object_of(document)
    action = _action(event)
    if action is None:
        choices = ", ".join(_ACTIONS)
        raise Rejected(422, "invalid_action", f"`action` must be one of {choices}.", ("/action",))
    if action != "trigger" and not text.words(event.get("dedup_key")).strip():
        detail = f"`{action}` needs the `dedup_key` of its trigger."
        raise Rejected(422, "dedup_key_required", detail, ("/dedup_key",))
    refuse_too_many_nodes(event)


def parse(document: object, context: Context) -> Parsed:
    """Return the one Signal of the body; a trigger without `dedup_key` gets the made one."""
    event = text.mapping(document)
    action = _action(event) or "trigger"
    notes: list[str] = []
    given = text.words(event.get("dedup_key"))
    key = bounded_key(given, notes) if given.strip() else context.made_key
    title = _title(event, action, context, notes)
    raw = text.words(event.get("severity"))
    level, is_known = severity.judged(
        raw, context.severity_map, notes, is_trigger=action == "trigger"
    )
    labels = text.labels_of(_label_pairs(event.get("labels"), notes), notes)
    signal = Signal(
        action=action,
        key=key,
        episode=None,
        started_at=times.settled(event.get("started_at"), context.received_at, notes),
        ended_at=None,
        severity=level,
        severity_raw=text.line(raw, text.WORD_LIMIT, notes),
        severity_mapped=is_known,
        title=title,
        description=text.block(
            _said(event.get("description"), notes), text.DESCRIPTION_BYTES, notes
        ),
        service_hint=_service(event, labels, context, notes),
        group=key,
        labels=labels,
        links=text.links_of(_hrefs(event), labels, notes),
        client="",
        warnings=tuple(dict.fromkeys(notes)),
    )
    return parsed([signal])


def _action(event: Mapping[str, object]) -> Action | None:
    action = event.get("action")
    return _ACTIONS.get(action) if isinstance(action, str) else None


def _said(value: object, notes: list[str]) -> str:
    """Return the text form of `value`; notes `coerced` where it was not a text."""
    if value is not None and not isinstance(value, str):
        notes.append("coerced")
    return text.words(value)


def _title(event: Mapping[str, object], action: Action, context: Context, notes: list[str]) -> str:
    title = text.line(_said(event.get("title"), notes), text.TITLE_LIMIT, notes)
    if title or action != "trigger":
        return title
    notes.append("title_missing")
    return text.untitled(context.source_name)


def _service(
    event: Mapping[str, object], labels: Mapping[str, object], context: Context, notes: list[str]
) -> str:
    named = text.line(_said(event.get("service"), notes), text.SERVICE_LIMIT, notes)
    return named or text.hint(labels, context)


def _label_pairs(value: object, notes: list[str]) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()
    elif value is not None:
        yield "labels", _said(value, notes)


def _hrefs(event: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield from text.hrefs(event.get("links"), ("href", "url"), ("text", "title"))
