"""One edition of a page in memory, where it comes from, and the copy that outlives the database."""

import logging
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from django.conf import settings

from statuspage.actions.rendering import STALE_AFTER, resources, unconfigured
from statuspage.models import Edition, Snapshot
from statuspage.views.directory import Directory, Entry

logger = logging.getLogger(__name__)

DIRECTORY = "directory.snapshot"
T = TypeVar("T")


class Item(msgspec.Struct, frozen=True):
    """One resource as it is served; `resource` is its path within the page. `stale` is empty where it is the same."""

    resource: str
    content_type: str
    fresh: bytes
    stale: bytes
    etag: str
    modified_at: datetime


class HeldEdition(msgspec.Struct, frozen=True):
    """One edition of a page; `number` 0: rendered for want of a stored one."""

    page_id: int
    number: int
    zone: str
    generated_at: datetime
    items: dict[str, Item]

    def is_stale(self, at: datetime) -> bool:
        """Return whether it is too old at `at` to speak of the present."""
        return at - self.generated_at > STALE_AFTER


def load(entry: Entry, at: datetime) -> HeldEdition:
    """Return the newest edition of a page as stored; one that lists nothing where there is none, which is stored nowhere."""
    found = Edition.objects.filter(page=entry.page_id).first()
    if found is None:
        return _for_now(entry, at)
    rows = Snapshot.objects.filter(page=entry.page_id)
    items = {row.resource: _item(row) for row in rows}
    return HeldEdition(entry.page_id, found.number, entry.zone, found.generated_at, items)


def copy_edition(entry: Entry, edition: HeldEdition) -> None:
    """Leave a copy for a process that starts without the database; it appears whole or not at all."""
    _write(f"{entry.public_id}.snapshot", msgspec.msgpack.encode(edition))


def copy_directory(directory: Directory) -> None:
    """Leave a copy of the directory, as of an edition."""
    _write(DIRECTORY, msgspec.msgpack.encode(directory))


def copied_edition(entry: Entry) -> HeldEdition:
    """Return the copy; raises OSError or msgspec's DecodeError where there is none that can be read."""
    return _read(f"{entry.public_id}.snapshot", HeldEdition)


def copied_directory() -> Directory:
    """Return the copy; raises as `copied_edition` does."""
    return _read(DIRECTORY, Directory)


def _item(row: Snapshot) -> Item:
    fresh, stale = bytes(row.fresh), bytes(row.stale)
    return Item(row.resource, row.content_type, fresh, stale, row.etag, row.modified_at)


def _for_now(entry: Entry, at: datetime) -> HeldEdition:
    """Render a page that has no edition yet, and store nothing: reads write nothing."""
    made = resources(unconfigured(at))
    items = {
        one.resource: Item(one.resource, one.content_type, one.fresh, one.stale, one.etag, at)
        for one in made
    }
    return HeldEdition(entry.page_id, 0, entry.zone, at, items)


def _write(name: str, content: bytes) -> None:
    place: Path = settings.STATUSPAGE_SNAPSHOT_DIR
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=place, prefix=f".{name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(part).replace(place / name)
    except OSError:
        logger.exception("the copy of the status page could not be written: %s", name)


def _read(name: str, kind: type[T]) -> T:
    place: Path = settings.STATUSPAGE_SNAPSHOT_DIR
    return msgspec.msgpack.decode((place / name).read_bytes(), type=kind)
