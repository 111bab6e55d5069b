"""What visitors read of planned work, beside the buttons that change it."""

from datetime import datetime

from statuspage.actions import shapes
from statuspage.actions.picture import take
from statuspage.look import shape
from statuspage.look.one_incident import IncidentFacts
from statuspage.look.one_maintenance import maintenance_facts
from statuspage.look.times import Times
from statuspage.models import Maintenance


def read_by_visitors(row: Maintenance, at: datetime) -> IncidentFacts:
    """Return what the public page of a maintenance says at `at`."""
    page = row.page
    mine = page.maintenances.filter(pk=row.pk)
    picture = take(page, at, incidents=page.incidents.none(), works=mine)
    [one] = picture.works
    shown = shape.MaintenancePage(shapes.site(picture), shapes.work(picture, one))
    return maintenance_facts(shown, Times.of(page.time_zone, at), stale=False)
