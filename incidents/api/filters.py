"""The filters of the incident list, each by its own name; anything else is refused."""

from collections.abc import Callable

from django.http import QueryDict

from core.api.parameters import bad_parameter
from incidents.models import Incident, Service
from incidents.models.incident import IncidentQuerySet
from incidents.playbook.lifecycle import State

OPEN = "open"


def chosen(parameters: QueryDict) -> IncidentQuerySet:
    """Return the incidents that the filters in the query leave; raises Invalid for a bad value."""
    rows = Incident.objects.all()
    for name, narrow in _FILTERS.items():
        value = parameters.get(name)
        if value is not None:
            rows = narrow(rows, value)
    return rows


def _state(rows: IncidentQuerySet, value: str) -> IncidentQuerySet:
    if value == OPEN:
        return rows.open()
    if value not in set(State):
        raise bad_parameter("state", f"state is {OPEN} or one of {', '.join(State)}.")
    return rows.filter(state=value)


def _service(rows: IncidentQuerySet, value: str) -> IncidentQuerySet:
    service = None if "\0" in value else Service.objects.filter(slug=value).first()
    if service is None:
        raise bad_parameter("service", "There is no service of that slug.", "unknown_service")
    return rows.filter(service=service)


def _severity(rows: IncidentQuerySet, value: str) -> IncidentQuerySet:
    if value not in {"1", "2", "3", "4"}:
        raise bad_parameter("severity", "severity is a rank from 1 (worst) to 4.")
    return rows.filter(rank=int(value))


def _declared(rows: IncidentQuerySet, value: str) -> IncidentQuerySet:
    if value not in {"true", "false"}:
        raise bad_parameter("declared", "declared is true or false.")
    return rows.filter(declared_at__isnull=value == "false")


_FILTERS: dict[str, Callable[[IncidentQuerySet, str], IncidentQuerySet]] = {
    "state": _state,
    "service": _service,
    "severity": _severity,
    "declared": _declared,
}
NAMES = frozenset(_FILTERS)
