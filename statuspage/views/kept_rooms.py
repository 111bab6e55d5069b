"""The rooms of all pages as files, for when the database is away (statuspage.actions.rooms renders them).

What is new is copied in small slices, one in each look of the shelf, so that no visitor waits for many.
"""

from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from statuspage.actions import copied_files
from statuspage.actions.held import Item, item_of
from statuspage.models import Room
from statuspage.views.directory import Entry

SLICE = 25
_START = (-1, "")


class HeldRoom(msgspec.Struct, frozen=True):
    """One room, and the instant that it speaks of."""

    as_of: datetime
    item: Item


class RoomCopies:
    """Which rooms this process has copied. A page is `behind` until all that its database has were."""

    def __init__(self) -> None:
        self._reached: dict[int, tuple[int, str]] = {}
        self._editions: dict[int, int] = {}

    def forget(self) -> None:
        """Know of none, as a process that has just started."""
        self._reached.clear()
        self._editions.clear()

    def renew(self, entry: Entry) -> None:
        """Copy the next slice of what is new of a page; run no statement where its edition was dealt with."""
        if self._editions.get(entry.page_id) == entry.number:
            return
        number, resource = self._reached.get(entry.page_id, _START)
        rooms = Room.objects.filter(page=entry.page_id)
        newer = rooms.filter(number=number, resource__gt=resource) | rooms.filter(number__gt=number)
        found = list(newer.order_by("number", "resource")[:SLICE])
        for room in found:
            copied_files.write(
                _name(entry, room.resource), HeldRoom(room.as_of, item_of(room, room.as_of))
            )
            self._reached[entry.page_id] = (room.number, room.resource)
        if len(found) < SLICE:
            _drop(entry, set(rooms.values_list("resource", flat=True)))
            self._editions[entry.page_id] = entry.number


def find(entry: Entry, path: str) -> HeldRoom:
    """Return the copy of a room; raises OSError or msgspec's DecodeError where there is none that can be read."""
    return copied_files.read(_name(entry, path), HeldRoom)


def _name(entry: Entry, path: str) -> str:
    return f"{entry.public_id}/{_file(path)}"


def _file(path: str) -> str:
    """Return a file's name for a path: no slash is left in it."""
    return f"{quote(path, safe='')}.room"


def _drop(entry: Entry, there: set[str]) -> None:
    """Take away the copies of rooms that are no more."""
    names = {_file(path) for path in there}
    folder: Path = copied_files.place() / entry.public_id
    for copy in folder.glob("*.room"):
        if copy.name not in names:
            copy.unlink(missing_ok=True)
