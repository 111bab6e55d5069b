"""Playbooks of the rows of a list: a version never changes, so each is read once per process."""

from collections.abc import Iterable

from incidents.models import PlaybookVersion
from incidents.playbook import Playbook

MOST = 200
_kept: dict[tuple[int, str], Playbook] = {}


def books_of(versions: Iterable[tuple[int, str]]) -> dict[int, Playbook]:
    """Return id -> playbook for these (id, checksum); one statement for all that were not met before."""
    wanted = dict.fromkeys(versions)
    missing = [pk for pk, checksum in wanted if (pk, checksum) not in _kept]
    if missing:
        if len(_kept) > MOST:
            _kept.clear()
        for row in PlaybookVersion.objects.filter(pk__in=missing):
            _kept[row.pk, row.checksum] = row.playbook
    found = {pk: _kept.get((pk, checksum)) for pk, checksum in wanted}
    return {pk: book for pk, book in found.items() if book is not None}
