"""Background tasks of django-q2: at most five lines each, idempotent, integer arguments only."""

from core import clock
from oncall.actions.events import publish_all
from oncall.actions.foreign import fetch_due
from oncall.actions.handoffs import keep
from oncall.actions.holidays import refill
from oncall.actions.judging import tell_quality
from oncall.actions.ledger import freeze_all
from oncall.actions.readiness import tell_unready
from oncall.actions.reminders import remind, tell_gaps
from oncall.actions.swaps import expire
from oncall.engine import Engine


def minute(**_: object) -> None:
    """Run the pager's own tick once a minute, as a second, independent runner (reliability 6.4)."""
    engine = Engine(part="tasks")
    try:
        engine.tick()
    finally:
        engine.close()


def schedules(**_: object) -> None:
    """Freeze what was served, end swaps that nobody answered in time, tell calendars."""
    at = clock.now()
    freeze_all(at)
    expire(at)
    publish_all(at)


def shifts(**_: object) -> None:
    """Tell people of their shifts, each word once."""
    at = clock.now()
    freeze_all(at)
    keep(at)
    remind(at)
    tell_unready(at)


def quality(**_: object) -> None:
    """Tell managers what is wrong with their schedules once a week, and of gaps within a week once a day."""
    at = clock.now()
    tell_quality(at)
    tell_gaps(at)


def holidays(**_: object) -> None:
    """Keep the public days of holiday calendars three years ahead, and as their countries have them."""
    refill(clock.now())


def calendars(**_: object) -> None:
    """Fetch the foreign calendars that are due: each every 15 minutes."""
    fetch_due(clock.now())
