"""Who is eligible for the primary and the secondary seat (R136): what is missing, as sentences. Pure. It only warns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

MARKS: Mapping[str, str] = {
    "access": "Production access",
    "monitoring": "Knowing the monitoring",
    "training": "The incident training",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a person: R136 unless told. `marks`: which of MARKS."""

    onboarded_days: int = 30
    shadowed_shifts: int = 2
    marks: frozenset[str] = frozenset(MARKS)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person is: the local days of what is done, and how many shifts they have shadowed."""

    onboarded_on: date | None = None
    shadowed: int = 0
    marks: Mapping[str, date] = field(default_factory=dict)


def lacking(asked: Asked, done: Progress, today: date) -> dict[str, str]:
    """Give why a person is not eligible on a local day, as sentences by what is missing; none: eligible.

    What is missing: "onboarded", "shadowed", or one of MARKS.
    """
    found = {
        "onboarded": _onboarding(asked.onboarded_days, done.onboarded_on, today),
        "shadowed": _shadowing(asked.shadowed_shifts, done.shadowed),
    }
    for mark, said in MARKS.items():
        on = done.marks.get(mark)
        is_open = mark in asked.marks and (on is None or on > today)
        found[mark] = f"{said} is not confirmed." if is_open else ""
    return {name: said for name, said in found.items() if said}


def _onboarding(asked: int, begun: date | None, today: date) -> str:
    if not asked or (begun is not None and (today - begun).days >= asked):
        return ""
    if begun is None:
        return "No day is noted on which the onboarding began."
    if begun > today:
        return f"The onboarding begins on {begun.day} {begun:%b %Y} only."
    return f"Onboarded for {(today - begun).days} of {asked} days."


def _shadowing(asked: int, shadowed: int) -> str:
    return "" if shadowed >= asked else f"Shadowed {shadowed} of {asked} shifts."
