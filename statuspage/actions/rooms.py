"""Keep what lies behind a page's front: incidents, components and months, for when the database is away.

Visitors are answered with what is rendered at their first request (statuspage.views.pages); what is kept here is for
processes that can't ask the database. Once a minute what has moved is rendered again, a bounded number of rooms in
each run: what goes on now, by turns with the newest of the rest.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import zip_longest

from django.db import transaction
from django.db.models import Max

from statuspage.actions import feeds, figures, pages
from statuspage.actions.calendars import component_calendar, component_path
from statuspage.actions.listing import listed
from statuspage.actions.resource import Rendered
from statuspage.models import Component, ComponentInterval, Page, Room
from statuspage.rules.states import RUNNING

MOST_AT_ONCE = 100
MOST_INCIDENTS = 1000  # a page's newest
BUDGET_S = 8.0  # for all pages: the worker ends a task of 20 s, and nothing of it would be kept
OLDEST = timedelta(days=1)  # names and links of the page itself move seldom, and days pass


@dataclass(frozen=True, slots=True)
class Wanted:
    """A room that there is: `moved_at` is when what it tells last moved; one that `is_live` moves every minute."""

    path: str
    moved_at: datetime
    is_live: bool
    make: Callable[[datetime], Rendered | None]

    def is_due(self, kept_as_of: datetime | None, at: datetime) -> bool:
        """Return whether it is to be rendered at `at`; `kept_as_of`: of the one that there is, if any."""
        if kept_as_of is None or self.is_live:
            return True
        return self.moved_at > kept_as_of or at - kept_as_of > OLDEST


def render_rooms(at: datetime, *, timer: Callable[[], float] = time.monotonic) -> int:
    """Render the rooms of every page that have moved; return how many. Read and rendered outside any transaction.

    A page of many years takes several runs: each has its share of the time, and renders two rooms at least.
    """
    pages_due = list(Page.objects.order_by("pk"))
    end, made = timer() + BUDGET_S, 0
    for number, page in enumerate(pages_due):
        share = (end - timer()) / (len(pages_due) - number)
        made += _renew(page, at, partial(_is_over, timer, timer() + share))
    return made


def _is_over(timer: Callable[[], float], end: float) -> bool:
    return timer() >= end


def wanted(page: Page, at: datetime) -> Iterator[Wanted]:
    """Return every room that a page has at `at`."""
    yield Wanted("/history", at, True, partial(pages.this_month, page))
    yield Wanted(figures.UPTIME, at, True, partial(figures.uptime_json, page))
    yield Wanted(figures.LEDGER, page.updated_at, False, partial(figures.ledger_csv, page))
    for number, first in enumerate(pages.months_of(page, at)):
        make = partial(pages.month, page, first)
        yield Wanted(pages.address(first), page.updated_at, number == 0, make)
    for row in page.incidents.order_by("-started_at", "-pk")[:MOST_INCIDENTS]:
        make = partial(pages.incident, page, row.public_id)
        yield Wanted(row.path, row.updated_at, row.is_open, make)
        feed = partial(feeds.of_incident, page, row.public_id)
        yield Wanted(f"{row.path}.atom", row.updated_at, False, feed)
    for work in page.maintenances.order_by("-scheduled_for", "-pk")[:MOST_INCIDENTS]:
        make = partial(pages.incident, page, work.public_id)
        yield Wanted(work.path, work.updated_at, work.state in RUNNING, make)
    yield from _of_components(page)


def _of_components(page: Page) -> Iterator[Wanted]:
    components = listed(page)
    corrected, held = _ledger_of(components)
    for component in components:
        moved_at = max(component.updated_at, corrected.get(component.pk, component.updated_at))
        make = partial(pages.component, page, component.public_id)
        path = f"/components/{component.public_id}"
        is_live = component.pk in held or getattr(component, "followed", None) is not None
        yield Wanted(path, moved_at, is_live, make)
        feed = partial(feeds.of_component, page, component.public_id)
        yield Wanted(f"{path}{feeds.ATOM}", page.updated_at, False, feed)
        calendar = partial(component_calendar, page, component.public_id)
        yield Wanted(component_path(component.public_id), page.updated_at, False, calendar)


def _ledger_of(components: Sequence[Component]) -> tuple[dict[int, datetime], set[int]]:
    """Return when each component's ledger was last corrected, and which components are in trouble now."""
    rows = ComponentInterval.objects.filter(component__in=[row.pk for row in components])
    corrected = rows.filter(corrected_at__isnull=False).values("component").order_by()
    held = rows.filter(to_at=None, is_corrected=False).values_list("component", flat=True)
    latest = corrected.annotate(latest=Max("corrected_at"))
    return dict(latest.values_list("component", "latest")), set(held)


def _renew(page: Page, at: datetime, is_over: Callable[[], bool]) -> int:
    kept = dict(Room.objects.filter(page=page).values_list("resource", "as_of"))
    there = list(wanted(page, at))
    due = [room for room in there if room.is_due(kept.get(room.path), at)]
    made = []
    for number, room in enumerate(_in_turn(due, kept)[:MOST_AT_ONCE]):
        if found := _made(room, at):
            made.append(found)
        if number % 2 and is_over():
            break  # the rest is due still
    gone = kept.keys() - {room.path for room in there}
    if made or gone:
        _store(page, made, gone, at)
    return len(made)


def _in_turn(due: Sequence[Wanted], kept: Mapping[str, datetime]) -> list[Wanted]:
    """Return what goes on now, the longest not rendered first, by turns with the rest, the newest first: neither keeps the other waiting."""
    waiting = [room for room in due if room.is_live and room.path not in kept]
    live = [room for room in due if room.is_live and room.path in kept]
    live.sort(key=lambda room: kept[room.path])
    rest = [room for room in due if not room.is_live]
    rest.sort(key=lambda room: room.moved_at, reverse=True)
    pairs = zip_longest([*waiting, *live], rest)
    return [room for pair in pairs for room in pair if room is not None]


def _made(room: Wanted, at: datetime) -> tuple[str, Rendered] | None:
    found = room.make(at)
    return (room.path, found) if found is not None else None


def _store(page: Page, made: list[tuple[str, Rendered]], gone: set[str], at: datetime) -> None:
    """Write rooms under the page's lock; one that somebody has rendered later stays."""
    with transaction.atomic():
        if Page.objects.filter(pk=page.pk).locked().first() is None:
            return
        rooms = Room.objects.filter(page=page)
        rooms.filter(resource__in=gone).delete()
        number = 1 + (rooms.aggregate(latest=Max("number"))["latest"] or 0)
        later = set(rooms.filter(as_of__gt=at).values_list("resource", flat=True))
        Room.objects.bulk_create(
            [_row(page, path, one, at, number) for path, one in made if path not in later],
            update_conflicts=True,
            unique_fields=["page", "resource"],
            update_fields=["content_type", "fresh", "stale", "etag", "as_of", "number"],
        )


def _row(page: Page, path: str, made: Rendered, at: datetime, number: int) -> Room:
    return Room(
        page=page,
        resource=path,
        content_type=made.content_type,
        fresh=made.fresh,
        stale=made.stale,
        etag=made.etag,
        as_of=at,
        number=number,
    )
