"""The words and codes of the states: one place, so that no page says it otherwise."""

from collections.abc import Iterable

from statuspage.look.shape import Stage, State

CODES = {
    State.OPERATIONAL: "op",
    State.DEGRADED: "de",
    State.PARTIAL: "pa",
    State.MAJOR: "ma",
    State.MAINTENANCE: "mt",
    State.NO_DATA: "un",
}
WORDS = {
    State.OPERATIONAL: "Operational",
    State.DEGRADED: "Degraded performance",
    State.PARTIAL: "Partial outage",
    State.MAJOR: "Major outage",
    State.MAINTENANCE: "Under maintenance",
    State.NO_DATA: "Unknown",
}
# Of a page that is too old to speak of the present.
PAST_WORDS = {
    State.OPERATIONAL: "Was operational",
    State.DEGRADED: "Was degraded",
    State.PARTIAL: "Was in partial outage",
    State.MAJOR: "Was in major outage",
    State.MAINTENANCE: "Was under maintenance",
    State.NO_DATA: "Was unknown",
}
# Of a day, where the present participle would mislead.
DAY_WORDS = WORDS | {State.MAINTENANCE: "Maintenance", State.NO_DATA: "No data"}
HEADINGS = WORDS | {State.MAINTENANCE: "Planned maintenance", State.NO_DATA: "Unknown state"}
OUTAGES = (State.MAJOR, State.PARTIAL, State.DEGRADED)
WORK_STAGES = (Stage.SCHEDULED, Stage.IN_PROGRESS, Stage.VERIFYING, Stage.COMPLETED)
STAGES = (Stage.INVESTIGATING, Stage.IDENTIFIED, Stage.MONITORING, Stage.RESOLVED)

# Now, not to know is worse than to know that it works; of a day, what was measured speaks.
_NOW = (*OUTAGES, State.MAINTENANCE, State.NO_DATA, State.OPERATIONAL)
_DAY = (*OUTAGES, State.MAINTENANCE, State.OPERATIONAL, State.NO_DATA)
NOW_RANK = {state: rank for rank, state in enumerate(_NOW)}
DAY_RANK = {state: rank for rank, state in enumerate(_DAY)}


def worst(states: Iterable[State]) -> State:
    """Give the worst present state; of nothing at all, operational."""
    return min(states, key=NOW_RANK.__getitem__, default=State.OPERATIONAL)


def stage_word(stage: Stage) -> str:
    """Give a stage as a label: "In progress"."""
    return stage.value.replace("_", " ").capitalize()


def listed(names: Iterable[str]) -> str:
    """Join names as a sentence does: "A", "A and B", "A, B and C"."""
    *head, tail = names
    return f"{', '.join(head)} and {tail}" if head else tail


def counted(number: int, noun: str) -> str:
    """Give a number with its noun: "1 incident", "2 incidents"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
