"""Check what no constraint of a single table can: that every history is whole (invariants 2, 3 and 10)."""

from collections.abc import Iterator

from incidents.models import Alert, Incident, TransitionLog
from incidents.playbook.lifecycle import VERBS, State


def faults() -> Iterator[str]:
    """Yield one sentence per incident whose log of transitions is not a legal path to its state.

    Reads all incidents in order of their numbers, the logs beside them, in bounded memory.
    """
    for incident in Incident.objects.order_by("pk").prefetch_related("transitions").iterator(500):
        wrong = _fault(incident, list(incident.transitions.all()))
        if wrong:
            yield f"{incident.label}: {wrong}"
    lost = Alert.objects.open().filter(incident__isnull=True).exclude(severity="none")
    yield from (
        f"alert {alert.pk} fires and belongs to no incident" for alert in lost.iterator(500)
    )


def _fault(incident: Incident, log: list[TransitionLog]) -> str:
    if [row.number for row in log] != list(range(1, incident.step + 1)):
        return f"its log has {len(log)} steps with gaps or doubles, {incident.step} were taken"
    state: str = State.DETECTED
    for row in log:
        verb = VERBS[row.verb]
        if row.from_state != state or state not in verb.sources or row.to_state != verb.target:
            return f"step {row.number}, {row.verb}, does not lead from {state} to {row.to_state}"
        state = row.to_state
    return "" if state == incident.state else f"its log ends {state}, it stands {incident.state}"
