"""The canonical lifecycle: states, verbs, and what each verb does (design.md 5). Pure data.

Labels and the steps that a screen shows come from the playbook; nothing here changes with it.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an incident stands. Stored as these words."""

    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATING = "mitigating"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    IN_REVIEW = "in_review"
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"
    MERGED = "merged"
    CANCELLED = "cancelled"


LIVE = (
    State.DETECTED,
    State.ACKNOWLEDGED,
    State.INVESTIGATING,
    State.IDENTIFIED,
    State.MITIGATING,
    State.MONITORING,
)
WORKED = LIVE[1:]
ENDED = tuple(state for state in State if state not in LIVE)
TRIAGE = (
    State.DETECTED,
    State.ACKNOWLEDGED,
    State.RESOLVED,
    State.FALSE_ALARM,
    State.MERGED,
    State.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class Verb:
    """One step: from which states, to which, and what it asks for.

    `declares`: on an incident in triage it declares in the same step. `needs_reason`: a reason must
    be given. `marks`: the milestone that it reaches; `implies`: earlier ones, inferred where missing.
    """

    name: str
    sources: tuple[State, ...]
    target: State
    label: str
    declares: bool = False
    needs_reason: bool = False
    marks: str = ""
    implies: tuple[str, ...] = ()


_ALL = (
    Verb("acknowledge", (State.DETECTED,), State.ACKNOWLEDGED, "Acknowledge", marks="acknowledged"),
    Verb(
        "investigate",
        (State.DETECTED, State.ACKNOWLEDGED, State.IDENTIFIED, State.MITIGATING, State.MONITORING),
        State.INVESTIGATING,
        "Investigate",
        declares=True,
        implies=("acknowledged",),
    ),
    Verb(
        "identify",
        (State.DETECTED, State.ACKNOWLEDGED, State.INVESTIGATING),
        State.IDENTIFIED,
        "Cause identified",
        declares=True,
        marks="identified",
        implies=("acknowledged",),
    ),
    Verb(
        "mitigate",
        (
            State.DETECTED,
            State.ACKNOWLEDGED,
            State.INVESTIGATING,
            State.IDENTIFIED,
            State.MONITORING,
        ),
        State.MITIGATING,
        "Start mitigation",
        declares=True,
        marks="mitigation_started",
        implies=("acknowledged", "identified"),
    ),
    Verb(
        "monitor",
        (State.ACKNOWLEDGED, State.INVESTIGATING, State.IDENTIFIED, State.MITIGATING),
        State.MONITORING,
        "Watch it",
        declares=True,
        marks="mitigated",
        implies=("acknowledged", "identified", "mitigation_started"),
    ),
    Verb(
        "resolve",
        LIVE,
        State.RESOLVED,
        "Resolve",
        marks="resolved",
        implies=("acknowledged", "identified", "mitigation_started", "mitigated", "restored"),
    ),
    Verb("start_review", (State.RESOLVED,), State.IN_REVIEW, "Start the review", declares=True),
    Verb(
        "close",
        (State.RESOLVED, State.IN_REVIEW),
        State.CLOSED,
        "Close",
        declares=True,
        marks="closed",
    ),
    Verb(
        "reopen",
        (State.RESOLVED, State.IN_REVIEW, State.CLOSED),
        State.INVESTIGATING,
        "Reopen",
        declares=True,
        needs_reason=True,
    ),
    Verb("mark_false_alarm", LIVE, State.FALSE_ALARM, "False alarm"),
    Verb("merge", LIVE, State.MERGED, "Merge"),
    Verb("cancel", LIVE, State.CANCELLED, "Cancel the incident"),
)

VERBS: dict[str, Verb] = {verb.name: verb for verb in _ALL}


def allowed(state: str) -> tuple[str, ...]:
    """Return the verbs that the lifecycle permits from `state`, in the table's order."""
    return tuple(verb.name for verb in _ALL if state in verb.sources)


MILESTONES = (
    "impact_started",
    "detected",
    "alerted",
    "paged",
    "acknowledged",
    "declared",
    "commander_assigned",
    "identified",
    "mitigation_started",
    "mitigated",
    "restored",
    "resolved",
    "closed",
)
