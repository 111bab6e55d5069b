"""Which components a sentence names, and how: short enough to be read at a glance."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from statuspage.look.shape import Component, Group, State
from statuspage.look.states import NOW_RANK, OUTAGES, WORDS, counted, listed
from statuspage.look.text import clean

NAMED = 2
SPELLED = 3


def all_of(groups: Iterable[Group]) -> list[Component]:
    """Give every component of the page, in order."""
    return [component for group in groups for component in group.components]


def place(groups: Sequence[Group], state: State, *, large: bool) -> str:
    """Give where a state is: "Payments", "A and B", a whole group, or "9 of 14 components"."""
    hit = [(group, each) for group in groups for each in group.components if each.state is state]
    whole = _whole_group(groups, state, len(hit))
    if whole:
        return whole
    names = {clean(each.name) for _, each in hit}
    if len(hit) > NAMED:
        return f"{len(hit)} of {counted(len(all_of(groups)), 'component')}"
    if not large and len(names) == len(hit):
        return listed(clean(each.name) for _, each in hit)
    if len(names) == 1:
        return f"{names.pop()}, {listed(clean(group.name) for group, _ in hit)}"
    return listed(f"{clean(each.name)} ({clean(group.name)})" for group, each in hit)


def spelled(components: Iterable[Component]) -> str:
    """Give each with its state: "Payments (partial outage), Checkout (degraded performance)"."""
    ordered = sorted(components, key=lambda each: NOW_RANK[each.state])
    return ", ".join(f"{clean(each.name)} ({WORDS[each.state].lower()})" for each in ordered)


def breadth(groups: Sequence[Group], ill: Sequence[Component], *, large: bool) -> str:
    """Say how far trouble reaches, in the words after "2 of 14 components affected"."""
    if large:
        return _groups_hit(groups)
    if len(ill) <= SPELLED:
        return f": {spelled(ill)}.{_others(groups, (State.MAINTENANCE, State.NO_DATA))}"
    numbers = Counter(each.state for each in ill)
    each = (f"{numbers[state]} {WORDS[state].lower()}" for state in OUTAGES if numbers[state])
    rest = _others(groups, (State.MAINTENANCE, State.NO_DATA, State.OPERATIONAL))
    return f": {', '.join(each)}.{rest}"


def rest_operational(groups: Sequence[Group]) -> str:
    """Say how many are well: " 12 are operational."; nothing where none is."""
    return _others(groups, (State.OPERATIONAL,))


def _whole_group(groups: Sequence[Group], state: State, hits: int) -> str:
    """Give a group's name when its components, all of them and no others, are in the state."""
    for group in groups:
        size = len(group.components)
        full = size > 1 and size == hits and all(each.state is state for each in group.components)
        if full and group.name and len(groups) > 1:
            return clean(group.name)
    return ""


def _groups_hit(groups: Sequence[Group]) -> str:
    named = [group for group in groups if group.name and group.components]
    hit = [group for group in named if any(each.state in OUTAGES for each in group.components)]
    words = f", in {len(hit)} of {len(named)} groups"
    return f"{words}: {listed(_names(hit))}." if 0 < len(hit) <= SPELLED else f"{words}."


def _names(groups: Iterable[Group]) -> Iterator[str]:
    return (clean(group.name) for group in groups)


def _others(groups: Sequence[Group], states: Iterable[State]) -> str:
    numbers = Counter(each.state for each in all_of(groups))
    return "".join(
        f" {numbers[state]} {'is' if numbers[state] == 1 else 'are'} {WORDS[state].lower()}."
        for state in states
        if numbers[state]
    )
