"""What senders call their severities, and what we call them (integrations.md 2.9)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Severity = Literal["critical", "error", "warning", "info", "none"]

UNKNOWN: Severity = "error"

_WORDS_OF: Mapping[Severity, tuple[str, ...]] = {
    "critical": ("critical", "page", "disaster", "p1", "down", "failure"),
    "error": ("error", "high", "major", "p2"),
    "warning": ("warning", "warn", "average", "minor", "p3", "unknown"),
    "info": ("info", "information", "not classified", "p4", "p5", "ok"),
    "none": ("none",),
}
WORDS: Mapping[str, Severity] = MappingProxyType(
    {word: severity for severity, words in _WORDS_OF.items() for word in words}
)


def judged(
    word: str, severity_map: Mapping[str, str], notes: list[str], *, is_trigger: bool = True
) -> tuple[Severity, bool]:
    """Return the severity that `word` means, and False only where the word is unknown.

    `severity_map` (lower-case word to one of our five) wins over the common table. An unknown word
    is an error, never quietly less (design.md 5); so is none at all on a trigger. Notes
    `unknown_severity`, `severity_missing`. An acknowledge or resolve need not name one: "none".
    """
    folded = word.strip().lower()
    if not folded:
        if not is_trigger:
            return "none", True
        notes.append("severity_missing")
        return UNKNOWN, True
    severity = WORDS.get(severity_map.get(folded, folded))
    if severity is None:
        notes.append("unknown_severity")
        return UNKNOWN, False
    return severity, True
