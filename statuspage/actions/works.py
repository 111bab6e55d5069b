"""Maintenances as the public sees them: read with their updates, and drawn. No statement is run while drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from statuspage.actions.places import Place
from statuspage.look import shape
from statuspage.models import Maintenance, MaintenanceComponent, MaintenanceUpdate, Page
from statuspage.rules.maintenance import owed
from statuspage.rules.states import RUNNING, Work

CANCELLED_KEPT = timedelta(days=90)  # in calendars, so that each learns of it (RFC 5545, 3.8.1.11)
NEWEST = 50


@dataclass(frozen=True, slots=True)
class Planned:
    """A maintenance with its updates, oldest first, and what it touches; all of it is read already."""

    row: Maintenance
    updates: Sequence[MaintenanceUpdate]
    touched: Sequence[MaintenanceComponent]

    @property
    def is_cancelled(self) -> bool:
        """Return whether it was given up."""
        return bool(self.row.state == Work.CANCELLED)

    @property
    def is_running(self) -> bool:
        """Return whether it is going on."""
        return self.row.state in RUNNING


def newest_works(page: Page, at: datetime) -> QuerySet[Maintenance]:
    """Return the newest maintenances, all that are not over, and what was cancelled lately."""
    kept = page.maintenances.exclude(state=Work.CANCELLED)
    newest = kept.order_by("-scheduled_for", "-pk").values("pk")[:NEWEST]
    lately = Q(state=Work.CANCELLED, ended_at__gte=at - CANCELLED_KEPT)
    return page.maintenances.filter(Q(pk__in=newest) | Q(ended_at__isnull=True) | lately)


def read_works(rows: QuerySet[Maintenance]) -> list[Planned]:
    """Return maintenances, the latest planned first, in three statements."""
    updates = MaintenanceUpdate.objects.order_by("number")
    touched = MaintenanceComponent.objects.select_related("component").order_by(
        "component__position", "component"
    )
    found = rows.order_by("-scheduled_for", "-pk").prefetch_related(
        Prefetch("updates", updates), Prefetch("touched", touched)
    )
    return [Planned(row, list(row.updates.all()), list(row.touched.all())) for row in found]


def drawn(place: Place, page: Page, one: Planned, at: datetime) -> shape.Maintenance:
    """Return one maintenance as the pages draw it at `at`."""
    row = one.row
    moved = row.moved_from
    return shape.Maintenance(
        id=row.public_id,
        title=row.name,
        url=place.path(row.path),
        starts_at=row.scheduled_for,
        ends_at=row.scheduled_until,
        affected=tuple(touched.component.name for touched in one.touched),
        note=_note(one, at),
        advice=row.advice,
        began_at=row.began_at,
        ended_at=row.ended_at,
        next_update_by=row.next_update_by,
        moved_from=moved.astimezone(page.zone).date() if moved else None,
        updates=tuple(_update(update) for update in one.updates),
        is_cancelled=one.is_cancelled,
    )


def _note(one: Planned, at: datetime) -> str:
    """Return what the list of planned work says of it: its first word, and that it should have begun."""
    first = one.updates[0].body if one.updates else ""
    row = one.row
    is_late = owed(Work(row.state), at, row.scheduled_for, row.scheduled_until) == "begin"
    return f"{first} It has not begun yet." if is_late else first


def _update(row: MaintenanceUpdate) -> shape.Update:
    return shape.Update(
        id=str(row.number),
        stage=shape.Stage(row.state),
        at=row.display_at,
        body=row.body,
        changes=tuple(
            shape.Change(
                one["name"], shape.State(one["old_status"]), shape.State(one["new_status"])
            )
            for one in row.changes
            if one["old_status"] != one["new_status"]
        ),
    )
