"""The pager's own line at the foot of the sidebar."""

from datetime import datetime, timedelta

from core.navigation import Said
from core.pulse import pulse

QUIET = timedelta(seconds=60)


def line(at: datetime) -> Said:
    """Return whether the engine beats, from its latest sign of life."""
    beat = pulse().beats.get("engine")
    if beat is None:
        return Said("Pager has never run", "octagon", "bad")
    age = max(timedelta(0), at - beat.beat_at)
    if age > QUIET:
        return Said(f"Pager silent since {beat.beat_at:%H:%M} UTC", "octagon", "bad")
    return Said(f"Pager working · {int(age.total_seconds())} s ago", "check-ring", "good")
