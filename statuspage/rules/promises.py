"""Which promises of a next update were kept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest


@dataclass(frozen=True, slots=True)
class Record:
    """The promises whose time has come or that were answered: how many were kept, how many were not."""

    kept: int
    late: int


def record(said: Sequence[tuple[datetime, datetime | None]], at: datetime) -> Record:
    """Return the record at `at` of updates in their order: when each was said, and by when it promised the next.

    The last one's promise is broken once its time has passed; before that it counts as neither.
    """
    kept = late = 0
    for (_said_at, by), after in zip_longest(said, said[1:]):
        if by is None or (after is None and at <= by):
            continue
        is_kept = after is not None and after[0] <= by
        kept, late = kept + is_kept, late + (not is_kept)
    return Record(kept, late)
