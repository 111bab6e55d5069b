"""The words of the incident list: its views, its chips, and what an empty page says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from incidents.lists.names import Names
from incidents.lists.wanted import KINDS, ME, NOBODY, RECENT, SPANS, Wanted
from incidents.playbook.lifecycle import State

STATE_WORDS = {
    "recent": "open + last 24 h",
    "open": "open",
    "unheld": "nobody has it",
    "ended": "over",
    "review": "review due",
    **{state.value: state.value.replace("_", " ") for state in State},
}
_KIND_WORDS = {"declared": "declared", "triage": "in triage"}
_SPAN_WORDS = {
    "24h": "last 24 hours", "7d": "last 7 days", "30d": "last 30 days", "90d": "last 90 days",
}  # fmt: skip
_LABELS = {
    "kind": "Kind", "state": "State", "severity": "Severity", "service": "Service", "holder": "Held by",
    "since": "Opened",
}  # fmt: skip
MAIN_STATES = ("recent", "open", "unheld", "ended", "review")

# What everybody has as tabs: key, words, filters.
VIEWS: tuple[tuple[str, str, Wanted], ...] = (
    ("recent", "Open and recent", RECENT),
    ("unheld", "Unheld", Wanted(state="unheld")),
    ("mine", "Mine", Wanted(state="recent", holder=ME)),
    ("triage", "In triage", Wanted(state="open", kind="triage")),
    ("declared", "Declared", Wanted(state="recent", kind="declared")),
    ("worst", "SEV-1 and 2, 90 days", Wanted(severity=(1, 2), since="90d")),
    ("reviews", "Reviews due", Wanted(state="review")),
    ("all", "All", Wanted()),
)


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a chip's menu."""

    label: str
    query: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: its menu, and where it is on its value and the address without it."""

    name: str
    label: str
    value: str
    options: Sequence[Option]
    without: str = ""
    typed: str = ""  # the words of a free field, "" for none
    rest: dict[str, str] = field(default_factory=dict)


def chips(
    wanted: Wanted, names: Names, seen: Sequence[tuple[str, str]], held: Sequence[tuple[str, str]]
) -> list[Chip]:
    """Return the chips. `seen`, `held`: (key, name) of the services and people on this page."""
    kinds = [(kind, _KIND_WORDS[kind].capitalize()) for kind in KINDS]
    states = [(state, STATE_WORDS[state].capitalize()) for state in (*MAIN_STATES, *State)]
    spans = [(span, _SPAN_WORDS[span].capitalize()) for span in SPANS]
    people = [(ME, "Me"), (NOBODY, "Nobody"), *held]
    return [
        _chip("kind", wanted, names, kinds),
        _chip("state", wanted, names, states),
        _severity(wanted, names),
        _chip("service", wanted, names, seen, typed="Service by name"),
        _chip("holder", wanted, names, people, typed="Person by name"),
        _chip("since", wanted, names, spans),
    ]


def _chip(
    name: str, wanted: Wanted, names: Names, choices: Iterable[tuple[str, str]], *, typed: str = ""
) -> Chip:
    present = getattr(wanted, name)
    rest = wanted.without(name)
    options = [
        Option(label, wanted.but(**{name: value}).query, value == present)
        for value, label in choices
    ]
    value, without = value_words(name, wanted, names), rest.query if present else ""
    kept = rest.parameters() if typed else {}
    return Chip(name, _LABELS[name], value, options, without, typed, kept)


def _severity(wanted: Wanted, names: Names) -> Chip:
    options = []
    for rank in (1, 2, 3, 4):
        chosen = set(wanted.severity) ^ {rank}
        ranks = tuple(sorted(chosen)) if len(chosen) < 4 else ()
        label = f"Severity {rank}{' (worst)' if rank == 1 else ''}"
        options.append(Option(label, wanted.but(severity=ranks).query, rank in wanted.severity))
    value = value_words("severity", wanted, names)
    without = wanted.without("severity").query if wanted.severity else ""
    return Chip("severity", _LABELS["severity"], value, options, without)


def value_words(name: str, wanted: Wanted, names: Names) -> str:
    """Return a filter's value in words, "" where it is not set."""
    if name == "severity":
        return ", ".join(map(str, wanted.severity))
    value = str(getattr(wanted, name))
    if name == "service" and value:
        return names.service[1]
    if name == "holder":
        return {ME: "me", NOBODY: "nobody"}.get(value, names.holder[1])
    return {**_KIND_WORDS, **STATE_WORDS, **_SPAN_WORDS}.get(value, value)


def described(wanted: Wanted, names: Names) -> str:
    """Return what was looked for, as the end of a sentence: “refund” with state open, severity 1."""
    parts = [
        f"{_LABELS[name].lower()} {value_words(name, wanted, names)}" for name in wanted.narrow
    ]
    words = ", ".join(parts)
    if not wanted.q:
        return words
    return f"“{wanted.q}”" + (f" with {words}" if words else "")


def label_of(name: str) -> str:
    """Return what a filter is called in a sentence."""
    return "search" if name == "q" else f"“{_LABELS[name]}” filter"
