"""Name components in an update without changing them."""

from collections.abc import Sequence

from statuspage.actions import ledger
from statuspage.models import Component, ComponentChange, PublicUpdate
from statuspage.rules.states import ComponentState


def concern(update: PublicUpdate, rows: Sequence[Component]) -> list[ComponentState]:
    """Let an update concern components that it does not move, and return how those do now."""
    named = set(update.changes.values_list("component", flat=True))
    states = ledger.present_states(rows)
    ComponentChange.objects.bulk_create(
        ComponentChange(
            update_of=update, component=row, old_state=states[row.pk], new_state=states[row.pk]
        )
        for row in rows
        if row.pk not in named
    )
    return list(states.values())
