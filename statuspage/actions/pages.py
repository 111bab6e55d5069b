"""The pages behind the status page: one incident, one component, one month. Read when asked for."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from statuspage.actions import shapes
from statuspage.actions.calendars import component_path
from statuspage.actions.listing import listed
from statuspage.actions.picture import SHOWN_DAYS, Picture, Told, spans_of, take, touching
from statuspage.actions.resource import HTML, Rendered
from statuspage.look import render as look
from statuspage.look import shape
from statuspage.models import Component, Maintenance, Page, PublicIncident
from statuspage.rules.promises import promises
from statuspage.rules.states import ComponentState
from statuspage.rules.uptime import Span, days, spent, start_of, uptime

MOST_MONTHS = 12
_TICK = timedelta(microseconds=1)


def incident(page: Page, public_id: str, at: datetime) -> Rendered | None:
    """Return the page of one incident or maintenance; None where there is none of that id."""
    wanted = page.incidents.filter(public_id=public_id)
    if not wanted.exists():
        return _maintenance(page, public_id, at)
    picture = take(page, at, incidents=wanted, works=page.maintenances.none())
    [told] = picture.incidents
    shown = shape.IncidentPage(
        shapes.site(picture), shapes.incident(picture, told), len(picture.components)
    )
    fresh, stale = (look.incident_page(shown, stale=old) for old in (False, True))
    return _rendered(told.row.path, fresh, stale)


def _maintenance(page: Page, public_id: str, at: datetime) -> Rendered | None:
    wanted = page.maintenances.filter(public_id=public_id)
    if not wanted.exists():
        return None
    picture = take(page, at, incidents=page.incidents.none(), works=wanted)
    [one] = picture.works
    shown = shape.MaintenancePage(shapes.site(picture), shapes.work(picture, one))
    fresh, stale = (look.maintenance_page(shown, stale=old) for old in (False, True))
    return _rendered(one.row.path, fresh, stale)


def component(page: Page, public_id: str, at: datetime) -> Rendered | None:
    """Return the page of one component; None where there is none of that id."""
    if public_id not in {row.public_id for row in listed(page)}:
        return None
    told = touching(page, public_id)
    works = page.maintenances.filter(touched__component__public_id=public_id)
    shown_from = start_of(at.astimezone(page.zone).date() - timedelta(days=SHOWN_DAYS), page.zone)
    recent = told.filter(Q(resolved_at=None) | Q(resolved_at__gte=shown_from))
    picture = take(page, at, incidents=recent, works=works)
    [row] = [one for one in picture.components if one.public_id == public_id]
    held = next((told for told in picture.incidents if _holds(told, row)), None)
    running = next((one for one in picture.works if one.is_running), None)
    shown = shape.ComponentPage(
        site=shapes.site(picture),
        component=shapes.component(picture, row, causes=shapes.causes(picture)),
        description=row.description,
        incident=shapes.incident(picture, held) if held else None,
        work=shapes.work(picture, running) if running else None,
        calendar=picture.place.path(component_path(public_id)),
        months=tuple(_months(picture, row, told)),
        atom=picture.place.path(f"/components/{public_id}/history.atom"),
        reports_since=row.measured_from.astimezone(page.zone).date(),
    )
    fresh, stale = (look.component_page(shown, stale=old) for old in (False, True))
    return _rendered(f"/components/{public_id}", fresh, stale)


def month(page: Page, first: date, at: datetime) -> Rendered | None:
    """Return the page of the month that begins with `first`; None before the first and after the present one."""
    zone = page.zone
    picture = take(page, at, incidents=_in_month(page, first), works=_works_in_month(page, first))
    since = shapes.reports_since(picture)
    present = at.astimezone(zone).date().replace(day=1)
    if not since.replace(day=1) <= first <= present:
        return None
    begin, end = start_of(first, zone), min(start_of(_next(first), zone), at)
    troubles = spans_of(picture.components, since=begin, until=end)
    measured = max(begin, start_of(since, zone))
    everything = [span for spans in troubles.values() for span in spans]
    found = days(everything, first, end - _TICK, zone=zone, measured_from=measured)
    links = list(_links(picture, since, present))
    shown = shape.HistoryPage(
        site=shapes.site(picture),
        first=first,
        url=picture.place.path(address(first)),
        days=shapes.runs(picture, found),
        incidents=tuple(shapes.incident(picture, told) for told in picture.incidents),
        maintenances=tuple(
            shapes.work(picture, one) for one in picture.works if one.row.began_at is not None
        ),
        affected_seconds=_union_s(everything, begin, end),
        previous=next((link for link in links if link.first < first), None),
        following=next((link for link in reversed(links) if link.first > first), None),
        others=tuple(link for link in links if link.first != first)[:MOST_MONTHS],
        reports_since=since,
        promises=_promises(picture, first) if page.shows_promises else None,
    )
    fresh, stale = (look.history_page(shown, stale=old) for old in (False, True))
    return _rendered(address(first), fresh, stale)


def _promises(picture: Picture, first: date) -> tuple[int, int]:
    """Return how many updates were promised by a time of the month, and how many of them came by then."""
    begin, end = (start_of(day, picture.page.zone) for day in (first, _next(first)))
    found = [
        one
        for told in picture.incidents
        for one in promises([(u.display_at, u.next_update_by) for u in told.updates], picture.at)
        if begin <= one.due_at < end
    ]
    return len(found), sum(one.is_kept for one in found)


def this_month(page: Page, at: datetime) -> Rendered | None:
    """Return the page of the present month."""
    return month(page, at.astimezone(page.zone).date().replace(day=1), at)


def months_of(page: Page, at: datetime) -> list[date]:
    """Return the first days of the newest months that the page reported in, the present one first."""
    since = shapes.reports_since(take(page, at, incidents=page.incidents.none()))
    present = at.astimezone(page.zone).date().replace(day=1)
    return [first for first in _back(present) if first >= since.replace(day=1)]


def address(first: date) -> str:
    """Return the path of a month, within the status page."""
    return f"/history/{first:%Y-%m}"


def _rendered(path: str, fresh: str, stale: str) -> Rendered:
    return Rendered(path, HTML, fresh.encode(), stale.encode())


def _holds(told: Told, row: Component) -> bool:
    """Tell whether an open incident keeps a component from working now."""
    steps = shapes.touched(told).get(row.pk, [])
    return told.row.is_open and bool(steps) and steps[-1][1] != ComponentState.OPERATIONAL


def _in_month(page: Page, first: date) -> QuerySet[PublicIncident]:
    begin, end = start_of(first, page.zone), start_of(_next(first), page.zone)
    reaches_in = Q(resolved_at__isnull=True) | Q(resolved_at__gte=begin)
    return PublicIncident.objects.filter(reaches_in, page=page, started_at__lt=end)


def _works_in_month(page: Page, first: date) -> QuerySet[Maintenance]:
    """Return the maintenances that were under way in a month."""
    begin, end = start_of(first, page.zone), start_of(_next(first), page.zone)
    reaches_in = Q(ended_at__isnull=True) | Q(ended_at__gte=begin)
    return Maintenance.objects.filter(reaches_in, page=page, began_at__lt=end)


def _months(
    picture: Picture, row: Component, told: QuerySet[PublicIncident]
) -> Iterator[shape.MonthRow]:
    """Give a component's months, the present one first, as far back as it was measured."""
    page, zone = picture.page, picture.page.zone
    oldest = row.measured_from.astimezone(zone).date().replace(day=1)
    present = picture.at.astimezone(zone).date().replace(day=1)
    firsts = [first for first in _back(present) if first >= oldest]
    if not firsts:
        return
    spans = spans_of([row], since=start_of(firsts[-1], zone)).get(row.pk, [])
    lasted = list(told.values_list("started_at", "resolved_at"))
    shows = page.shows_uptime and row.shows_uptime
    for first in firsts:
        begin = max(start_of(first, zone), row.measured_from)
        end = min(start_of(_next(first), zone), picture.at)
        _whole, states = spent(spans, begin, end)
        trouble = sum(t for state, t in states.items() if state != ComponentState.MAINTENANCE)
        yield shape.MonthRow(
            first=first,
            url=picture.place.path(address(first)),
            uptime=uptime(spans, begin, end, weights=page.weights) if shows else None,
            incidents=sum(since < end and (until or end) > begin for since, until in lasted),
            seconds=timedelta(microseconds=trouble) // timedelta(seconds=1),
        )


def _links(picture: Picture, since: date, present: date) -> Iterator[shape.MonthLink]:
    """Give every month that the page reported in, newest first, with how many incidents began in it."""
    zone, page = picture.page.zone, picture.page
    oldest = max(since.replace(day=1), list(_back(present))[-1])
    begun = page.incidents.filter(started_at__gte=start_of(oldest, zone))
    starts = [at.astimezone(zone).date() for at in begun.values_list("started_at", flat=True)]
    for first in _back(present):
        if first >= oldest:
            number = sum(day.replace(day=1) == first for day in starts)
            yield shape.MonthLink(first, picture.place.path(address(first)), number)


def _back(present: date) -> Iterator[date]:
    """Give the first days of the newest months, `present` first."""
    first = present
    for _number in range(MOST_MONTHS):
        yield first
        first = (first - timedelta(days=1)).replace(day=1)


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _union_s(spans: Sequence[Span], begin: datetime, end: datetime) -> int:
    """Return the seconds in which at least one of these was in trouble, maintenance aside."""
    total, reached = timedelta(), begin
    for span in sorted(spans, key=lambda span: span.begin):
        if span.state == ComponentState.MAINTENANCE:
            continue
        since, until = max(span.begin, reached), min(span.end or end, end)
        if until > since:
            total += until - since
            reached = until
    return total // timedelta(seconds=1)
