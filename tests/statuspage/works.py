"""Planned work on a page of Northwind Books."""

from datetime import datetime, timedelta
from typing import Any

from core.actor import Actor
from statuspage.actions.maintenance import Plan, plan
from statuspage.models import Component, Maintenance
from tests.factories import NINE, somebody

HOUR = timedelta(hours=1)
TWO, THREE = NINE + 17 * HOUR, NINE + 18 * HOUR  # Tuesday 24 November 2026, 02:00 and 03:00 UTC


def a_plan(*components: Component, **fields: Any) -> Plan:
    """Return a plan for Tuesday, 02:00 to 03:00 UTC, that puts these components under maintenance."""
    told = {
        "name": "Moving the payments database",
        "scheduled_for": TWO,
        "scheduled_until": THREE,
        "components": {row.public_id: "under_maintenance" for row in components},
        "body": "Payments will pause for some minutes.",
        **fields,
    }
    return Plan(**told)


def planned(
    *components: Component, at: datetime = NINE, by: Actor | None = None, **fields: Any
) -> Maintenance:
    """Announce such work on the components' page."""
    said = a_plan(*components, **fields)
    return plan(components[0].page_id, said, by=by or somebody(), at=at)
