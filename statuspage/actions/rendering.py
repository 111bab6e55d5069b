"""Render a page into what is served: in the transaction of every change, and once a minute (never by reads)."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import transaction

from core.facts import publish as publish_fact
from statuspage.actions import calendars, feeds, looks, shapes, wire
from statuspage.actions.headers import EMBEDDED
from statuspage.actions.picture import Picture, take
from statuspage.actions.places import Place
from statuspage.actions.resource import HTML, Rendered
from statuspage.look import badge
from statuspage.look import render as look
from statuspage.look.shape import PublicPage
from statuspage.models import Edition, Page, SharedComponent, Snapshot

NOT_FOUND, BADGE, ROBOTS = "404", "/badge.svg", "/robots.txt"
SHAPE, SHAPE_TYPE = (
    "shape",
    "application/msgpack",
)  # what the page was drawn from, for who must draw it without the database
EVERY = timedelta(seconds=60)
STALE_AFTER = 3 * EVERY  # from the latest rendering on (public.md 7)


def render(page: Page, at: datetime) -> None:
    """Render a page that has just changed, inside the transaction of the change, under the page's lock.

    Pages that list a component of it follow within a second or two, each under its own lock.
    """
    _store(page, _resources(page, at), at)
    sharing = SharedComponent.objects.filter(component__page=page).values_list("page", flat=True)
    publish_fact("status_page.shown", sorted(set(sharing)), at=at)


def render_sharing(page_id: int, at: datetime) -> None:
    """Render a page that shares a component of one that has changed."""
    with transaction.atomic():
        page = Page.objects.filter(pk=page_id).locked().first()
        if page is not None:
            _store(page, _resources(page, at), at)


def render_due(at: datetime) -> int:
    """Render every page that no change has rendered within the last half minute; return how many.

    Read and rendered outside any transaction; what a change has rendered meanwhile is newer and stays.
    """
    return sum(_render_one(page, at) for page in Page.objects.select_related("edition"))


def resources(picture: Picture) -> Iterator[Rendered]:
    """Return everything that is served of a page from memory alone."""
    site = picture.place.site
    page = shapes.status_page(picture)
    fresh, stale = (look.status_page(page, stale=old).encode() for old in (False, True))
    yield Rendered("/", HTML, fresh, stale)
    yield looks.style(picture.page)
    yield from looks.pictures(picture.marks)
    yield Rendered(SHAPE, SHAPE_TYPE, msgspec.msgpack.encode(page))
    yield Rendered(BADGE, badge.CONTENT_TYPE, *(_badge(page, stale=old) for old in (False, True)))
    framed = (look.embedded(page, stale=old).encode() for old in (False, True))
    yield Rendered(EMBEDDED, HTML, *framed)
    yield Rendered(ROBOTS, "text/plain; charset=utf-8", _robots(picture))
    yield Rendered(NOT_FOUND, HTML, look.not_found_page(page.site).encode())
    yield from feeds.feeds(picture, site)
    yield calendars.calendar(picture)
    for path, content in wire.Wire(picture, site).documents().items():
        yield Rendered(path, wire.CONTENT_TYPE, content)


def _badge(page: PublicPage, *, stale: bool) -> bytes:
    return badge.page_badge(page.site.name, page.groups, stale=stale).encode()


def _robots(picture: Picture) -> bytes:
    """Say what search engines may list: the page, and never what a visitor has no business with."""
    refused = ["/admin/", "/accounts/", "/api/v1/"] if picture.page.is_indexed else ["/"]
    return "".join(["User-agent: *\n", *(f"Disallow: {path}\n" for path in refused)]).encode()


def unconfigured(at: datetime) -> Picture:
    """Return the picture of an installation that has no page yet: nothing is listed, nothing is open."""
    page = Page(public_id="0" * 12, name="Status", created_at=at, updated_at=at)
    return Picture(page, at, at.date(), place=Place(settings.SITE_URL))


def _resources(page: Page, at: datetime) -> list[Rendered]:
    return list(resources(take(page, at)))


def _render_one(page: Page, at: datetime) -> bool:
    seen: Edition | None = getattr(page, "edition", None)
    if seen is not None and at < seen.generated_at + EVERY / 2:
        return False
    number = seen.number if seen is not None else None
    made = _resources(page, at)
    with transaction.atomic():
        locked = Page.objects.filter(pk=page.pk).locked().first()
        if locked is None:
            return False
        present = Edition.objects.filter(page=page).values_list("number", flat=True).first()
        if present != number:
            return False
        _store(locked, made, at)
    return True


def _store(page: Page, made: list[Rendered], at: datetime) -> None:
    known = {
        row.resource: row for row in Snapshot.objects.filter(page=page).defer("fresh", "stale")
    }
    for one in made:
        row = known.pop(one.resource, None) or Snapshot(page=page, resource=one.resource)
        if row.etag != one.etag:
            row.content_type, row.fresh, row.stale = one.content_type, one.fresh, one.stale
            row.etag, row.modified_at = one.etag, at
            row.save()
    Snapshot.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    fresh: Mapping[str, object] = {"generated_at": at, "fresh_until": at + EVERY}
    edition, is_new = Edition.objects.get_or_create(page=page, defaults={**fresh, "number": 1})
    if not is_new:
        edition.number += 1
        edition.generated_at, edition.fresh_until = at, at + EVERY
        edition.save()
