"""What every wire format is turned into, and what a format has to provide. Pure data."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.json_in import NODES_LIMIT, JsonRefused, nodes, require_object
from incidents.parsers.severity import Severity

Action = Literal["trigger", "acknowledge", "resolve"]

KEY_LIMIT = 255
_WARNINGS_LIMIT = 100


class Rejected(JsonRefused):
    """A body that its format can't accept. `errors`: PagerDuty's texts, elsewhere JSON pointers."""

    def __init__(self, status: int, code: str, detail: str, errors: tuple[str, ...] = ()) -> None:
        super().__init__(status, code, detail)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Context:
    """What a parser may know beside the document.

    `received_at` is aware UTC. `made_key` is the dedup key for a trigger that brings none.
    `severity_map`: lower-case sender's word to one of our five. `service_label`: the label that
    names a service by its slug, or "".
    """

    source_name: str
    received_at: datetime
    made_key: str
    severity_map: Mapping[str, str]
    service_label: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may be followed: http or https only."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Signal:
    """One normalised event of one alert.

    `key` is exact, at most 255 characters. `episode` (Alertmanager) orders as time does. `started_at`
    and `ended_at` are source time, UTC, None where not given. Title and severity mean something
    for triggers; an acknowledge or resolve that brings none has "" and "none". `severity_mapped`
    is False only where the sender's word is unknown. `group` says which alerts belong together.
    """

    action: Action
    key: str
    episode: str | None
    started_at: datetime | None
    ended_at: datetime | None
    severity: Severity
    severity_raw: str
    severity_mapped: bool
    title: str
    description: str
    service_hint: str
    group: str
    labels: dict[str, str]
    links: tuple[Link, ...]
    client: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Something changed on purpose; never pages. `details` is a JSON object as the sender gave it."""

    summary: str
    source: str
    occurred_at: datetime
    links: tuple[Link, ...]
    details: Mapping[str, object]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One item of a batch that can't be read; `index` counts from 0, as a JSON pointer does."""

    index: int
    code: str
    detail: str


Item = Signal | Change | Unreadable


@dataclass(frozen=True, slots=True)
class Parsed:
    """All that one body says. `truncated`: how many alerts the sender says that it left out."""

    items: tuple[Item, ...]
    warnings: tuple[str, ...]
    truncated: int = 0


@dataclass(frozen=True, slots=True)
class Format:
    """One wire format. `check` raises Rejected; `parse` is total for every JSON document.

    `body_limit` is in bytes, after inflation.
    """

    name: str
    label: str
    body_limit: int
    check: Callable[[object], None]
    parse: Callable[[object, Context], Parsed]


def bounded_key(key: str, notes: list[str]) -> str:
    """Return `key` unchanged, or its hash where it is too long; notes `dedup_key_hashed`."""
    if len(key) <= KEY_LIMIT:
        return key
    notes.append("dedup_key_hashed")
    return "sha256:" + hashlib.sha256(key.encode(errors="replace")).hexdigest()


def object_of(document: object) -> dict[str, object]:
    """Return `document` if it is an object; raises Rejected 422 object_required otherwise."""
    try:
        return require_object(document)
    except JsonRefused as refusal:
        raise Rejected(refusal.status, refusal.code, refusal.detail, ("",)) from refusal


def refuse_too_many_nodes(item: object, pointer: str = "") -> None:
    """Raise Rejected 422 too_many_nodes when one alert holds more than 1 000 values."""
    if nodes(item) > NODES_LIMIT:
        raise Rejected(
            422, "too_many_nodes", f"An alert may hold {NODES_LIMIT} values.", (pointer,)
        )


def parsed(items: Sequence[Item], *, several: bool = False, truncated: int = 0) -> Parsed:
    """Return `items` with their warnings, each prefixed `item N: ` where there are several."""
    found = [
        f"item {index}: {code}" if several else code
        for index, item in enumerate(items)
        for code in ((item.code,) if isinstance(item, Unreadable) else item.warnings)
    ]
    if len(found) > _WARNINGS_LIMIT:
        found[_WARNINGS_LIMIT:] = [f"and {len(found) - _WARNINGS_LIMIT} more"]
    if truncated:
        found.append("alerts_truncated")
    return Parsed(tuple(items), tuple(found), truncated)
