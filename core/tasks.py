"""Background tasks of core, run by django-q2: at most five lines each, idempotent."""

from core import clock
from core.api.idempotency import forget_old


def forget_answers(**_: object) -> None:
    """Delete the answers that were kept for a day."""
    forget_old(clock.now())
