"""One edition of a page in memory, where it comes from, and the copy that outlives the database."""

from datetime import datetime

from statuspage.actions import copied_files
from statuspage.actions.held import HeldEdition, Item, item_of
from statuspage.actions.rendering import resources, unconfigured
from statuspage.models import Edition, Snapshot
from statuspage.views.directory import Directory, Entry


def load(entry: Entry, at: datetime) -> HeldEdition:
    """Return the newest edition of a page as stored; one that lists nothing where there is none, which is stored nowhere."""
    found = Edition.objects.filter(page=entry.page_id).first()
    if found is None:
        return _for_now(entry, at)
    rows = Snapshot.objects.filter(page=entry.page_id)
    items = {row.resource: item_of(row, row.modified_at) for row in rows}
    return HeldEdition(entry.page_id, found.number, entry.zone, found.generated_at, items)


def copy_edition(entry: Entry, edition: HeldEdition) -> None:
    """Leave a copy for a process that starts without the database; it appears whole or not at all."""
    copied_files.write(f"{entry.public_id}.snapshot", edition)


def copy_directory(directory: Directory) -> None:
    """Leave a copy of the directory, as of an edition."""
    copied_files.write(copied_files.DIRECTORY, directory)


def copied_edition(entry: Entry) -> HeldEdition:
    """Return the copy; raises OSError or msgspec's DecodeError where there is none that can be read."""
    return copied_files.read(f"{entry.public_id}.snapshot", HeldEdition)


def copied_directory() -> Directory:
    """Return the copy; raises as `copied_edition` does."""
    return copied_files.read(copied_files.DIRECTORY, Directory)


def _for_now(entry: Entry, at: datetime) -> HeldEdition:
    """Render a page that has no edition yet, and store nothing: reads write nothing."""
    made = resources(unconfigured(at))
    items = {
        one.resource: Item(one.resource, one.content_type, one.fresh, one.stale, one.etag, at)
        for one in made
    }
    return HeldEdition(entry.page_id, 0, entry.zone, at, items)
