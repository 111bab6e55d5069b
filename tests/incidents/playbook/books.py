"""The shipped playbooks, and ways to spoil a copy of one."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from incidents.playbook import Playbook, dump, load

FOLDER = Path(__file__).parents[3] / "playbooks"
SHIPPED = ("imag", "standard")


def text(slug: str) -> str:
    return (FOLDER / f"{slug}.yaml").read_text(encoding="utf-8")


@cache
def book(slug: str) -> Playbook:
    return load(text(slug))


def changed(change: Callable[[dict[str, Any]], object], slug: str = "imag") -> dict[str, Any]:
    """Return the document of a playbook after `change` had its way with it."""
    document = dump(book(slug))
    change(document)
    return document
