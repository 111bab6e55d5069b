"""What somebody has said by hand while nothing else ran (statuspage.actions.overriding), put before an edition."""

from datetime import datetime
from pathlib import Path

import msgspec

from statuspage.actions import copied_files
from statuspage.actions.held import HeldEdition
from statuspage.actions.overriding import SUFFIX, Override
from statuspage.views.directory import Entry

RECHECK_S = 1.0


class Overrides:
    """The overrides of a process; their files are looked at once a second, whether or not the database is there."""

    def __init__(self) -> None:
        self._next_look = 0.0
        self._read: dict[Path, tuple[int, Override]] = {}
        self._by_page: dict[str, Override] = {}
        self._told: dict[str, tuple[int, datetime, HeldEdition]] = {}

    def forget(self) -> None:
        """Know of none, as a process that has just started."""
        self._next_look = 0.0
        self._read, self._by_page, self._told = {}, {}, {}

    def over(self, entry: Entry, edition: HeldEdition, now_s: float) -> HeldEdition:
        """Return the edition as overridden; itself where nobody did, or where the page was published on since."""
        if now_s >= self._next_look:
            self._next_look = now_s + RECHECK_S
            self._look()
        found = self._by_page.get(entry.public_id)
        if found is None or entry.changed_at > found.at:
            return edition
        number, at, told = self._told.get(entry.public_id, (-1, found.at, edition))
        if (number, at) != (edition.number, found.at):
            items = {**edition.items, **found.items}
            told = msgspec.structs.replace(edition, items=items)
            self._told[entry.public_id] = (edition.number, found.at, told)
        return told

    def _look(self) -> None:
        read = {}
        for path in copied_files.place().glob(f"*{SUFFIX}"):
            try:
                changed_ns = path.stat().st_mtime_ns
                known = self._read.get(path)
                if known is None or known[0] != changed_ns:
                    known = (changed_ns, copied_files.read(path.name, Override))
            except (OSError, msgspec.DecodeError):
                continue
            read[path] = known
        self._read = read
        self._by_page = {override.page: override for _changed, override in read.values()}
