"""The latest edition of the default page, held ready in memory (design.md 4, invariant 14).

At most once a second one thread asks the database whether there is a newer edition; all others are
answered from memory meanwhile. When the database is away, what is in memory goes on being served, and
a process that starts then reads the copy that the last reader left in DATA_DIR.
"""

import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from core import clock
from statuspage.actions.rendering import STALE_AFTER, resources, unconfigured
from statuspage.models import Edition, Snapshot

logger = logging.getLogger(__name__)

RECHECK_S, BACK_OFF_S = 1.0, 5.0
COPY = "default.snapshot"


class Item(msgspec.Struct, frozen=True):
    """One resource as it is served. `stale` is empty where it is the same."""

    resource: str
    content_type: str
    fresh: bytes
    stale: bytes
    etag: str
    modified_at: datetime


class HeldEdition(msgspec.Struct, frozen=True):
    """One edition of the page; `number` 0: rendered for want of a stored one."""

    page_id: int
    number: int
    zone: str
    generated_at: datetime
    items: dict[str, Item]


@dataclass(frozen=True, slots=True)
class Held:
    """An edition and when it was last found to be the newest: `at` by the database's clock."""

    edition: HeldEdition
    at: datetime
    monotonic: float


class Shelf:
    """Holds one edition per process. `timer` counts seconds; tests replace it."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self.timer = timer
        self._held: Held | None = None
        self._next_look = 0.0
        self._looking = threading.Lock()

    def forget(self) -> None:
        """Hold nothing, as a process that has just started."""
        self._held, self._next_look = None, 0.0

    def look(self) -> tuple[HeldEdition, datetime]:
        """Return the newest edition that can be had, and the present instant (UTC) as far as is known.

        Raises the database's error only where it is away and there is no copy.
        """
        held = self._held
        if held is None:
            with self._looking:  # the first requests of a process wait for one another
                held = self._held or self._fetch(None)
        elif self.timer() >= self._next_look and self._looking.acquire(blocking=False):
            try:
                held = self._fetch(held)
            finally:
                self._looking.release()
        return held.edition, held.at + timedelta(seconds=self.timer() - held.monotonic)

    def _fetch(self, held: Held | None) -> Held:
        try:
            at = clock.now()
            edition = _newest(held.edition if held else None, at)
        except DatabaseError:
            connection.close()
            self._next_look = self.timer() + BACK_OFF_S
            if held is not None:
                return held
            self._held = Held(_copied(), clock.without_database(), self.timer())
            return self._held
        self._next_look = self.timer() + RECHECK_S
        self._held = Held(edition, at, self.timer())
        if edition.number and (held is None or held.edition.number != edition.number):
            _copy(edition)
        return self._held


def is_stale(edition: HeldEdition, at: datetime) -> bool:
    """Return whether an edition is too old at `at` to speak of the present."""
    return at - edition.generated_at > STALE_AFTER


def _newest(known: HeldEdition | None, at: datetime) -> HeldEdition:
    """Return the stored edition of the default page, `known` where it still is; one rendered for now where none is."""
    found = Edition.objects.filter(page__is_default=True).select_related("page").first()
    if found is None:
        return _for_now(at)
    if known is not None and (known.page_id, known.number) == (found.page.pk, found.number):
        return known
    rows = Snapshot.objects.filter(page=found.page)
    return HeldEdition(
        found.page.pk,
        found.number,
        found.page.time_zone,
        found.generated_at,
        {row.resource: _item(row) for row in rows},
    )


def _item(row: Snapshot) -> Item:
    fresh, stale = bytes(row.fresh), bytes(row.stale)
    return Item(row.resource, row.content_type, fresh, stale, row.etag, row.modified_at)


def _for_now(at: datetime) -> HeldEdition:
    """Render an installation that has no edition yet, and store nothing: reads write nothing."""
    made = resources(unconfigured(at))
    items = {
        one.resource: Item(one.resource, one.content_type, one.fresh, one.stale, one.etag, at)
        for one in made
    }
    return HeldEdition(0, 0, "UTC", at, items)


def _copy(edition: HeldEdition) -> None:
    """Leave a copy for a process that starts without the database; it appears whole or not at all."""
    place = _place()
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{COPY}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.msgpack.encode(edition))
        Path(name).replace(place)
    except OSError:
        logger.exception("the copy of the status page could not be written")


def _copied() -> HeldEdition:
    """Return the copy; raises the OSError or msgspec's error where there is none that can be read."""
    return msgspec.msgpack.decode(_place().read_bytes(), type=HeldEdition)


def _place() -> Path:
    folder: Path = settings.DATA_DIR / "statuspage"
    return folder / COPY


shelf = Shelf()
