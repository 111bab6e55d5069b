"""Folds over the final schedule: what is not covered, how much is, and what an edit changes."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from oncall.rota.civil import utc
from oncall.rota.resolve import segments
from oncall.rota.shapes import Change, Plan, Seat, Segment, Users, Window
from oncall.rota.windows import Span, joined, open_spans

# "business-hours" of a schedule's expectation (the on-call area's case 23)
BUSINESS_HOURS = tuple(Window(day, time(9), day, time(17)) for day in range(5))


def gaps(
    plan: Plan,
    start: datetime,
    end: datetime,
    expected: Sequence[Window] | None = None,
    zone: str = "UTC",
) -> list[Segment]:
    """Give the stretches of ``[start, end)`` that ought to be covered and are not.

    ``expected`` are the weekly hours promised, local to ``zone``; None promises every hour, and
    an empty sequence none. Each gap is a segment without users. Raises as ``segments`` does.
    """
    return uncovered(segments(plan, start, end), expected, zone)


def uncovered(
    found: Sequence[Segment], expected: Sequence[Window] | None = None, zone: str = "UTC"
) -> list[Segment]:
    """Give the gaps of segments that are resolved already, contiguous as ``segments`` gives them."""
    wanted = _wanted(found[0].starts_at, found[-1].ends_at, expected, zone)
    empty = [(s.starts_at, s.ends_at) for s in found if not s.users]
    return [Segment(a, b, ()) for a, b in _common(empty, wanted)]


def coverage(
    plan: Plan,
    start: datetime,
    end: datetime,
    expected: Sequence[Window] | None = None,
    zone: str = "UTC",
) -> float:
    """Give the covered part of the promised time, 0.0 to 1.0; 1.0 where nothing is promised."""
    promised = _sum(_wanted(utc(start), utc(end), expected, zone))
    missing = _sum([(g.starts_at, g.ends_at) for g in gaps(plan, start, end, expected, zone)])
    return 1 - missing / promised if promised else 1.0


def unbacked(
    plan: Plan,
    start: datetime,
    end: datetime,
    expected: Sequence[Window] | None = None,
    zone: str = "UTC",
) -> list[Span]:
    """Give the promised time in which one person holds the primary seat and nobody the secondary.

    Neighbours are joined. Raises as ``segments`` does.
    """
    alone = [(s.starts_at, s.ends_at) for s in segments(plan, start, end) if len(s.users) == 1]
    bare = [
        (s.starts_at, s.ends_at) for s in segments(plan, start, end, "secondary") if not s.users
    ]
    wanted = _wanted(utc(start), utc(end), expected, zone)
    return joined(_common(_common(alone, bare), wanted))


def changes(
    before: Plan, after: Plan, start: datetime, end: datetime, seat: Seat = "primary"
) -> list[Change]:
    """Give the stretches of ``[start, end)`` in which an edit changes who holds ``seat``, and for whom.

    Only people count: a new layer or cover that leads to the same ones is no change.
    """
    found: list[Change] = []
    both = segments(before, start, end, seat), segments(after, start, end, seat)
    for begun, ended, old, new in _side_by_side(*both):
        if set(old) == set(new):
            continue
        change = Change(begun, ended, old, new)
        if found and (found[-1].ends_at, found[-1].before, found[-1].after) == (begun, old, new):
            change = Change(found.pop().starts_at, ended, old, new)
        found.append(change)
    return found


def _sum(spans: Sequence[Span]) -> timedelta:
    """Add up the lengths of spans."""
    return sum((end - start for start, end in spans), timedelta())


def _wanted(
    start: datetime, end: datetime, expected: Sequence[Window] | None, zone: str
) -> list[Span]:
    """Give the promised time within [start, end), touching spans joined."""
    if expected is None:
        return [(start, end)]
    found: list[Span] = []
    for opens, closes in open_spans(expected, zone, start):
        if opens >= end:
            break
        a, b = max(opens, start), min(closes, end)
        if a < b:
            found.append((found.pop()[0], b) if found and found[-1][1] == a else (a, b))
    return found


def _common(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """Intersect two ordered lists of spans."""
    found: list[Span] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            found.append((start, end))
        if first[i][1] == end:
            i += 1
        else:
            j += 1
    return found


def _side_by_side(
    first: Sequence[Segment], second: Sequence[Segment]
) -> Iterator[tuple[datetime, datetime, Users, Users]]:
    """Walk two schedules of the same window from boundary to boundary."""
    i = j = 0
    edge = first[0].starts_at
    while i < len(first):
        stop = min(first[i].ends_at, second[j].ends_at)
        yield edge, stop, first[i].users, second[j].users
        ended = (first[i].ends_at == stop, second[j].ends_at == stop)
        i, j, edge = i + ended[0], j + ended[1], stop
