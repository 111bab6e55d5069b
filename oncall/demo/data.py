"""The demo company as written down in the YAML files beside this module: read, checked, typed."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

T = TypeVar("T")

_PART = re.compile(r"(\d+)([dhms])")
_UNIT = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of a YAML file; an unknown or missing key is refused."""


class Person(Record, frozen=True):
    """One of the people."""

    name: str
    group: str
    zone: str


class TeamData(Record, frozen=True):
    """A team; the first of its people is the manager."""

    name: str
    people: list[str]


class ServiceData(Record, frozen=True):
    """A service; its slug is its key, and its name unless another is given."""

    team: str
    tier: str
    does: str
    needs: list[str] = []
    name: str = ""
    playbook: str = "standard"


class LayerData(Record, frozen=True):
    """Who takes weekly turns in a seat, in order; "" leaves a turn empty."""

    people: list[str]
    seat: str = "primary"


class ScheduleData(Record, frozen=True):
    """A weekly schedule; the first layer covers those below it."""

    name: str
    team: str
    zone: str
    layers: dict[str, LayerData]


class CoverData(Record, frozen=True, rename={"start": "from", "end": "to"}):
    """Somebody covers for somebody, in the schedule's local time; without `by` nobody does, and it is a gap."""

    schedule: str
    week: int
    start: str
    end: str
    instead_of: str
    by: str = ""
    reason: str = ""


class StepData(Record, frozen=True):
    """One step of a policy."""

    wait: str
    schedule: str = ""
    people: list[str] = []


class PolicyData(Record, frozen=True):
    """An escalation policy."""

    name: str
    team: str
    fallback: str
    steps: list[StepData]


class SourceData(Record, frozen=True):
    """A monitoring source."""

    name: str
    format: str
    service: str
    route: str = ""


class Company(Record, frozen=True):
    """Everything that stands still."""

    login: str
    people: dict[str, Person]
    teams: dict[str, TeamData]
    services: dict[str, ServiceData]
    schedules: dict[str, ScheduleData]
    covers: list[CoverData]
    policies: dict[str, PolicyData]
    default_policy: str
    bindings: dict[str, list[str]]
    sources: dict[str, SourceData]


class CaseData(Record, frozen=True):
    """One incident that is told by name. `opened`: "3h 2m ago", or an instant of ISO 8601."""

    number: int
    title: str
    service: str
    rank: int
    opened: str
    by: str
    story: list[str]
    about: str = ""
    alert: str = ""
    impact: str = "0s"
    playbook: str = ""
    is_declared: bool = False


class Scene(Record, frozen=True):
    """Something that goes wrong now and then; without an alert somebody reports it."""

    service: str
    ranks: list[int]
    alert: str
    title: str
    cause: str
    fix: str


class ChangeData(Record, frozen=True):
    """A change that the deploy job told us of."""

    ago: str
    of: str
    summary: str


def read(name: str, shape: type[T]) -> T:
    """Return the YAML file `name` of this folder as `shape`; raises msgspec.ValidationError."""
    text = (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), shape)


def span(text: str) -> timedelta:
    """Return the length of "1d 2h", "3m50s" and the like."""
    parts = _PART.findall(text)
    if not parts:
        raise ValueError(f"{text!r} is not a length of time such as 3m50s")
    return sum((timedelta(**{_UNIT[unit]: int(count)}) for count, unit in parts), timedelta())


def instant(text: str, *, opened: datetime) -> datetime:
    """Return the instant of "+3m50s" (after `opened`), or of "14:02" and "14:33:15" on its day (UTC)."""
    if text.startswith("+"):
        return opened + span(text)
    return datetime.combine(opened.date(), time.fromisoformat(text), UTC)


def opening(text: str, *, now: datetime) -> datetime:
    """Return the instant of "3h 2m ago", or of ISO 8601."""
    if text.endswith(" ago"):
        return now - span(text)
    return datetime.fromisoformat(text)
