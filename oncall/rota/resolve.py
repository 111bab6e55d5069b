"""Who is on call: the one resolver that pager, calendar, API, feeds, reports and simulator ask.

Everything here reads the same stream of pieces (``layers.pieces``), so that the answer at an
instant and the calendar cannot differ (design, invariant 7).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from oncall.rota.civil import utc
from oncall.rota.layers import Layers, ordered, pieces
from oncall.rota.shapes import Answer, Holder, Plan, Seat, Segment, Shift, Users

# How far an answer looks for its own beginning and end: past a yearly turn, and no further.
LOOK_AHEAD = timedelta(days=400)
SEATS: tuple[Seat, ...] = ("primary", "secondary", "shadow")
_INSTANT = timedelta(microseconds=1)
_Key = tuple[int, int | None, str]


def segments(plan: Plan, start: datetime, end: datetime, seat: Seat = "primary") -> list[Segment]:
    """Give who holds ``seat`` from ``start`` to ``end`` (aware), contiguous, gaps without holders.

    Neighbours with the same holders are one segment. So a handoff from A to A disappears: nobody
    hands over, the same phone rings, and how many turns a rota of one has says nothing; a cover
    of A by A stays, because it says why. Raises ValueError for an empty or inverted window or a
    naive bound, and UnknownZone.
    """
    start, end = utc(start), utc(end)
    if start >= end:
        raise ValueError("a window ends after it starts")
    return list(_merged(ordered(plan, seat), start, end))


def final(plan: Plan, start: datetime, end: datetime) -> list[Shift]:
    """Give every shift of every seat within ``[start, end)``, clipped to it, in order of start.

    A shift is one person by one layer for one source; neighbours that agree in these are one.
    Raises as ``segments`` does.
    """
    found: list[Shift] = []
    for seat in SEATS:
        found += _shifts(seat, segments(plan, start, end, seat))
    return sorted(found, key=lambda one: (one.starts_at, SEATS.index(one.seat)))


def on_call(plan: Plan, at: datetime, seat: Seat = "primary") -> Users:
    """Give only who holds ``seat`` at the aware instant ``at``: one closed-form look at each layer."""
    at = utc(at)
    return Segment(at, at, next(pieces(ordered(plan, seat), at)).holders).users


def who(plan: Plan, at: datetime, seat: Seat = "primary") -> Answer:
    """Give the segment that holds the aware instant ``at``, with its real bounds and ``until``.

    Bounds and ``until`` are looked for within LOOK_AHEAD on either side; a segment that goes
    on beyond is cut there, and its ``until`` is None.
    """
    at = utc(at)
    layers = ordered(plan, seat)
    ahead = _merged(layers, at, at + LOOK_AHEAD)
    now = next(ahead)
    until = next((later.starts_at for later in ahead if not _goes_on(now.users, later.users)), None)
    return Answer(_beginning(layers, at), now.ends_at, now.holders, until)


def next_after(plan: Plan, at: datetime, seat: Seat = "primary") -> Segment | None:
    """Give the next segment in which somebody serves who does not at ``at`` (aware).

    Gaps are passed over. None: nobody else within LOOK_AHEAD; a segment that goes on beyond
    is cut there.
    """
    at = utc(at)
    ahead = _merged(ordered(plan, seat), at, at + LOOK_AHEAD)
    now = set(next(ahead).users)
    return next((later for later in ahead if not now.issuperset(later.users)), None)


def _shifts(seat: Seat, found: list[Segment]) -> Iterator[Shift]:
    """Follow each person through the segments of a seat."""
    running: dict[_Key, tuple[datetime, Holder]] = {}
    for segment in found:
        holders = {(one.user, one.layer, one.source): one for one in segment.holders}
        for key in [key for key in running if key not in holders]:
            yield _shift(seat, *running.pop(key), segment.starts_at)
        for key, holder in holders.items():
            running.setdefault(key, (segment.starts_at, holder))
    for start, holder in running.values():
        yield _shift(seat, start, holder, found[-1].ends_at)


def _shift(seat: Seat, start: datetime, holder: Holder, end: datetime) -> Shift:
    return Shift(start, end, holder.user, seat, holder.layer, holder.source, holder.override)


def _goes_on(users: Users, later: Users) -> bool:
    return set(users) <= set(later) if users else not later


def _merged(layers: Layers, start: datetime, end: datetime) -> Iterator[Segment]:
    """Join equal neighbours between two UTC instants, lazily."""
    stream = pieces(layers, start)
    piece = next(stream)
    begun, edge, said = start, piece.ends_at, piece.holders
    while edge < end:
        piece = next(stream)
        if piece.holders != said:
            yield Segment(begun, edge, said)
            begun, said = edge, piece.holders
        edge = piece.ends_at
    yield Segment(begun, end, said)


def _beginning(layers: Layers, at: datetime) -> datetime:
    """Step back from change to change until the answer was another, or too long ago."""
    oldest = at - LOOK_AHEAD
    piece = next(pieces(layers, at))
    said, since = piece.holders, piece.since
    while since > oldest:
        before = next(pieces(layers, since - _INSTANT))
        if before.holders != said:
            return since
        since = before.since
    return oldest
