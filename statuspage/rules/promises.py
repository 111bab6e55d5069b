"""Which promises of a next update were kept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest


@dataclass(frozen=True, slots=True)
class Record:
    """The promises whose time has come or that were answered: how many were kept, how many were not."""

    kept: int
    late: int


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of a next update: by when, and when that came; None where none has come yet."""

    due_at: datetime
    said_at: datetime | None

    @property
    def is_kept(self) -> bool:
        """Return whether the update came in time."""
        return self.said_at is not None and self.said_at <= self.due_at

    @property
    def late_by(self) -> timedelta | None:
        """Return how much too late it came; None for what was kept, and for what has not come."""
        if self.said_at is None or self.is_kept:
            return None
        return self.said_at - self.due_at


def promises(said: Sequence[tuple[datetime, datetime | None]], at: datetime) -> list[Promise]:
    """Return what was promised, as of `at`, by updates in their order: when each was said, and by when it promised the next.

    The last one's promise is broken once its time has passed; before that it does not count.
    """
    return [
        Promise(by, after[0] if after is not None else None)
        for (_said_at, by), after in zip_longest(said, said[1:])
        if by is not None and (after is not None or at > by)
    ]


def record(said: Sequence[tuple[datetime, datetime | None]], at: datetime) -> Record:
    """Return the record of the promises of such updates at `at`."""
    found = promises(said, at)
    kept = sum(one.is_kept for one in found)
    return Record(kept, len(found) - kept)
