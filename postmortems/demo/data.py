"""What the YAML files beside this module say: read, checked, typed."""

from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of a YAML file; an unknown or missing key is refused."""


class Told(Record, frozen=True):
    """One postmortem. `reviewers`: who was asked, and the verdict."""

    incident: int
    far: str
    owner: str
    sections: dict[str, str]
    factors: list[str] = []
    reviewers: dict[str, str] = {}


class Item(Record, frozen=True):
    """One action item, with its days counted from today."""

    number: int
    incident: int
    title: str
    kind: str
    made: int
    due: int
    state: str
    owner: str = ""
    team: str = ""
    first: int | None = None
    moved: int = 0
    done: int = 0
    evidence: str = ""
    because: str = ""
    factor: int | None = None
    priority: str = ""
    measure: str = ""


def read(name: str, shape: type[T]) -> T:
    """Return the YAML file `name` of this folder as `shape`; raises msgspec.ValidationError."""
    text = (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), shape)
