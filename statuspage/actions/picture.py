"""Everything that is public at one instant, read with a few statements whatever its size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from statuspage.actions.listing import listed
from statuspage.actions.places import Place, place_of
from statuspage.actions.works import Planned, newest_works, read_works
from statuspage.models import (
    Component,
    ComponentChange,
    ComponentGroup,
    ComponentInterval,
    Maintenance,
    Mark,
    Page,
    PublicIncident,
    PublicUpdate,
)
from statuspage.rules.states import ComponentState, Work
from statuspage.rules.uptime import Span, start_of

SHOWN_DAYS = 90
NEWEST = 50  # incidents on the page, in the JSON and in the feeds (areas/statuspage.md 2.1)


@dataclass(frozen=True, slots=True)
class Told:
    """A public incident with its updates, oldest first; the changes of each are read already."""

    row: PublicIncident
    updates: Sequence[PublicUpdate]


@dataclass(frozen=True, slots=True)
class Picture:
    """One page at `at` (UTC). `spans` holds each component's trouble since `first_day`; `incidents` and `works` are newest first.

    `is_planned`: whether maintenance is still to come, in `works` or not.
    """

    page: Page
    at: datetime
    first_day: date
    groups: Sequence[ComponentGroup] = ()
    components: Sequence[Component] = ()
    spans: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    incidents: Sequence[Told] = ()
    works: Sequence[Planned] = ()
    place: Place = field(default_factory=lambda: Place(""))
    marks: Mapping[str, Mark] = field(default_factory=dict)
    is_planned: bool = False

    def state(self, component: Component) -> ComponentState:
        """Return how a component does now: its open span."""
        present = self._open(component)
        return present.state if present else ComponentState.OPERATIONAL

    def since(self, component: Component) -> datetime:
        """Return since when it does so, as far as is known."""
        present = self._open(component)
        if present is not None:
            return present.begin
        ends = [span.end for span in self.spans.get(component.pk, ()) if span.end]
        return max([component.measured_from, *ends])

    def _open(self, component: Component) -> Span | None:
        spans = self.spans.get(component.pk, ())
        return next((span for span in spans if span.end is None), None)


def take(
    page: Page,
    at: datetime,
    *,
    incidents: QuerySet[PublicIncident] | None = None,
    works: QuerySet[Maintenance] | None = None,
) -> Picture:
    """Return the picture of a stored page; `incidents`, `works`: which ones, else the newest and all that are open."""
    first = at.astimezone(page.zone).date() - timedelta(days=SHOWN_DAYS - 1)
    components = listed(page)
    planned = read_works(newest_works(page, at) if works is None else works)
    return Picture(
        page,
        at,
        first,
        list(page.groups.all()),
        components,
        spans_of(components, since=start_of(first, page.zone)),
        tell(newest(page.incidents.all()) if incidents is None else incidents),
        planned,
        place_of(page),
        _marks(page),
        _is_planned(page)
        if works is not None
        else any(one.row.state == Work.SCHEDULED for one in planned),
    )


def bare(page: Page, at: datetime) -> Picture:
    """Return the picture of a stored page with nothing listed: what stands around each of its pages; two statements."""
    return Picture(
        page, at, at.date(), place=place_of(page), marks=_marks(page), is_planned=_is_planned(page)
    )


def _marks(page: Page) -> dict[str, Mark]:
    return {mark.kind: mark for mark in page.marks.all()}


def _is_planned(page: Page) -> bool:
    return page.maintenances.filter(state=Work.SCHEDULED).exists()


def tell(incidents: QuerySet[PublicIncident]) -> list[Told]:
    """Return incidents with their updates and changes, in three statements, newest first."""
    changes = Prefetch("changes", ComponentChange.objects.select_related("component"))
    updates = PublicUpdate.objects.order_by("number").prefetch_related(changes)
    rows = incidents.order_by("-started_at", "-pk").prefetch_related(Prefetch("updates", updates))
    return [Told(row, list(row.updates.all())) for row in rows]


def spans_of(
    components: Iterable[Component], *, since: datetime, until: datetime | None = None
) -> dict[int, list[Span]]:
    """Return each component's trouble that reaches beyond `since` (and began before `until`), oldest first, corrected rows left out."""
    rows = ComponentInterval.objects.filter(component__in=components, is_corrected=False).filter(
        Q(to_at__isnull=True) | Q(to_at__gt=since)
    )
    if until is not None:
        rows = rows.filter(from_at__lt=until)
    found: dict[int, list[Span]] = defaultdict(list)
    for pk, state, begin, end in rows.order_by("from_at", "pk").values_list(
        "component", "state", "from_at", "to_at"
    ):
        found[pk].append(Span(ComponentState(state), begin, end))
    return dict(found)


def newest(incidents: QuerySet[PublicIncident]) -> QuerySet[PublicIncident]:
    """Return as many of these as are shown at once: the newest, and all that are open."""
    shown = incidents.order_by("-started_at", "-pk").values("pk")[:NEWEST]
    return PublicIncident.objects.filter(
        Q(pk__in=shown) | Q(pk__in=incidents.filter(resolved_at=None).values("pk"))
    )


def touching(page: Page, component: str) -> QuerySet[PublicIncident]:
    """Return the page's incidents that ever changed the component of this public id."""
    changes = ComponentChange.objects.filter(component__public_id=component)
    return page.incidents.filter(pk__in=changes.values("update_of__incident"))
