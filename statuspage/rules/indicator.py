"""The one line that says how the whole page does (areas/statuspage.md 2.6). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from statuspage.rules.states import ComponentState, Impact, worse_impact


class Indicator(StrEnum):
    """The word that programs read."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Overall:
    """Statuspage's pair of words."""

    indicator: Indicator
    description: str


FINE = Overall(Indicator.NONE, "All Systems Operational")
_MINOR = Overall(Indicator.MINOR, "Minor Service Outage")
_PARTIAL = Overall(Indicator.MAJOR, "Partial System Outage")
_MAJOR = Overall(Indicator.CRITICAL, "Major System Outage")
_DEGRADED = Overall(Indicator.MINOR, "Degraded System Service")
_PARTLY_DEGRADED = Overall(Indicator.MINOR, "Partially Degraded Service")
_MAINTENANCE = Overall(Indicator.MAINTENANCE, "Service Under Maintenance")

_OF_ONE = {
    ComponentState.OPERATIONAL: FINE,
    ComponentState.MAINTENANCE: _MAINTENANCE,
    ComponentState.DEGRADED: _PARTLY_DEGRADED,
    ComponentState.PARTIAL: _PARTIAL,
    ComponentState.MAJOR: _MAJOR,
}
# State -> (all are in it, some are in it), the worst first.
_OF_MANY = {
    ComponentState.MAJOR: (_MAJOR, _PARTIAL),
    ComponentState.PARTIAL: (_PARTIAL, _MINOR),
    ComponentState.DEGRADED: (_DEGRADED, _PARTLY_DEGRADED),
    ComponentState.MAINTENANCE: (_MAINTENANCE, _MAINTENANCE),
}
_OF_INCIDENTS = {
    Impact.NONE: FINE,
    Impact.MINOR: _MINOR,
    Impact.MAJOR: _PARTIAL,
    Impact.CRITICAL: _MAJOR,
}


def overall(states: Sequence[ComponentState], impacts: Iterable[Impact]) -> Overall:
    """Return how the page does, from its components (groups excluded) and its unresolved incidents.

    Incidents speak only where every component is operational, or there is none.
    """
    found = _of_components(states)
    return found if found != FINE else _of_incidents(impacts)


def _of_components(states: Sequence[ComponentState]) -> Overall:
    if len(states) == 1:
        return _OF_ONE[states[0]]
    present = set(states)
    for state, (all_in_it, some_in_it) in _OF_MANY.items():
        if state in present:
            return all_in_it if len(present) == 1 else some_in_it
    return FINE


def _of_incidents(impacts: Iterable[Impact]) -> Overall:
    worst = Impact.NONE
    for impact in impacts:
        worst = worse_impact(worst, impact)
    return _OF_INCIDENTS[worst]
