"""The latest editions of all pages, held ready in memory (design.md 4, invariant 14).

At most once a second one thread asks the database whether there are newer editions; all others are
answered from memory meanwhile. When the database is away, what is in memory goes on being served, and
a process that starts then reads the copies that the last reader left.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import connection

from core import clock
from statuspage.actions.held import HeldEdition
from statuspage.views import directory, editions
from statuspage.views.directory import Directory, Entry
from statuspage.views.kept_rooms import RoomCopies
from statuspage.views.overrides import Overrides

RECHECK_S, BACK_OFF_S = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Known:
    """The directory, and when it was last found to be the newest: `at` by the database's clock."""

    directory: Directory
    at: datetime
    monotonic: float


@dataclass(frozen=True, slots=True)
class Look:
    """What one request is answered from: the page, its edition, the path within it, and the instant (UTC).

    `is_away`: the database was, when it was last asked.
    """

    entry: Entry
    edition: HeldEdition
    path: str
    at: datetime
    is_away: bool = False


class Shelf:
    """Holds the editions of a process. `timer` counts seconds; tests replace it."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self.timer = timer
        self._known: Known | None = None
        self._editions: dict[int, HeldEdition] = {}
        self._rooms, self._overrides = RoomCopies(), Overrides()
        self._next_look, self._is_away = 0.0, False
        self._looking = threading.Lock()
        self._loading = threading.Lock()

    def forget(self) -> None:
        """Hold nothing, as a process that has just started."""
        self._known, self._editions = None, {}
        self._next_look, self._is_away = 0.0, False
        self._rooms.forget()
        self._overrides.forget()

    def look(self, host: str, path: str) -> Look | None:
        """Return what answers on a host and path, the newest that can be had; None where no page is named so.

        Raises the database's error, OSError or msgspec's DecodeError only where the database is away and there is no copy.
        """
        known = self._newest()
        found = known.directory.find(host, path)
        if found is None:
            return None
        entry, inner = found
        at = known.at + timedelta(seconds=self.timer() - known.monotonic)
        edition = self._overrides.over(entry, self._edition(entry, at), self.timer())
        return Look(entry, edition, inner, at, self._is_away)

    def _newest(self) -> Known:
        known = self._known
        if known is None:
            with self._looking:  # the first requests of a process wait for one another
                return self._known or self._ask(None)
        if self.timer() >= self._next_look and self._looking.acquire(blocking=False):
            try:
                return self._ask(known)
            finally:
                self._looking.release()
        return known

    def _ask(self, known: Known | None) -> Known:
        try:
            at = clock.now()
            found = directory.read(known.directory if known else None)
            for entry in found.entries:
                self._rooms.renew(entry)
        except DatabaseError:
            connection.close()
            self._is_away = True
            self._next_look = self.timer() + BACK_OFF_S
            if known is None:
                known = Known(editions.copied_directory(), clock.without_database(), self.timer())
                self._known = known
            return known
        self._next_look, self._is_away = self.timer() + RECHECK_S, False
        if known is None or found is not known.directory:
            editions.copy_directory(found)
        self._known = Known(found, at, self.timer())
        return self._known

    def _edition(self, entry: Entry, at: datetime) -> HeldEdition:
        held = self._editions.get(entry.page_id)
        if held is not None and held.number == entry.number:
            return held
        with self._loading:
            held = self._editions.get(entry.page_id)
            if held is None or held.number < entry.number:
                held = self._editions[entry.page_id] = self._load(entry, held, at)
            return held

    def _load(self, entry: Entry, held: HeldEdition | None, at: datetime) -> HeldEdition:
        try:
            found = editions.load(entry, at)
        except DatabaseError:
            connection.close()
            return held or editions.copied_edition(entry)
        if found.number:
            editions.copy_edition(entry, found)
        return found


shelf = Shelf()
