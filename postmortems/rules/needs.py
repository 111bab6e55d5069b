"""Whether an incident needs a postmortem, and by when which step of it is due (R206 to R208). Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from incidents.playbook import Duration, Playbook
from postmortems.rules.calendar import after

Need = Literal["required", "optional", "none"]
_STRONGEST: tuple[Need, ...] = ("required", "optional", "none")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When each step is due at the latest; None where the playbook sets no date."""

    scheduled: datetime | None = None
    written: datetime | None = None
    reviewed: datetime | None = None
    published: datetime | None = None


def need_of(playbook: Playbook, rank: int, *, came_back: Callable[[Duration], bool]) -> Need:
    """Return the strongest need that the playbook names for a rank; "none" where it names none.

    `came_back` is asked only for a need with `recurring_within`: did the same failure end within
    that length before this one?
    """
    found = {
        rule.need
        for rule in playbook.postmortems.needs
        if rank in rule.ranks
        and (rule.recurring_within is None or came_back(rule.recurring_within))
    }
    return next((need for need in _STRONGEST if need in found), "none")


def deadlines_of(playbook: Playbook, rank: int, *, resolved_at: datetime) -> Deadlines:
    """Return the dates of the steps, counted from the resolution; the first rule of a step decides."""
    due: dict[str, datetime] = {}
    for rule in playbook.postmortems.deadlines:
        if rank in rule.ranks:
            due.setdefault(rule.step, after(resolved_at, rule.latest))
    return Deadlines(**due)
