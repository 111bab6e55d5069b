"""From rotations and overrides to pieces: one lazy stream a layer, stacked by priority, overridden.

Every stream starts with the piece that contains the instant asked for and follows time. A piece's
``since`` is an instant from which its content did not change; it ends where something may change.
One seat is settled at a time; only overrides of a person reach into several.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import heapify, heapreplace
from operator import attrgetter
from typing import NamedTuple, Protocol, TypeVar

from oncall.rota.settle import covered, each_once, overridden, present
from oncall.rota.shapes import (
    Absence,
    Holder,
    Holders,
    LayerMode,
    Ledger,
    Override,
    Plan,
    Rotation,
    Seat,
    Users,
)
from oncall.rota.turns import BEGINNING, turns
from oncall.rota.windows import FOREVER


class Piece(NamedTuple):
    """A stretch of one stream, who holds the seat in it, and how its layer is stacked."""

    since: datetime
    ends_at: datetime
    holders: Holders
    priority: int = 0
    mode: LayerMode = "exclusive"


class _Version(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    rotation: Rotation


class Layers(NamedTuple):
    """One seat of a plan, put in order once, so that it can be asked for many instants."""

    seat: Seat
    versions: dict[int, list[_Version]]
    covers: dict[int, list[Override]]
    calls: list[Override]
    absences: tuple[Absence, ...]
    ledger: Ledger | None


def ordered(plan: Plan, seat: Seat) -> Layers:
    """Sort one seat of a plan. Empty and inverted overrides never serve and are left out."""
    rotations: dict[int, list[Rotation]] = {}
    for rotation in plan.rotations:
        rotations.setdefault(rotation.layer, []).append(rotation)
    versions = {layer: _versions(rotations[layer]) for layer in sorted(rotations)}
    seats = {layer: list(_seat_spans(found)) for layer, found in versions.items() if found}
    covers: dict[int, list[Override]] = {}
    calls: list[Override] = []
    for override in sorted(plan.overrides, key=attrgetter("seq")):
        for part in _concerning(override, seat, seats):
            if part.kind == "cover" and part.layer is not None:
                covers.setdefault(part.layer, []).append(part)
            else:
                calls.append(part)
    mine = {
        layer: found
        for layer, found in versions.items()
        if layer in covers or any(one.rotation.seat == seat for one in found)
    }
    streams = {layer: mine.get(layer, []) for layer in sorted({*mine, *covers})}
    return Layers(seat, streams, covers, calls, plan.absences, plan.ledger)


def pieces(layers: Layers, at: datetime) -> Iterator[Piece]:
    """Yield the seat's pieces from the one that contains ``at`` (UTC).

    Each layer is settled with its own absences and covers, priority chooses between the layers,
    and overrides of the whole schedule have the last word; what was served stays as it was.
    """
    if layers.ledger is None or layers.ledger.ends_at <= layers.ledger.starts_at:
        return _reckoned(layers, at)
    return _spliced(layers, layers.ledger, at)


def _seat_spans(versions: Sequence[_Version]) -> Iterator[tuple[datetime, datetime, Seat]]:
    """Share out all time by the seat of a layer: a hole goes to the version after it, the end to the last one."""
    edge = BEGINNING
    for number, version in enumerate(versions, 1):
        ends_at = version.ends_at if number < len(versions) else FOREVER
        yield edge, ends_at, version.rotation.seat
        edge = ends_at


def _concerning(
    override: Override, seat: Seat, seats: dict[int, list[tuple[datetime, datetime, Seat]]]
) -> Iterator[Override]:
    """Yield the parts of an override that may change this seat; one of a person may change any.

    One of a layer goes where the layer is at each moment: a later version may fill another seat.
    """
    if override.starts_at >= override.ends_at:
        return
    is_of_person = override.kind in {"substitute", "remove"}
    spans = None if is_of_person or override.layer is None else seats.get(override.layer)
    if spans is None:  # most are whole, and a plan may have many
        if is_of_person or override.seat == seat:
            yield override
        return
    for start, end, held in spans:
        starts_at, ends_at = max(override.starts_at, start), min(override.ends_at, end)
        if held == seat and starts_at < ends_at:
            yield replace(override, starts_at=starts_at, ends_at=ends_at)


def _reckoned(layers: Layers, at: datetime) -> Iterator[Piece]:
    streams = [
        _changed(_layer(number, versions, layers, at), layers.covers.get(number, ()), at, covered)
        for number, versions in layers.versions.items()
    ]
    return _changed(_stacked(streams), layers.calls, at, overridden)


def _spliced(layers: Layers, ledger: Ledger, at: datetime) -> Iterator[Piece]:
    """Put what was served between what is reckoned before and after it."""
    if at < ledger.starts_at:
        for piece in _reckoned(layers, at):
            yield piece._replace(ends_at=min(piece.ends_at, ledger.starts_at))
            if piece.ends_at >= ledger.starts_at:
                break
    if at < ledger.ends_at:
        yield from _frozen(layers.seat, ledger, max(at, ledger.starts_at))
    for piece in _reckoned(layers, max(at, ledger.ends_at)):
        yield piece._replace(since=max(piece.since, ledger.ends_at))


def _frozen(seat: Seat, ledger: Ledger, at: datetime) -> Iterator[Piece]:
    rows = [row for row in ledger.rows if row.seat == seat and row.starts_at < row.ends_at]
    for since, ends_at, active in _calls(rows, at):
        holders = each_once([row.holder for row in active])
        yield Piece(max(since, ledger.starts_at), min(ends_at, ledger.ends_at), holders)
        if ends_at >= ledger.ends_at:
            return


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


def _layer(number: int, versions: list[_Version], layers: Layers, at: datetime) -> Iterator[Piece]:
    """Yield one layer's pieces; between its versions nobody serves, stacked as the nearest one is."""
    edge, empty = BEGINNING, Piece(BEGINNING, FOREVER, ())
    for version in versions:
        empty = empty._replace(priority=version.rotation.priority, mode=version.rotation.mode)
        if version.ends_at > at:
            if max(edge, at) < version.starts_at:
                yield empty._replace(since=edge, ends_at=version.starts_at)
            if version.rotation.seat == layers.seat:
                yield from _version(number, version, layers.absences, at)
            else:
                yield empty._replace(since=version.starts_at, ends_at=version.ends_at)
        edge = max(edge, version.ends_at)
    if edge < FOREVER:
        yield empty._replace(since=edge)


def _version(
    number: int, version: _Version, absences: Sequence[Absence], at: datetime
) -> Iterator[Piece]:
    """Clip a rotation's turns to the version's time, beginning with the one that holds ``at``."""
    rotation, asked = version.rotation, max(version.starts_at, at)
    people = {user for slot in rotation.slots for user in slot}
    away = [one for one in absences if one.user in people and one.starts_at < one.ends_at]
    found = _clipped(number, version, asked)
    if not away:
        return found
    return _changed(
        found, away, asked, lambda holders, gone: present(holders, gone, rotation.slots)
    )


def _clipped(number: int, version: _Version, asked: datetime) -> Iterator[Piece]:
    first, limit, rotation = version
    known: dict[Users, Holders] = {(): ()}
    for users in rotation.slots:
        known[users] = tuple(Holder(user, number) for user in users)
    for since, ends_at, users in turns(rotation, asked):
        if ends_at <= asked:
            continue
        stop = min(ends_at, limit)
        yield Piece(max(since, first), stop, known[users], rotation.priority, rotation.mode)
        if stop == limit:
            return


def _stacked(streams: list[Iterator[Piece]]) -> Iterator[Piece]:
    """Let the highest priority that has somebody answer, from boundary to boundary."""
    current = [next(stream) for stream in streams]
    ends = [(piece.ends_at, n) for n, piece in enumerate(current)]
    heapify(ends)
    since = max((piece.since for piece in _heard(current)), default=BEGINNING)
    while ends and ends[0][0] < FOREVER:
        edge = ends[0][0]
        yield Piece(since, edge, _answer(current))
        while ends[0][0] == edge:
            n = ends[0][1]
            current[n] = next(streams[n])
            heapreplace(ends, (current[n].ends_at, n))
        since = edge
    yield Piece(since, FOREVER, _answer(current))


def _heard(current: list[Piece]) -> list[Piece]:
    """Leave out the layers that rank below an exclusive one that has somebody."""
    deaf = max((p.priority for p in current if p.holders and p.mode == "exclusive"), default=None)
    return [piece for piece in current if deaf is None or piece.priority >= deaf]


def _answer(current: list[Piece]) -> Holders:
    serving = [piece for piece in _heard(current) if piece.holders]
    if len(serving) < 2:
        return serving[0].holders if serving else ()
    serving.sort(key=lambda piece: -piece.priority)
    found: list[Holder] = []
    is_taken = False
    for piece in serving:
        if piece.mode == "additive" or not is_taken:
            found += piece.holders
        is_taken = is_taken or piece.mode == "exclusive"
    return each_once(found)


class _Spell(Protocol):
    """Something with a beginning and an end."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


S = TypeVar("S", bound=_Spell)


def _changed(
    base: Iterator[Piece],
    spells: Sequence[S],
    at: datetime,
    change: Callable[[Holders, Sequence[S]], Holders],
) -> Iterator[Piece]:
    """Let whatever is active at each moment change a stream's holders."""
    return _apply(base, _calls(spells, at), change) if spells else base


def _apply(
    base: Iterator[Piece],
    calls: Iterator[tuple[datetime, datetime, Sequence[S]]],
    change: Callable[[Holders, Sequence[S]], Holders],
) -> Iterator[Piece]:
    call = next(calls)
    for piece in base:
        while call[1] < piece.ends_at:
            yield _settled(piece, call, call[1], change)
            call = next(calls)
        yield _settled(piece, call, piece.ends_at, change)
        if call[1] == piece.ends_at < FOREVER:
            call = next(calls)


def _settled(
    piece: Piece,
    call: tuple[datetime, datetime, Sequence[S]],
    ends_at: datetime,
    change: Callable[[Holders, Sequence[S]], Holders],
) -> Piece:
    since, _, active = call
    holders = change(piece.holders, active) if active else piece.holders
    return Piece(max(piece.since, since), ends_at, holders, piece.priority, piece.mode)


def _calls(spells: Sequence[S], at: datetime) -> Iterator[tuple[datetime, datetime, Sequence[S]]]:
    """Yield for ever (since, until, which are active), in the order in which they were given."""
    edges = [edge for one in spells for edge in (one.starts_at, one.ends_at) if edge <= at]
    since, moment = max(edges, default=BEGINNING), at
    waiting = [(one.starts_at, place, one) for place, one in enumerate(spells) if one.ends_at > at]
    waiting.sort(key=lambda entry: entry[:2], reverse=True)
    active: list[tuple[int, S]] = []
    while since < FOREVER:
        active = [entry for entry in active if entry[1].ends_at > moment]
        while waiting and waiting[-1][0] <= moment:
            active.append(waiting.pop()[1:])
        active.sort(key=lambda entry: entry[0])
        ends = [one.ends_at for _, one in active]
        ends += [start for start, _, _ in waiting[-1:]]
        moment = min(ends, default=FOREVER)
        yield since, moment, [one for _, one in active]
        since = moment
