"""From rotations and overrides to pieces: one lazy stream a layer, stacked by priority, covered.

Every stream starts with the piece that contains the instant asked for and follows time. A piece's
``since`` is an instant from which its content did not change; it ends where something may change.
"""

from collections.abc import Iterator
from datetime import datetime
from heapq import heapify, heapreplace
from operator import attrgetter
from typing import NamedTuple

from oncall.rota.shapes import Override, Plan, Rotation, Users
from oncall.rota.turns import BEGINNING, FOREVER, shifts


class Piece(NamedTuple):
    """A stretch of one stream, and who serves in it by which layer and override."""

    since: datetime
    ends_at: datetime
    users: Users
    layer: int | None
    override: int | None
    priority: int = 0


class _Version(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    rotation: Rotation


class Layers(NamedTuple):
    """A plan put in order once, so that it can be asked for many instants."""

    versions: dict[int, list[_Version]]
    covers: dict[int | None, list[Override]]


def ordered(plan: Plan) -> Layers:
    """Sort a plan by layer. Empty and inverted overrides never serve and are left out."""
    covers: dict[int | None, list[Override]] = {}
    for override in plan.overrides:
        if override.starts_at < override.ends_at:
            covers.setdefault(override.layer, []).append(override)
    rotations: dict[int, list[Rotation]] = {n: [] for n in covers if n is not None}
    for rotation in plan.rotations:
        rotations.setdefault(rotation.layer, []).append(rotation)
    return Layers({layer: _versions(rotations[layer]) for layer in sorted(rotations)}, covers)


def pieces(layers: Layers, at: datetime) -> Iterator[Piece]:
    """Yield the whole schedule's pieces from the one that contains ``at`` (UTC).

    Each layer is settled with its own covers, priority chooses between the layers, and covers
    of the whole schedule have the last word; among covers the higher ``seq`` speaks later.
    """
    streams = [
        _covered(_layer(number, versions, at), layers.covers.get(number, []), at)
        for number, versions in layers.versions.items()
    ]
    return _covered(_stacked(streams), layers.covers.get(None, []), at)


def _versions(rotations: list[Rotation]) -> list[_Version]:
    """Order versions in time; where two overlap, the later one ends the earlier."""
    found: list[_Version] = []
    for rotation in sorted(rotations, key=lambda r: r.effective_from or BEGINNING):
        start, end = rotation.effective_from or BEGINNING, rotation.effective_to or FOREVER
        if start >= end:  # never in effect, so it ends nobody else's time either
            continue
        if found and found[-1].ends_at > start:
            found[-1] = found[-1]._replace(ends_at=start)
        found.append(_Version(start, end, rotation))
    return [version for version in found if version.starts_at < version.ends_at]


def _layer(number: int, versions: list[_Version], at: datetime) -> Iterator[Piece]:
    """Yield one layer's pieces; between its versions nobody serves, at the nearest priority."""
    edge, priority = BEGINNING, versions[0].rotation.priority if versions else 0
    for version in versions:
        priority = version.rotation.priority
        if version.ends_at > at:
            if max(edge, at) < version.starts_at:
                yield Piece(edge, version.starts_at, (), number, None, priority)
            yield from _version(number, version, at)
        edge = max(edge, version.ends_at)
    if edge < FOREVER:
        yield Piece(edge, FOREVER, (), number, None, priority)


def _version(number: int, version: _Version, at: datetime) -> Iterator[Piece]:
    """Clip a rotation's shifts to the version's time, beginning with the one that holds ``at``."""
    first, limit, rotation = version
    asked = max(first, at)
    for since, ends_at, users in shifts(rotation, asked):
        if ends_at <= asked:
            continue
        stop = min(ends_at, limit)
        yield Piece(max(since, first), stop, users, number, None, rotation.priority)
        if stop == limit:
            return


def _stacked(streams: list[Iterator[Piece]]) -> Iterator[Piece]:
    """Let the highest priority that has somebody answer, from boundary to boundary."""
    current = [next(stream) for stream in streams]
    ends = [(piece.ends_at, n) for n, piece in enumerate(current)]
    heapify(ends)
    since = _unchanged_since(current)
    while ends and ends[0][0] < FOREVER:
        edge = ends[0][0]
        yield _answer(current, since, edge)
        while ends[0][0] == edge:
            n = ends[0][1]
            current[n] = next(streams[n])
            heapreplace(ends, (current[n].ends_at, n))
        since = edge
    yield _answer(current, since, FOREVER)


def _unchanged_since(current: list[Piece]) -> datetime:
    """Find the latest change that could matter: those of layers ranked below the answer do not."""
    top = max((piece.priority for piece in current if piece.users), default=None)
    return max(
        (piece.since for piece in current if top is None or piece.priority >= top),
        default=BEGINNING,
    )


def _answer(current: list[Piece], since: datetime, ends_at: datetime) -> Piece:
    serving = [piece for piece in current if piece.users]
    if not serving:
        return Piece(since, ends_at, (), None, None)
    top = max([piece.priority for piece in serving])
    first, *others = [piece for piece in serving if piece.priority == top]
    users, decided = first.users, first.override
    if others:  # layers of one priority: everybody, each once, in the order of the layers
        users = tuple(dict.fromkeys([*users, *(user for piece in others for user in piece.users)]))
        seqs = [piece.override for piece in (first, *others) if piece.override is not None]
        decided = max(seqs, default=None)
    return Piece(since, ends_at, users, first.layer, decided, top)


class _Calls(NamedTuple):
    since: datetime
    ends_at: datetime
    active: tuple[Override, ...]


def _covered(base: Iterator[Piece], covers: list[Override], at: datetime) -> Iterator[Piece]:
    return _apply(base, _calls(covers, at)) if covers else base


def _apply(base: Iterator[Piece], calls: Iterator[_Calls]) -> Iterator[Piece]:
    call = next(calls)
    for piece in base:
        while call.ends_at < piece.ends_at:
            yield _settled(piece, call, call.ends_at)
            call = next(calls)
        yield _settled(piece, call, piece.ends_at)
        if call.ends_at == piece.ends_at < FOREVER:
            call = next(calls)


def _settled(piece: Piece, call: _Calls, ends_at: datetime) -> Piece:
    """Let covers speak in turn: one for a person takes that place, any other takes them all."""
    since, _, users, layer, decided, priority = piece
    for cover in call.active:
        if cover.replaces is None:
            users, layer, decided = (cover.user,), cover.layer, cover.seq
        elif cover.replaces in users:
            swapped = (cover.user if user == cover.replaces else user for user in users)
            users, decided = tuple(dict.fromkeys(swapped)), cover.seq
    return Piece(max(since, call.since), ends_at, users, layer, decided, priority)


def _calls(covers: list[Override], at: datetime) -> Iterator[_Calls]:
    """Yield for ever which covers are active, in the order in which they speak."""
    edges = [edge for cover in covers for edge in (cover.starts_at, cover.ends_at) if edge <= at]
    since, moment = max(edges, default=BEGINNING), at
    waiting = [cover for cover in covers if cover.ends_at > at]
    waiting.sort(key=attrgetter("starts_at"), reverse=True)
    active: list[Override] = []
    while since < FOREVER:
        active = [cover for cover in active if cover.ends_at > moment]
        while waiting and waiting[-1].starts_at <= moment:
            active.append(waiting.pop())
        active.sort(key=attrgetter("seq"))
        ends = [cover.ends_at for cover in active]
        ends += [cover.starts_at for cover in waiting[-1:]]
        moment = min(ends, default=FOREVER)
        yield _Calls(since, moment, tuple(active))
        since = moment
