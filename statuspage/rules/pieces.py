"""Stretches of trouble that overlap, made into some that don't: the worst of them counts. Pure."""

import itertools
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
    found = list(pieces)
    turns = sorted({one.begin for one in found} | {one.end for one in found})
    flat: list[Piece] = []
    for begin, end in itertools.pairwise(turns):
        states = [one.state for one in found if one.begin <= begin and one.end >= end]
        if not states:
            continue
        state = worst(states)
        if flat and flat[-1].end == begin and flat[-1].state == state:
            begin = flat.pop().begin  # noqa: PLW2901  the same stretch goes on
        flat.append(Piece(state, begin, end))
    return flat


def clear_of(
    pieces: Iterable[Piece], taken: Sequence[tuple[datetime, datetime | None]]
) -> list[Piece]:
    """Return the pieces that touch none of the stretches that are `taken` (end None: it lasts)."""
    return [
        one
        for one in pieces
        if not any(begin < one.end and (end is None or end > one.begin) for begin, end in taken)
    ]
