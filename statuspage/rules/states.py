"""The public words of Statuspage, and which of them is worse (areas/statuspage.md 2.3, 2.6). Pure."""

from collections.abc import Iterable
from enum import StrEnum


class ComponentState(StrEnum):
    """How a component does."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"
    MAINTENANCE = "under_maintenance"


class Stage(StrEnum):
    """How far a public incident is."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"


class Work(StrEnum):
    """How far a maintenance is; what was cancelled is not shown to programs (Statuspage deletes it)."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Impact(StrEnum):
    """How bad an incident was at its worst."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


UNRESOLVED = (Stage.INVESTIGATING, Stage.IDENTIFIED, Stage.MONITORING)
OVER = (Stage.RESOLVED, Stage.POSTMORTEM)
RUNNING = (Work.IN_PROGRESS, Work.VERIFYING)

_WORST_FIRST = (
    ComponentState.MAJOR,
    ComponentState.PARTIAL,
    ComponentState.DEGRADED,
    ComponentState.MAINTENANCE,
    ComponentState.OPERATIONAL,
)
BADNESS = {state: len(_WORST_FIRST) - place for place, state in enumerate(_WORST_FIRST)}
_IMPACT = {
    ComponentState.MAJOR: Impact.CRITICAL,
    ComponentState.PARTIAL: Impact.MAJOR,
    ComponentState.DEGRADED: Impact.MINOR,
}
_IMPACTS = tuple(Impact)


def worst(states: Iterable[ComponentState]) -> ComponentState:
    """Return the worst of several states; maintenance never hides an outage. Operational of none."""
    return max(states, key=BADNESS.__getitem__, default=ComponentState.OPERATIONAL)


def impact_of(states: Iterable[ComponentState]) -> Impact:
    """Return the impact of an incident whose components are in these states."""
    return _IMPACT.get(worst(states), Impact.NONE)


def worse_impact(one: Impact, other: Impact) -> Impact:
    """Return the worse of two impacts: an incident keeps the worst that it ever had."""
    return max(one, other, key=_IMPACTS.index)


def words(state: str) -> str:
    """Return a state or stage as people read it: "partial outage"."""
    return state.replace("_", " ")
