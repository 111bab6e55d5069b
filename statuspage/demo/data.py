"""What the YAML file beside this module says: read, checked, typed."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import msgspec
import yaml

_PART = re.compile(r"(\d+)([dhms])")
_UNIT = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of the YAML file; an unknown or missing key is refused."""


class PageData(Record, frozen=True):
    """The page itself; `age`: days since it was made."""

    id: str
    name: str
    slug: str
    team: str
    support_url: str
    age: int


class FollowData(Record, frozen=True):
    """Somebody else's page that a component is read from; in the demo it is never asked."""

    provider: str
    url: str
    id: str


class ComponentData(Record, frozen=True):
    """A component; `since`: days that it has been measured for, where that is not as long as the page."""

    id: str
    name: str
    services: list[str]
    does: str
    since: int = 0
    follows: FollowData | None = None


class GroupData(Record, frozen=True):
    """A group; components by the key that incidents call them by."""

    id: str
    name: str
    components: dict[str, ComponentData]


class UpdateData(Record, frozen=True):
    """One update: how long after the beginning, by whom, what; `promise`: how far ahead the next one is."""

    after: str
    by: str
    state: str
    body: str
    components: dict[str, str] = {}
    promise: str = ""


class CaseData(Record, frozen=True):
    """A public incident. It began `days` before today at `at` (UTC), or with the internal `incident`."""

    id: str
    name: str
    updates: list[UpdateData]
    days: int = 0
    at: str = ""
    incident: int = 0
    advice: str = ""
    summary: str = ""


class WorkData(Record, frozen=True):
    """Planned work. It begins `days` before today at `at` (UTC; after today where negative), or `ago` before now.

    `told`: how long before its beginning it was announced. `said`: what was said after its beginning.
    """

    id: str
    name: str
    by: str
    components: list[str]
    lasts: str
    told: str
    body: str
    days: int = 0
    at: str = ""
    ago: str = ""
    advice: str = ""
    remind: int = 0
    said: dict[str, str] = {}


class DraftData(Record, frozen=True):
    """What waits to be published; `promise`: how far ahead of now the next one is."""

    incident: int
    by: str
    state: str
    body: str
    components: dict[str, str]
    promise: str


class Everything(Record, frozen=True):
    """The whole file."""

    page: PageData
    groups: list[GroupData]
    incidents: list[CaseData]
    maintenances: list[WorkData]
    drafts: list[DraftData]


def read() -> Everything:
    """Return the file; raises msgspec.ValidationError."""
    text = (Path(__file__).parent / "northwind.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Everything)


def marks() -> dict[str, bytes | None]:
    """Return the company's pictures by their kind."""
    kinds = {"logo": "logo.svg", "logo_dark": "logo-dark.svg"}
    return {kind: (Path(__file__).parent / name).read_bytes() for kind, name in kinds.items()}


def span(text: str) -> timedelta:
    """Return the length of "1h 24m" and the like."""
    parts = _PART.findall(text)
    return sum((timedelta(**{_UNIT[unit]: int(count)}) for count, unit in parts), timedelta())


def clock_on(days: int, at: str, *, now: datetime) -> datetime:
    """Return the instant at which a UTC clock showed `at`, so many days before the day of `now`."""
    return datetime.combine(now.date() - timedelta(days=days), time.fromisoformat(at), UTC)
