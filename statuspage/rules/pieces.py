"""Stretches of trouble that overlap, made into some that don't: the worst of them counts. Pure."""

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from statuspage.rules.states import ComponentState, worst


@dataclass(frozen=True, slots=True)
class Piece:
    """A component was in a state from `begin` until `end`."""

    state: ComponentState
    begin: datetime
    end: datetime


def steps_to_pieces(steps: Sequence[tuple[datetime, ComponentState]], end: datetime) -> list[Piece]:
    """Return the trouble that steps tell of, oldest first; the last step lasts until `end`."""
    turns = [*(at for at, _state in steps[1:]), end]
    return [
        Piece(state, at, min(until, end))
        for (at, state), until in zip(steps, turns, strict=True)
        if state != ComponentState.OPERATIONAL and at < min(until, end)
    ]


def flattened(pieces: Iterable[Piece]) -> list[Piece]:
    """Return pieces that don't overlap, oldest first; equal ones that touch are one."""
    turns: dict[datetime, list[tuple[ComponentState, int]]] = {}
    for one in pieces:
        turns.setdefault(one.begin, []).append((one.state, 1))
        turns.setdefault(one.end, []).append((one.state, -1))
    now: Counter[ComponentState] = Counter()
    flat: list[Piece] = []
    for begin, end in itertools.pairwise(sorted(turns)):
        for state, step in turns[begin]:
            now[state] += step
        states = [state for state, count in now.items() if count]
        if not states:
            continue
        state = worst(states)
        if flat and flat[-1].end == begin and flat[-1].state == state:
            begin = flat.pop().begin  # noqa: PLW2901  the same stretch goes on
        flat.append(Piece(state, begin, end))
    return flat


def clear_of(
    pieces: Iterable[Piece], taken: Iterable[tuple[datetime, datetime | None]]
) -> list[Piece]:
    """Return the pieces that touch none of the stretches that are `taken`, which don't overlap (end None: it lasts)."""
    known = sorted(taken, key=lambda one: one[0])
    clear = []
    for one in pieces:
        before = bisect_left(known, one.end, key=lambda stretch: stretch[0])
        end = known[before - 1][1] if before else one.begin
        if end is not None and end <= one.begin:
            clear.append(one)
    return clear
