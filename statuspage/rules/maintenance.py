"""What a maintenance says of itself, and what its planner should look at again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from statuspage.rules.states import Work

_SAID = {
    Work.IN_PROGRESS: "The planned work has begun. It should be over by {until}.",
    Work.VERIFYING: "The work is done. We are checking that everything is well.",
    Work.COMPLETED: "The planned work is over.",
}
_CANCELLED_BEFORE = "This work will not take place."
_CANCELLED_MIDWAY = "The work was stopped before its end."


@dataclass(frozen=True, slots=True)
class Other:
    """Another maintenance of the page that is not over: its name, when it is, and what it touches (public ids)."""

    name: str
    begins: datetime
    ends: datetime
    components: frozenset[str]


def own_words(state: Work, *, until: str, has_begun: bool) -> str:
    """Return what is said at a step where nobody wrote anything; `until`: its end as text with a zone."""
    if state is Work.CANCELLED:
        return _CANCELLED_MIDWAY if has_begun else _CANCELLED_BEFORE
    return _SAID[state].replace("{until}", until)


def overlapping(
    begins: datetime, ends: datetime, components: frozenset[str], others: Sequence[Other]
) -> list[Other]:
    """Return the maintenances that touch one of these components in the same time."""
    return [
        other
        for other in others
        if other.begins < ends and begins < other.ends and components & other.components
    ]


def owed(state: Work, at: datetime, begins: datetime, ends: datetime) -> str:
    """Return what a person has to do now because no clock does: "begin", "end", or "" for nothing."""
    if state is Work.SCHEDULED and at >= begins:
        return "begin"
    if state in (Work.IN_PROGRESS, Work.VERIFYING) and at >= ends:
        return "end"
    return ""
