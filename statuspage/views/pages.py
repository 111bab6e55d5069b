"""The public doors: the status page and its JSON from memory, the pages behind it as they are asked for."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.defaults import page_not_found

from core.middleware import MACHINE_PATHS, PEOPLE_PATHS, REPLY_PATHS, STAFF_PATHS
from core.refusals import not_found
from statuspage.actions import pages
from statuspage.actions.rendering import NOT_FOUND
from statuspage.actions.resource import HTML, Rendered
from statuspage.look.freshness import sent_at
from statuspage.models import Page
from statuspage.views.answers import READS, Ready, nothing, of_bytes, send, unavailable
from statuspage.views.shelf import HeldEdition, Item, is_stale, shelf

MOST_KEPT = 64
_MINUTE = timedelta(minutes=1)
_NOT_FOR_VISITORS = (*MACHINE_PATHS, *REPLY_PATHS, *STAFF_PATHS, "/api", "/static/")
_AWAY = (DatabaseError, OSError, msgspec.DecodeError)  # of the database; of the copy
Make = Callable[[Page, datetime], Rendered | None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A page that was rendered for somebody, and in which edition; None: there is no such page."""

    number: int
    item: Item | None


class Memory:
    """What this process has rendered: the latest pages that were asked for, and what is ready to be sent."""

    def __init__(self) -> None:
        self._ready: dict[str, Ready] = {}
        self.kept: OrderedDict[str, Kept] = OrderedDict()

    def forget(self) -> None:
        """Keep nothing, as a process that has just started."""
        self._ready.clear()
        self.kept.clear()

    def ready(self, item: Item, *, status: int = 200) -> Ready:
        """Return an item ready to be sent; made once for as long as its bytes stay the same."""
        known = self._ready.get(item.resource)
        if known is None or known.etag != item.etag:
            known = Ready(
                item.fresh,
                item.content_type,
                item.etag,
                modified_at=item.modified_at,
                is_open=item.resource.startswith("/api/"),
                status=status,
            )
            if len(self._ready) > 2 * MOST_KEPT:
                self._ready.clear()
            self._ready[item.resource] = known
        return known

    def keep(self, path: str, kept: Kept) -> None:
        """Keep a page; the one that was asked for longest ago goes."""
        self.kept[path] = kept
        self.kept.move_to_end(path)
        if len(self.kept) > MOST_KEPT:
            self.kept.popitem(last=False)


memory = Memory()


def stored(request: HttpRequest) -> HttpResponse:
    """Answer with what the latest edition holds at this path."""
    try:
        edition, at = shelf.look()
    except _AWAY:
        return unavailable()
    item = edition.items.get(request.path_info)
    if item is None:
        return _missing(request, edition, at)
    return _serve(request, edition, item, at)


def incident(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer with the page of one incident."""
    return _on_demand(request, lambda page, at: pages.incident(page, public_id, at))


def component(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer with the page of one component."""
    return _on_demand(request, lambda page, at: pages.component(page, public_id, at))


def this_month(request: HttpRequest) -> HttpResponse:
    """Answer with the history of the present month."""
    return _on_demand(request, pages.this_month)


def month(request: HttpRequest, year: str, number: str) -> HttpResponse:
    """Answer with the history of one month."""
    try:
        first = date(int(year), int(number), 1)
    except ValueError:
        return lost(request)
    return _on_demand(request, lambda page, at: pages.month(page, first, at))


def lost(request: HttpRequest) -> HttpResponse:
    """Answer for an address of ours that holds nothing."""
    try:
        edition, at = shelf.look()
    except _AWAY:
        return unavailable()
    return _missing(request, edition, at)


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that is nobody's: a visitor gets the page's own 404, staff theirs, programs a plain one."""
    if request.path_info.startswith(PEOPLE_PATHS):
        return not_found(request, exception)
    if request.method not in READS or request.path_info.startswith(_NOT_FOR_VISITORS):
        return page_not_found(request, exception)
    return lost(request)


def _on_demand(request: HttpRequest, make: Make) -> HttpResponse:
    """Answer with a page of the present edition, rendered at the first request for it; an older one without the database."""
    path = request.path_info
    try:
        edition, at = shelf.look()
    except _AWAY:
        return unavailable()
    kept = memory.kept.get(path)
    if kept is None or kept.number != edition.number:
        try:
            kept = Kept(edition.number, _made(edition, path, make, at))
        except DatabaseError:
            connection.close()
            if kept is None:
                return unavailable()
        memory.keep(path, kept)
    if kept.item is None:
        return _missing(request, edition, at)
    return _serve(request, edition, kept.item, at)


def _made(edition: HeldEdition, path: str, make: Make, at: datetime) -> Item | None:
    page = Page.objects.filter(pk=edition.page_id).first()
    made = make(page, at) if page is not None else None
    if made is None:
        return None
    return Item(path, made.content_type, made.fresh, made.stale, made.etag, at)


def _serve(request: HttpRequest, edition: HeldEdition, item: Item, at: datetime) -> HttpResponse:
    if not item.stale or not is_stale(edition, at):
        return send(request, memory.ready(item))
    minutes = (at - edition.generated_at) // _MINUTE
    return send(
        request, _aged(item.stale, item.content_type, edition.zone, edition.generated_at, minutes)
    )


@lru_cache(maxsize=MOST_KEPT)
def _aged(stale: bytes, content_type: str, zone: str, as_of: datetime, minutes: int) -> Ready:
    """Return a stale page that says how old it is; told once for each minute of its age."""
    at = as_of + minutes * _MINUTE
    told = sent_at(stale.decode(), zone=zone, as_of=as_of, at=at)
    return of_bytes(told.encode(), content_type, at=at)


def _missing(request: HttpRequest, edition: HeldEdition, at: datetime) -> HttpResponse:
    item = edition.items.get(NOT_FOUND)
    if request.path_info.startswith("/api/") or item is None:
        return nothing(is_open=True)
    return send(request, of_bytes(item.fresh, HTML, at=at, status=404))
