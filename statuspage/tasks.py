"""Background tasks of django-q2: at most five lines each, idempotent, integer arguments only."""

from core import clock
from statuspage.actions import render_due


def render(**_: object) -> None:
    """Render every page once a minute, so that what is served is known to be of now."""
    render_due(clock.now())
