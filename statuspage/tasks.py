"""Background tasks of django-q2: at most five lines each, idempotent, integer arguments only."""

from core import clock
from statuspage.actions import forget_old, render_due
from statuspage.actions.maintenance_clock import move_due


def render(**_: object) -> None:
    """Render every page once a minute, so that what is served is known to be of now."""
    render_due(clock.now())


def move_maintenances(**_: object) -> None:
    """Begin and end planned work once a minute, as a second runner beside the engine."""
    move_due(clock.now())


def forget(**_: object) -> None:
    """Delete subscribers that never confirmed, that nothing reaches, or that left long ago."""
    forget_old(clock.now())
