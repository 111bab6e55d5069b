"""Background tasks of django-q2: at most five lines each, idempotent, integer arguments only."""

from core import clock
from postmortems.actions import remind


def chase(**_: object) -> None:
    """Remind people of action items, once per step however often this runs."""
    remind(clock.now())
