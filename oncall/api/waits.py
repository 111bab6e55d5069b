"""When the pager goes on for incidents that nobody has, and who asked it to wait.

Wired as `incident_waits` in PROVIDERS: the kernel does not know the pager.
"""

from collections.abc import Sequence

from incidents.provided import Wait
from oncall.models import Escalation


def waits_of(incident_ids: Sequence[int]) -> dict[int, Wait]:
    """Return the present wait of each of these incidents that has one, in one statement."""
    running = Escalation.objects.filter(
        incident__in=incident_ids, state=Escalation.State.WAITING, next_due_at__isnull=False
    )
    return {
        run.incident_id: Wait(
            run.next_due_at, run.snoozed_by.display_name if run.snoozed_by else ""
        )
        for run in running.select_related("snoozed_by")
        if run.next_due_at is not None
    }
