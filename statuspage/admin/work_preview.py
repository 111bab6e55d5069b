"""What visitors read of planned work: beside the buttons that change it, and before it is announced."""

from datetime import datetime

from statuspage.actions import shapes
from statuspage.actions.maintenance import TAKEN, Plan
from statuspage.actions.picture import Picture, take
from statuspage.actions.works import Planned
from statuspage.look import shape
from statuspage.look.one_incident import IncidentFacts
from statuspage.look.one_maintenance import maintenance_facts
from statuspage.look.times import Times
from statuspage.models import Maintenance, MaintenanceComponent, MaintenanceUpdate, Page
from statuspage.rules.states import Work


def read_by_visitors(row: Maintenance, at: datetime) -> IncidentFacts:
    """Return what the public page of a maintenance says at `at`."""
    page = row.page
    mine = page.maintenances.filter(pk=row.pk)
    picture = take(page, at, incidents=page.incidents.none(), works=mine)
    [one] = picture.works
    return _drawn(picture, one, at)


def before_it_is_said(page: Page, planned: Plan, at: datetime) -> IncidentFacts:
    """Return what the public page of planned work would say, announced at `at`; nothing is stored."""
    work = Maintenance(page=page, created_at=at, updated_at=at)
    for name in TAKEN:
        setattr(work, name, getattr(planned, name))
    said = MaintenanceUpdate(
        maintenance=work,
        number=1,
        state=Work.SCHEDULED,
        body=planned.body,
        display_at=at,
        created_at=at,
    )
    rows = page.components.filter(public_id__in=list(planned.components))
    touched = [
        MaintenanceComponent(
            maintenance=work, component=row, state=planned.components[row.public_id]
        )
        for row in rows.order_by("position", "pk")
    ]
    picture = take(page, at, incidents=page.incidents.none(), works=page.maintenances.none())
    return _drawn(picture, Planned(work, [said], touched), at)


def _drawn(picture: Picture, one: Planned, at: datetime) -> IncidentFacts:
    page = picture.page
    shown = shape.MaintenancePage(shapes.site(picture), shapes.work(picture, one))
    return maintenance_facts(shown, Times.of(page.time_zone, at), stale=False)
