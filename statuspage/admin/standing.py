"""What Now shows of the status page: what is owed to the public."""

from datetime import datetime

from incidents.models import Incident
from statuspage.actions.drafting import first_word_by
from statuspage.models import ComponentService, PublicIncident


def promises(at: datetime) -> dict[int, datetime]:
    """Return the next public word owed by each open incident (UTC); two statements."""
    told = PublicIncident.objects.exclude(incident=None).values_list(
        "incident", "state", "next_update_by"
    )
    known = {pk: by for pk, _state, by in told.filter(resolved_at=None)}
    services = ComponentService.objects.values("service")
    waiting = Incident.objects.open().filter(service__in=services, declared_at__isnull=False)
    silent = waiting.exclude(
        pk__in=PublicIncident.objects.exclude(incident=None).values("incident")
    )
    first = {row.pk: first_word_by(row) for row in silent.select_related("playbook")}
    return {pk: by for pk, by in (first | known).items() if by is not None}
