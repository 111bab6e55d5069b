"""Background tasks of django-q2: at most five lines each, idempotent, integer arguments only."""

from core import clock
from statuspage.actions import export_due, forget_old, render_due, render_rooms
from statuspage.actions.following import follow_due
from statuspage.actions.maintenance_clock import move_due


def render(**_: object) -> None:
    """Render every page once a minute, so that what is served is known to be of now."""
    render_due(clock.now())


def move_maintenances(**_: object) -> None:
    """Begin and end planned work once a minute, as a second runner beside the engine."""
    move_due(clock.now())


def forget(**_: object) -> None:
    """Forget where messages went to who left, and delete who never confirmed, can't be reached or left long ago."""
    forget_old(clock.now())


def rooms(**_: object) -> None:
    """Render what lies behind the pages where it has moved, so that it outlives the database."""
    render_rooms(clock.now())


def export(**_: object) -> None:
    """Bring the static copies up to date."""
    export_due(clock.now())


def follow(**_: object) -> None:
    """Read the components that follow another page, once a minute."""
    follow_due(clock.now())
