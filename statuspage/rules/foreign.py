"""Another page's Statuspage API v2, read into facts that can be stored; what can't is named and left out. Pure.

Everything here was written by strangers: types, times, states and sizes are checked one by one.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from statuspage.rules.ids import LENGTH, is_id
from statuspage.rules.states import OVER, ComponentState, Impact, Stage, Work

MOST_COMPONENTS, MOST_HAPPENINGS, MOST_UPDATES = 1_100, 10_000, 1_000
LONGEST_NAME, LONGEST_TITLE, LONGEST_BODY, LONGEST_DESCRIPTION = 120, 255, 20_000, 1_000
YEARS = range(1970, 2200)
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_WORKS = (Work.SCHEDULED, Work.IN_PROGRESS, Work.VERIFYING, Work.COMPLETED)


@dataclass(frozen=True, slots=True)
class Listed:
    """A group or component. `group`: the id of the group that it stands in, "" for none."""

    id: str
    name: str
    description: str
    position: int
    is_group: bool
    group: str
    created_at: datetime | None
    start_date: date | None


@dataclass(frozen=True, slots=True)
class Said:
    """One update. `changes`: component id -> the state that it told."""

    id: str
    state: str
    body: str
    at: datetime
    changes: Mapping[str, ComponentState]


@dataclass(frozen=True, slots=True)
class Happening:
    """An incident, or (with `begins`) a maintenance; updates oldest first, at least one."""

    id: str
    name: str
    state: str
    impact: Impact
    started_at: datetime
    ended_at: datetime | None
    updates: Sequence[Said]
    components: Sequence[str]
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(slots=True)
class Foreign:
    """What was found, and why the rest was left out."""

    listed: dict[str, Listed] = field(default_factory=dict)
    incidents: dict[str, Happening] = field(default_factory=dict)
    works: dict[str, Happening] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    recognised: bool = False


class Odd(Exception):
    """Something that can't be taken; the text says why."""


def read(documents: Sequence[object], at: datetime) -> Foreign:
    """Return what the documents hold at `at`; the first document that tells of something decides."""
    found = Foreign()
    for document in documents:
        if not isinstance(document, dict):
            found.skipped.append("A document is no JSON object.")
            continue
        for key in ("components", "incidents", "scheduled_maintenances"):
            if isinstance(rows := document.get(key), list):
                found.recognised = True
                _take(found, key, rows, at)
    return found


def known_id(given: object) -> str:
    """Return an id of our form: theirs where it has that, else one that is always made of theirs. Raises Odd."""
    if not isinstance(given, (str, int)) or isinstance(given, bool) or not str(given):
        raise Odd("it has no id")
    if is_id(str(given)):
        return str(given)
    number = int.from_bytes(hashlib.sha256(str(given).encode(errors="replace")).digest())
    digits = []
    for _ in range(LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[rest])
    return "".join(digits)


def _take(found: Foreign, key: str, rows: list[Any], at: datetime) -> None:
    most = MOST_COMPONENTS if key == "components" else MOST_HAPPENINGS
    if len(rows) > most:
        found.skipped.append(f"{key}: only the first {most:,} of {len(rows):,} were read.")
    tables: dict[str, dict[str, Any]] = {
        "components": found.listed,
        "incidents": found.incidents,
        "scheduled_maintenances": found.works,
    }
    into = tables[key]
    for row in rows[:most]:
        try:
            row = _object(row)  # noqa: PLW2901  the same row, known to be an object
            one = _listed(row) if key == "components" else _happening(row, key, found, at)
            into.setdefault(one.id, one)
        except Odd as error:
            found.skipped.append(f"{key}: {_label(row)} was left out: {error}.")


def _listed(row: Mapping[str, Any]) -> Listed:
    is_group = row.get("group") is True
    group = row.get("group_id")
    position = row.get("position")
    created, first = row.get("created_at"), row.get("start_date")
    return Listed(
        known_id(row.get("id")),
        _line(row.get("name"), LONGEST_NAME),
        _text(row.get("description"))[:LONGEST_DESCRIPTION],
        position if type(position) is int and 0 <= position <= 32_767 else 32_767,
        is_group,
        known_id(group) if group and not is_group else "",
        _moment(created) if created else None,
        _day(first) if first else None,
    )


def _happening(row: Mapping[str, Any], key: str, found: Foreign, at: datetime) -> Happening:
    is_work = key == "scheduled_maintenances"
    updates = sorted(_updates(row, is_work=is_work, found=found), key=lambda one: (one.at, one.id))
    if not updates:
        raise Odd("it has no update that can be read")
    state = _one_of(_WORKS if is_work else tuple(Stage), row.get("status"))
    first = row.get("started_at") or row.get("created_at")
    started = _moment(first) if first else updates[0].at
    if not is_work and max(started, updates[-1].at) > at:
        raise Odd("it lies in the future")
    is_over = state in OVER or state == Work.COMPLETED
    over = row.get("resolved_at")
    impact = row.get("impact")
    return Happening(
        known_id(row.get("id")),
        _line(row.get("name"), LONGEST_TITLE),
        state,
        Impact(impact) if impact in tuple(Impact) else Impact.NONE,
        min(started, updates[0].at),
        max(_moment(over) if over else updates[-1].at, started) if is_over else None,
        updates,
        tuple(_named(row)),
        *(_span(row) if is_work else (None, None)),
    )


def _span(row: Mapping[str, Any]) -> tuple[datetime, datetime]:
    begins, ends = _moment(row.get("scheduled_for")), _moment(row.get("scheduled_until"))
    if ends <= begins:
        raise Odd("it ends before it begins")
    return begins, ends


def _updates(row: Mapping[str, Any], *, is_work: bool, found: Foreign) -> Iterator[Said]:
    rows = row.get("incident_updates")
    if not isinstance(rows, list):
        return
    if len(rows) > MOST_UPDATES:
        text = (
            f"{_label(row)}: only the newest {MOST_UPDATES:,} of {len(rows):,} updates were read."
        )
        found.skipped.append(text)
    states: tuple[str, ...] = _WORKS if is_work else tuple(Stage)
    for one in rows[:MOST_UPDATES]:
        try:
            yield _said(_object(one), states)
        except Odd as error:
            found.skipped.append(f"{_label(row)}: an update was left out: {error}.")


def _said(row: Mapping[str, Any], states: Sequence[str]) -> Said:
    state = _one_of(states, row.get("status"))
    at = _moment(row.get("display_at") or row.get("created_at"))
    return Said(
        known_id(row.get("id")), state, _text(row.get("body"))[:LONGEST_BODY], at, _changes(row)
    )


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Odd("it is no object")
    return value


def _one_of(states: Sequence[str], value: object) -> str:
    if not isinstance(value, str) or value not in states:
        raise Odd(f"its status {str(value)[:30]!r} is unknown")
    return value


def _changes(row: Mapping[str, Any]) -> dict[str, ComponentState]:
    rows = row.get("affected_components")
    told: dict[str, ComponentState] = {}
    for one in rows[:MOST_COMPONENTS] if isinstance(rows, list) else []:
        if isinstance(one, dict) and one.get("new_status") in tuple(ComponentState):
            told[known_id(one.get("code"))] = ComponentState(one["new_status"])
    return told


def _named(row: Mapping[str, Any]) -> Iterator[str]:
    rows = row.get("components")
    for one in rows[:MOST_COMPONENTS] if isinstance(rows, list) else []:
        if isinstance(one, dict) and one.get("group") is not True:
            yield known_id(one.get("id"))


def _line(value: object, longest: int) -> str:
    line = " ".join(_text(value).split())
    if not line:
        raise Odd("it has no name")
    return line[:longest]


def _text(value: object) -> str:
    return value.replace("\0", "\ufffd").strip() if isinstance(value, str) else ""


def _moment(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        raise Odd(f"{str(value)[:40]!r} is no time between 1970 and 2199")
    return found.astimezone(UTC)


def _day(value: object) -> date | None:
    try:
        found = date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.year in YEARS else None


def _label(row: object) -> str:
    name = row.get("name") or row.get("id") if isinstance(row, dict) else None
    return f"“{' '.join(str(name).split())[:60]}”" if name else "something without a name"
