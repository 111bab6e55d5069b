"""What holds components, and the ledger of their states. Only this module writes either.

Everything here runs inside the caller's transaction, under the page's lock, so that no two intervals of a
component overlap on any database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from statuspage.models import Component, ComponentInterval, Hold, Maintenance, PublicIncident
from statuspage.rules.states import ComponentState, worst

Cause = PublicIncident | Maintenance


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one component; the two may be the same."""

    component: Component
    old: ComponentState
    new: ComponentState


def hold(
    component: Component,
    state: ComponentState,
    *,
    since: datetime,
    incident: PublicIncident | None = None,
    maintenance: Maintenance | None = None,
    is_followed: bool = False,
) -> Moved:
    """Let an incident, a maintenance or a followed page (none of them: a person by hand) hold a component in
    `state`; operational lets it go.

    `since` may lie in the past, as far back as the component's present state began.
    """
    cause: Mapping[str, Any] = {
        "incident": incident, "maintenance": maintenance, "is_followed": is_followed
    }  # fmt: skip
    held = Hold.objects.filter(component=component, **cause)
    if state == ComponentState.OPERATIONAL:
        held.delete()
    elif not held.update(state=state):
        Hold.objects.create(component=component, state=state, since=since, **cause)
    return _settle(component, since)


def release(cause: Cause, at: datetime) -> list[Moved]:
    """Let go of everything that an incident or a maintenance holds; what nothing else holds is operational again."""
    holds = _holds_of(cause).select_related("component__page")
    components = [row.component for row in holds.order_by("component__position", "component")]
    holds.delete()
    return [_settle(component, at) for component in components]


def held_by(cause: Cause) -> dict[str, ComponentState]:
    """Return what an incident or a maintenance holds now: public id -> state."""
    rows = _holds_of(cause).values_list("component__public_id", "state")
    return {public_id: ComponentState(state) for public_id, state in rows}


def present_states(components: Iterable[Component]) -> dict[int, ComponentState]:
    """Return how components do now, by the ledger; one statement."""
    rows = ComponentInterval.objects.filter(
        component__in=[component.pk for component in components],
        to_at=None,
        is_corrected=False,
    ).values_list("component", "state")
    known = {pk: ComponentState(state) for pk, state in rows}
    return {row.pk: known.get(row.pk, ComponentState.OPERATIONAL) for row in components}


def _holds_of(cause: Cause) -> QuerySet[Hold]:
    if isinstance(cause, Maintenance):
        return Hold.objects.filter(maintenance=cause)
    return Hold.objects.filter(incident=cause)


def _settle(component: Component, since: datetime) -> Moved:
    """Write what the holds say into the ledger, from `since` on, never before what is written already."""
    holds = Hold.objects.filter(component=component).values_list("state", flat=True)
    new = worst(ComponentState(state) for state in holds)
    rows = ComponentInterval.objects.filter(component=component, is_corrected=False)
    latest = rows.order_by("-from_at", "-pk").first()
    is_open = latest is not None and latest.to_at is None
    old = (
        ComponentState(latest.state)
        if latest is not None and is_open
        else ComponentState.OPERATIONAL
    )
    if new == old:
        return Moved(component, old, new)
    turn = since
    if latest is not None:
        turn = max(since, latest.from_at, latest.to_at or latest.from_at)
        if is_open:
            latest.to_at = turn
            latest.save(update_fields=["to_at"])
    if new != ComponentState.OPERATIONAL:
        ComponentInterval.objects.create(component=component, state=new, from_at=turn)
    component.updated_at = max(component.updated_at, turn)
    component.save(update_fields=["updated_at"])
    return Moved(component, old, new)
