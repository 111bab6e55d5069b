"""Write a page as static files to where it outlives this installation: a folder, or a bucket."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db.models import Q

from core.errors import DomainError, Invalid, NotFound, NotPossible, as_text
from statuspage.actions import overriding
from statuspage.actions.held import HeldEdition, item_of
from statuspage.actions.places import place_of
from statuspage.actions.sinks import SinkFailure, sink_of
from statuspage.actions.static_files import file_of, hints, served
from statuspage.models import Edition, Export, Page, Room, Snapshot
from statuspage.models.snapshot import LONGEST_PLACE

LATE = timedelta(minutes=10)


def export(page: Page, to: str, *, at: datetime, is_private_meant: bool = False) -> int:
    """Bring a folder ("/var/www/status") or a bucket ("s3://name/prefix") up to date; return how many files moved.

    Only what has moved is written, and what is gone is deleted: the front last, so that nothing it leads to is missing.
    Raises NotPossible for a page that is not for everybody unless that `is_private_meant`, NotFound before its first
    edition, Invalid for an unknown kind of place, SinkFailure where it can't be written.
    """
    if not page.is_public and not is_private_meant:
        raise NotPossible(
            f"{page.name} is not for everybody; a static copy of it would be. Say --private to make one."
        )
    if len(to) > LONGEST_PLACE:
        raise Invalid.field("/to", f"Name a place by at most {LONGEST_PLACE} characters.")
    files = files_of(page, beside=_roots(to))
    row, _is_new = Export.objects.get_or_create(page=page, to=to, defaults={"tried_at": at})
    row.is_private_meant = is_private_meant
    moved = _bring(row, files, at)
    _keep(row, succeeded_at=at, error="")
    return moved


def export_due(at: datetime) -> int:
    """Bring STATUSPAGE_EXPORT_TO up to date with its pages; return how many files moved.

    What has no business there any more is taken away, and everywhere what is of a page that was deleted, or is not for
    everybody any more. A failure stands in the row, is tried again, and turns into a red mark.
    """
    to = settings.STATUSPAGE_EXPORT_TO
    pages = exported_pages()
    is_gone = Q(page=None) | ~Q(page__audience=Page.Audience.PUBLIC) & Q(is_private_meant=False)
    has_moved = Q(to=to) & ~Q(page__in=[page.pk for page in pages])
    moved = sum(_withdraw(row, at) for row in Export.objects.filter(is_gone | has_moved))
    for page in pages:
        try:
            moved += export(page, to, at=at)
        except (SinkFailure, DomainError):
            continue
    return moved


def exported_pages() -> list[Page]:
    """Return the pages that STATUSPAGE_EXPORT_TO holds: the public ones without a host of their own, and the default one."""
    if not settings.STATUSPAGE_EXPORT_TO:
        return []
    rows = Page.objects.filter(audience=Page.Audience.PUBLIC, edition__isnull=False)
    return [page for page in rows if place_of(page).root or page.is_default]


def files_of(page: Page, *, beside: Collection[str] = ()) -> dict[str, tuple[bytes, str]]:
    """Return every file of a page: name -> content and type; `beside`: the roots of the pages in the same place.

    Raises NotFound before the first edition.
    """
    edition = Edition.objects.filter(page=page).first()
    if edition is None:
        raise NotFound(f"{page.name} was not rendered yet.")
    rows = Snapshot.objects.filter(page=page)
    items = {row.resource: item_of(row, row.modified_at) for row in rows}
    told = overriding.standing(page.public_id)
    if told is not None and told.at >= page.updated_at:
        items |= told.items
    held = HeldEdition(page.pk, edition.number, page.time_zone, edition.generated_at, items)
    rooms = [item_of(row, row.as_of) for row in Room.objects.filter(page=page)]
    root = place_of(page).root
    found = {
        file_of(root, item): (item.fresh, item.content_type) for item in [*rooms, *served(held)]
    }
    plain = {
        name: (content, "text/plain; charset=utf-8")
        for name, content in hints({root, *beside}).items()
    }
    return {**plain, **found}


def _roots(to: str) -> set[str]:
    """Return the paths that the pages in a place begin with there."""
    rows = Export.objects.filter(to=to, page__isnull=False).select_related("page")
    return {place_of(row.page).root for row in rows if row.page is not None}


def _bring(row: Export, files: Mapping[str, tuple[bytes, str]], at: datetime) -> int:
    """Make the place hold these files of the row's page; return how many moved. A failure is kept in the row, and raised.

    What is about to be written is noted first, so that an export that breaks off leaves nothing that nobody knows of.
    """
    hashes = {name: sha256(content).hexdigest()[:32] for name, (content, _kind) in files.items()}
    noted = {**dict.fromkeys(hashes, ""), **row.files}
    _keep(row, tried_at=at, is_private_meant=row.is_private_meant)
    try:
        sink = sink_of(row.to)
        _keep(row, files=noted)
        moved = [name for name in files if noted[name] != hashes[name] or not sink.has(name)]
        moved.sort(key=lambda name: name.endswith("index.html"))
        for name in moved:
            sink.write(name, *files[name])
        for name in noted.keys() - hashes.keys() - _of_others(row):
            sink.delete(name)
    except (SinkFailure, DomainError) as failure:
        _keep(row, error=as_text(failure))
        raise
    _keep(row, files=hashes)
    return len(moved)


def _keep(row: Export, **fields: object) -> None:
    """Write what became of a copy, and never its page: that may have been deleted meanwhile."""
    Export.objects.filter(pk=row.pk).update(**fields)


def _of_others(row: Export) -> set[str]:
    """Return the names that other pages have in the same place."""
    others = Export.objects.filter(to=row.to).exclude(pk=row.pk).values_list("files", flat=True)
    return {name for files in others for name in files}


def _withdraw(row: Export, at: datetime) -> int:
    """Take away the copy of a page that has none there any more, and forget it; return how many files went."""
    count = len(row.files)
    try:
        if row.files:
            _bring(row, {}, at)
    except (SinkFailure, DomainError):
        return 0
    row.delete()
    return count
