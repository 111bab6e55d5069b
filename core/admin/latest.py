"""Counting on screens of large tables: only so far."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator

MOST = 10_000  # rows


class LatestRows(Paginator[Any]):
    """Counts no further than MOST, so that a page of a large table costs no more; filters reach the rest."""

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, MOST at most."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST].count())

    @property
    def is_cut(self) -> bool:
        """Return whether there may be more rows than are counted."""
        return self.count >= MOST
