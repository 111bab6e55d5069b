"""Who is on call: the one resolver that pager, calendar, API, feeds, reports and simulator ask.

Everything here reads the same stream of pieces (``layers.pieces``), so that the answer at an
instant and the calendar cannot differ (design, invariant 7).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from oncall.rota.civil import utc
from oncall.rota.layers import Layers, Piece, ordered, pieces
from oncall.rota.shapes import Answer, Plan, Segment, Users

# How far an answer looks for its own beginning and end: past a yearly turn, and no further.
LOOK_AHEAD = timedelta(days=400)
_INSTANT = timedelta(microseconds=1)


def segments(plan: Plan, start: datetime, end: datetime) -> list[Segment]:
    """Give who serves from ``start`` to ``end`` (aware), contiguous, gaps as ``users == ()``.

    Neighbours with the same people, layer and override are one segment. So a handoff from A to A
    disappears: nobody hands over, the same phone rings, and how many turns a rota of one has
    says nothing; a cover of A by A stays, because it says why. Raises ValueError for an empty or
    inverted window or a naive bound, and UnknownZone.
    """
    start, end = utc(start), utc(end)
    if start >= end:
        raise ValueError("a window ends after it starts")
    return list(_merged(ordered(plan), start, end))


def on_call(plan: Plan, at: datetime) -> Users:
    """Give only who serves at the aware instant ``at``: one closed-form look at each layer."""
    return next(pieces(ordered(plan), utc(at))).users


def who(plan: Plan, at: datetime) -> Answer:
    """Give the segment that holds the aware instant ``at``, with its real bounds and ``until``.

    Bounds and ``until`` are looked for within LOOK_AHEAD on either side; a segment that goes
    on beyond is cut there, and its ``until`` is None.
    """
    at = utc(at)
    layers = ordered(plan)
    ahead = _merged(layers, at, at + LOOK_AHEAD)
    now = next(ahead)
    until = next((later.starts_at for later in ahead if not _goes_on(now.users, later.users)), None)
    since = _beginning(layers, at)
    return Answer(since, now.ends_at, now.users, now.layer, now.override, until)


def next_after(plan: Plan, at: datetime) -> Segment | None:
    """Give the next segment in which somebody serves who does not at ``at`` (aware).

    Gaps are passed over. None: nobody else within LOOK_AHEAD; a segment that goes on beyond
    is cut there.
    """
    at = utc(at)
    ahead = _merged(ordered(plan), at, at + LOOK_AHEAD)
    now = set(next(ahead).users)
    return next((later for later in ahead if not now.issuperset(later.users)), None)


def _goes_on(users: Users, later: Users) -> bool:
    return set(users) <= set(later) if users else not later


def _merged(layers: Layers, start: datetime, end: datetime) -> Iterator[Segment]:
    """Join equal neighbours between two UTC instants, lazily."""
    stream = pieces(layers, start)
    piece = next(stream)
    begun, edge, said = start, piece.ends_at, _content(piece)
    while edge < end:
        piece = next(stream)
        if (content := _content(piece)) != said:
            yield Segment(begun, edge, *said)
            begun, said = edge, content
        edge = piece.ends_at
    yield Segment(begun, end, *said)


def _beginning(layers: Layers, at: datetime) -> datetime:
    """Step back from change to change until the answer was another, or too long ago."""
    oldest = at - LOOK_AHEAD
    piece = next(pieces(layers, at))
    said, since = _content(piece), piece.since
    while since > oldest:
        before = next(pieces(layers, since - _INSTANT))
        if _content(before) != said:
            return since
        since = before.since
    return oldest


def _content(piece: Piece) -> tuple[Users, int | None, int | None]:
    return piece[2:5]
