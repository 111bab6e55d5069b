"""Cachet's API, of 2.x (`/api/v1`) and 3.x (`/api`, JSON:API), as the document that a Statuspage would give. Pure.

Cachet keeps no history of its components' states and no planned end of a maintenance: what it does not know is not
made up but named in the notes. What it does not show to guests is left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from statuspage.rules.foreign import YEARS
from statuspage.rules.states import ComponentState, Impact, Stage, Work

Row = Mapping[str, Any]

# areas/statuspage.md 1, row 2; 5 is "unknown", 0 an unset one.
STATES = {
    1: ComponentState.OPERATIONAL,
    2: ComponentState.DEGRADED,
    3: ComponentState.PARTIAL,
    4: ComponentState.MAJOR,
    6: ComponentState.MAINTENANCE,
}
STAGES = {1: Stage.INVESTIGATING, 2: Stage.IDENTIFIED, 3: Stage.MONITORING, 4: Stage.RESOLVED}
WORKS = {0: Work.SCHEDULED, 1: Work.IN_PROGRESS, 2: Work.COMPLETED}
IMPACTS = {
    ComponentState.DEGRADED: Impact.MINOR,
    ComponentState.PARTIAL: Impact.MAJOR,
    ComponentState.MAJOR: Impact.CRITICAL,
}
GUESTS = ("1", "True")  # `visible`: everybody may see it
AN_HOUR, A_MINUTE = timedelta(hours=1), timedelta(minutes=1)
NO_LEDGER = (
    "Cachet keeps no past states of components: their history begins today, and the days before have no data. "
    "Past incidents are listed without the components that they touched."
)


@dataclass(frozen=True, slots=True)
class Export:
    """What was read of a Cachet: rows as `rows` gives them."""

    components: Sequence[Row] = ()
    groups: Sequence[Row] = ()
    incidents: Sequence[Row] = ()
    schedules: Sequence[Row] = ()


@dataclass(slots=True)
class Reading:
    """The document in Statuspage's words, and a sentence for what could not be said in them."""

    document: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def rows(document: object) -> list[Row]:
    """Return the rows of one answer; what 3.x puts beside a row (`included`) stands in it, by its name there."""
    found = document.get("data") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(found, list):
        return []
    extra = document.get("included")
    beside = {
        (str(one.get("type")), str(one.get("id"))): one
        for one in (extra if isinstance(extra, list) else [])
        if isinstance(one, dict)
    }
    return [_flat(row, beside) for row in found if isinstance(row, dict)]


def as_statuspage(export: Export, zone: ZoneInfo, at: datetime) -> Reading:
    """Return what a Cachet holds as one document of the API v2, for `foreign.read`. `zone`: that of its clock."""
    return _Translation(export, zone, at).run()


class _Translation:
    """One run. `components`: their number -> the row, of those that guests may see."""

    def __init__(self, export: Export, zone: ZoneInfo, at: datetime) -> None:
        self.export, self.zone, self.at = export, zone, at
        self.notes: list[str] = []
        self.components: dict[str, Row] = {}
        self.told: set[str] = set()  # numbers of components that an open incident speaks of

    def run(self) -> Reading:
        """Translate everything, groups first."""
        groups = {str(row.get("id")): row for row in self.export.groups if self._is_shown(row)}
        listed = [self._group(row) for row in groups.values()]
        hidden = {str(row.get("id")) for row in self.export.groups} - groups.keys()
        for row in self.export.components:
            if row.get("enabled", True) in (True, 1) and _group_of(row) not in hidden:
                self.components[str(row.get("id"))] = row
                listed.append(self._component(row, groups))
            else:
                self.notes.append(f"{_name(row)} was left out: guests do not see it there.")
        incidents = [one for row in self.export.incidents for one in self._incident(row)]
        works = [one for row in self.export.schedules for one in self._work(row)]
        document = {
            "components": listed,
            "incidents": incidents,
            "scheduled_maintenances": works,
        }
        self.notes += [*self._untold(), NO_LEDGER]
        return Reading(document, self.notes)

    def _is_shown(self, row: Row) -> bool:
        """Tell whether guests may see a row that is there; say so where they may not."""
        shown = str(row.get("visible", True)) in GUESTS and not row.get("deleted_at")
        if not shown:
            self.notes.append(f"{_name(row)} was left out: guests do not see it there.")
        return shown

    def _group(self, row: Row) -> dict[str, Any]:
        return {**self._listed("group", row), "group": True}

    def _component(self, row: Row, groups: Mapping[str, Row]) -> dict[str, Any]:
        group = groups.get(_group_of(row))
        return {
            **self._listed("component", row),
            "group": False,
            "group_id": self._id("group", group) if group else None,
            "start_date": self.at.date().isoformat(),
        }

    def _listed(self, kind: str, row: Row) -> dict[str, Any]:
        return {
            "id": self._id(kind, row),
            "name": row.get("name"),
            "description": row.get("description"),
            "position": row.get("order"),
            "created_at": self._time(row, "created"),
        }

    def _id(self, kind: str, row: Row) -> str:
        """Return an id that is the same each time, and another one for another Cachet's row of that number."""
        return f"cachet {kind} {row.get('id')} {_moment(row, 'created')}"

    def _time(self, row: Row, name: str) -> str | None:
        """Return an instant as ISO 8601; None where there is none that can be read."""
        found = self._instant(row, name)
        return found.isoformat() if found else None

    def _instant(self, row: Row, name: str) -> datetime | None:
        text = _moment(row, name)
        try:
            found = datetime.fromisoformat(text) if text else None
            if found is None or found.year not in YEARS:
                return None
            return (found if found.tzinfo else found.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def _incident(self, row: Row) -> Iterator[dict[str, Any]]:
        if not self._is_shown(row):
            return
        status = _number(row.get("status"))
        if status not in STAGES:
            self.notes.append(
                f"{_name(row)} was left out: its status {status} is no stage of an incident."
            )
            return
        said = [one for one in _list(row, "updates") if _number(one.get("status")) in STAGES]
        said.sort(key=lambda one: (_moment(one, "created"), _number(one.get("id")) or 0))
        latest = _number(row.get("latest_status"))
        latest = latest if latest in STAGES else _number(said[-1].get("status")) if said else status
        is_latest = isinstance(row.get("status"), dict) or STAGES[status] == Stage.RESOLVED
        first = Stage.INVESTIGATING if said and is_latest else STAGES[status]
        begun = self._time(row, "occurred") or self._time(row, "scheduled") or self._time(row, "created")  # fmt: skip
        stage = STAGES[latest or status]
        updates = [{"id": self._id("incident word", row), "status": first, "body": row.get("message"), "created_at": begun}]  # fmt: skip
        updates += [self._said(one, "update", STAGES[_number(one.get("status")) or 1]) for one in said]  # fmt: skip
        changes = self._affected(row) if stage != Stage.RESOLVED else []
        updates[-1]["affected_components"] = changes
        yield {
            "id": self._id("incident", row),
            "name": row.get("name"),
            "status": stage,
            "impact": _impact(changes),
            "started_at": begun,
            "incident_updates": updates,
        }

    def _said(self, row: Row, kind: str, status: str) -> dict[str, Any]:
        return {
            "id": self._id(kind, row),
            "status": status,
            "body": row.get("message"),
            "created_at": self._time(row, "created"),
        }

    def _affected(self, row: Row) -> list[dict[str, str]]:
        """Return what an open incident holds back now: its components that do badly."""
        numbers = [str(one.get("id")) for one in _list(row, "components")]
        numbers += [str(row.get("component_id"))] if row.get("component_id") else []
        told = []
        for number in dict.fromkeys(numbers):
            component = self.components.get(number)
            state = _state(component) if component else None
            if component and state and state in IMPACTS:
                self.told.add(number)
                told.append({"code": self._id("component", component), "new_status": str(state)})
        return told

    def _work(self, row: Row) -> Iterator[dict[str, Any]]:
        status = WORKS.get(_number(row.get("status")) or 0)
        begins, ended = self._instant(row, "scheduled"), self._instant(row, "completed")
        if not self._is_shown(row) or begins is None or status is None:
            return
        if "published" in row and not _moment(row, "published"):
            self.notes.append(f"{_name(row)} was left out: it is not published there.")
            return
        ends = max(ended, begins + A_MINUTE) if ended else begins + AN_HOUR
        if status != Work.COMPLETED:
            ends = max(begins, self.at if status == Work.IN_PROGRESS else begins) + AN_HOUR
            self.notes.append(
                f"{_name(row)} was given an hour: Cachet knows no planned end. Set it."
            )
        known = self._instant(row, "created") or begins
        updates = [{"id": self._id("schedule word", row), "status": Work.SCHEDULED, "body": row.get("message"), "created_at": min(known, begins).isoformat()}]  # fmt: skip
        for one in _list(row, "updates"):
            when = self._instant(one, "created") or begins
            state = Work.IN_PROGRESS if when >= begins else Work.SCHEDULED
            updates.append(self._said(one, "schedule update", state))
        yield {
            "id": self._id("schedule", row),
            "name": row.get("name"),
            "status": status,
            "impact": "maintenance",
            "scheduled_for": begins.isoformat(),
            "scheduled_until": ends.isoformat(),
            "resolved_at": ends.isoformat() if status == Work.COMPLETED else None,
            "started_at": min(known, begins).isoformat(),
            "components": [{"id": one} for one in self._touched(row)],
            "incident_updates": updates,
        }

    def _touched(self, row: Row) -> Iterator[str]:
        for one in _list(row, "components"):
            number = str(one.get("component_id") or one.get("id"))
            if number in self.components:
                yield self._id("component", self.components[number])

    def _untold(self) -> Iterable[str]:
        for number, row in self.components.items():
            state = _state(row)
            if state is None:
                yield f"{_name(row)} has a status there that says nothing; it is taken as operational."
            elif state in IMPACTS and number not in self.told:
                words = str(state).replace("_", " ")
                yield f"{_name(row)} is in {words} there and no open incident says so: set it by hand, or tell why."


def _flat(row: Row, beside: Mapping[tuple[str, str], Row]) -> Row:
    inner = row.get("attributes")
    if not isinstance(inner, dict):
        return row
    links = row.get("relationships")
    made = {**inner, "id": row.get("id")}
    for name, link in (links if isinstance(links, dict) else {}).items():
        data = link.get("data") if isinstance(link, dict) else None
        many = data if isinstance(data, list) else [data]
        made[name] = [
            _flat({**beside.get(_key(one), one), "relationships": {}}, beside)
            for one in many
            if isinstance(one, dict)
        ]
    return made


def _key(row: Row) -> tuple[str, str]:
    return str(row.get("type")), str(row.get("id"))


def _list(row: Row, name: str) -> list[Row]:
    found = row.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _group_of(row: Row) -> str:
    """Return the number of a component's group, "" for none (which 2.x calls 0)."""
    inside = _list(row, "group")
    number = inside[0].get("id") if inside else row.get("group_id")
    return str(number) if number and str(number) != "0" else ""


def _number(value: object) -> int | None:
    """Return a status; 2.x gives a number, also as a text, 3.x an object."""
    value = value.get("value") if isinstance(value, dict) else value
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _state(row: Row) -> ComponentState | None:
    return STATES.get(_number(row.get("status")) or 0)


def _moment(row: Row, name: str) -> str:
    """Return an instant as it was written: `created_at`, or `created` with a `string` in it; "" for none."""
    inside = row.get(name)
    value = inside.get("string") if isinstance(inside, dict) else row.get(f"{name}_at")
    return value if isinstance(value, str) else ""


def _impact(changes: Iterable[Mapping[str, str]]) -> Impact:
    states = {one["new_status"] for one in changes}
    worst = (state for state in reversed(IMPACTS) if state in states)
    return next((IMPACTS[state] for state in worst), Impact.NONE)


def _name(row: Row) -> str:
    return f"“{' '.join(str(row.get('name') or row.get('id')).split())[:60]}”"
