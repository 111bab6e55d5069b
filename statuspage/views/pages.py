"""The public doors: the status page and its JSON from memory, the pages behind it as they are asked for."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import page_not_found

from core.middleware import MACHINE_PATHS, PEOPLE_PATHS, REPLY_PATHS, STAFF_PATHS, host_of
from core.refusals import not_found
from statuspage.actions.held import Item
from statuspage.actions.places import UNDER
from statuspage.actions.rendering import NOT_FOUND, STALE_AFTER
from statuspage.actions.resource import HTML, Rendered
from statuspage.look.freshness import sent_at
from statuspage.models import Page
from statuspage.views import gate, kept_rooms, rooms, subscribing
from statuspage.views.answers import READS, Ready, nothing, of_bytes, send, unavailable
from statuspage.views.shelf import Look, shelf

MOST_KEPT = 64
COPIED = -1  # the number of what came from a file: the database is asked as soon as it is back
_MINUTE = timedelta(minutes=1)
_NOT_FOR_VISITORS = (*MACHINE_PATHS, *REPLY_PATHS, *STAFF_PATHS, "/api", "/static/")
_AWAY = (DatabaseError, OSError, msgspec.DecodeError)  # of the database; of the copy
Make = Callable[[Page, datetime], Rendered | None]
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A page behind the page: in which edition it was rendered, of when it is; None: there is no such page."""

    number: int
    as_of: datetime
    item: Item | None


class Memory:
    """What this process has rendered: the latest pages that were asked for, and what is ready to be sent."""

    def __init__(self) -> None:
        self._ready: dict[Key, Ready] = {}
        self.kept: OrderedDict[Key, Kept] = OrderedDict()

    def forget(self) -> None:
        """Keep nothing, as a process that has just started."""
        self._ready.clear()
        self.kept.clear()

    def ready(self, page_id: int, item: Item) -> Ready:
        """Return an item ready to be sent; made once for as long as its bytes stay the same."""
        known = self._ready.get((page_id, item.resource))
        if known is None or known.etag != item.etag:
            known = Ready(
                item.fresh,
                item.content_type,
                item.etag,
                modified_at=item.modified_at,
                resource=item.resource,
            )
            if len(self._ready) > 2 * MOST_KEPT:
                self._ready.clear()
            self._ready[page_id, item.resource] = known
        return known

    def keep(self, key: Key, kept: Kept) -> None:
        """Keep a page; the one that was asked for longest ago goes."""
        self.kept[key] = kept
        self.kept.move_to_end(key)
        if len(self.kept) > MOST_KEPT:
            self.kept.popitem(last=False)


memory = Memory()


@csrf_exempt  # its forms say where they come from (statuspage.views.choices.is_ours)
def answer(request: HttpRequest) -> HttpResponse:
    """Answer with what the page of this host and path has there: from memory, or rendered at the first request."""
    path = request.path_info
    try:
        look = shelf.look(host_of(request), path)
        if look is None:
            return _no_page(request)
    except _AWAY:
        return unavailable()
    if look.entry.is_public:
        return _moved(look) if _is_elsewhere(path, look) else _within(request, look)
    return _private(request, look, is_elsewhere=_is_elsewhere(path, look))


def _is_elsewhere(path: str, look: Look) -> bool:
    """Return whether a page was asked for under its name although it has a host of its own."""
    return path.startswith(UNDER) and not look.entry.root


def _moved(look: Look) -> HttpResponse:
    return HttpResponsePermanentRedirect(f"{look.entry.site}{look.path}", preserve_request=True)


def _private(request: HttpRequest, look: Look, *, is_elsewhere: bool) -> HttpResponse:
    """Answer for a page that is not for everybody; to a stranger it says at most whose it is, and where only if that."""
    try:
        if is_elsewhere:
            return gate.sealed(_moved(look)) if gate.may_know(request, look) else _no_page(request)
        if gate.admitted(request, look):
            return gate.sealed(_within(request, look))
        return gate.shut(request, look) or _no_page(request)
    except DatabaseError:
        connection.close()
        return unavailable()


def _within(request: HttpRequest, look: Look) -> HttpResponse:
    """Answer with what a page has at a path of its own."""
    door = subscribing.door(look.path)
    if door is not None:
        return door(request, look)
    item = look.edition.find(look.path)
    if item is not None:
        return _serve(request, look, item, look.edition.generated_at)
    make = rooms.maker(look.path)
    return _missing(request, look) if make is None else _on_demand(request, look, make)


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that is nobody's: a visitor gets the page's own 404, staff theirs, programs a plain one."""
    if request.path_info.startswith(PEOPLE_PATHS):
        return not_found(request, exception)
    if request.method not in READS or request.path_info.startswith(_NOT_FOR_VISITORS):
        return page_not_found(request, exception)
    return answer(request)


def _on_demand(request: HttpRequest, look: Look, make: Make) -> HttpResponse:
    """Answer with a page of the present edition, rendered at the first request for it; an older one without the database."""
    key = (look.entry.page_id, look.path)
    kept = memory.kept.get(key)
    if kept is None or kept.number != look.edition.number:
        try:
            kept = _older(look, kept) if look.is_away else _made(look, make)
        except DatabaseError:
            connection.close()
            kept = _older(look, kept)
        if kept is None:
            return unavailable()
        memory.keep(key, kept)
    if kept.item is None:
        return _missing(request, look)
    return _serve(request, look, kept.item, kept.as_of)


def _made(look: Look, make: Make) -> Kept:
    page = Page.objects.filter(pk=look.entry.page_id).first()
    made = make(page, look.at) if page is not None else None
    number = look.edition.number
    if made is None:
        return Kept(number, look.at, None)
    item = Item(look.path, made.content_type, made.fresh, made.stale, made.etag, look.at)
    return Kept(number, look.at, item)


def _older(look: Look, kept: Kept | None) -> Kept | None:
    """Return what there is without the database: what this process has, else the copy; None where there is neither."""
    if kept is not None:
        return kept
    try:
        found = kept_rooms.find(look.entry, look.path)
    except (OSError, msgspec.DecodeError):
        return None
    return Kept(COPIED, found.as_of, found.item)


def _serve(request: HttpRequest, look: Look, item: Item, as_of: datetime) -> HttpResponse:
    if not item.stale or look.at - as_of <= STALE_AFTER:
        return send(request, memory.ready(look.entry.page_id, item))
    return send(request, _aged(item, look.edition.zone, as_of, (look.at - as_of) // _MINUTE))


@lru_cache(maxsize=MOST_KEPT)
def _aged(item: Item, zone: str, as_of: datetime, minutes: int) -> Ready:
    """Return a stale resource that says how old it is; told once for each minute of its age."""
    at = as_of + minutes * _MINUTE
    told = sent_at(item.stale.decode(), zone=zone, as_of=as_of, at=at)
    return of_bytes(told.encode(), item.content_type, at=at, resource=item.resource)


def _no_page(request: HttpRequest) -> HttpResponse:
    """Answer, as the default page would, for what no page has, or none that this reader may know of."""
    look = shelf.look("", "/")
    return nothing() if look is None else _missing(request, look)


def _missing(request: HttpRequest, look: Look) -> HttpResponse:
    item = look.edition.items.get(NOT_FOUND)
    if look.path.startswith("/api/") or item is None:
        return nothing(is_open=True)
    return send(request, of_bytes(item.fresh, HTML, at=look.at, status=404))
