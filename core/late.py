"""Keep the promises that facts made: run late calls until they have succeeded (design.md 1)."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.module_loading import import_string

from core.errors import as_text
from core.models import LateCall

logger = logging.getLogger(__name__)

FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=5), timedelta(minutes=10)
RED_AFTER = 3  # failed attempts of one late call before the admin shows a red mark


def run_late(at: datetime, *, limit: int = 100) -> int:
    """Run the late calls that are due at `at`; return how many succeeded. Safe with several runners."""
    due = (
        LateCall.objects.filter(due_at__lte=at)
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)
    )
    return sum(_run_one(pk, at) for pk in list(due[:limit]))


def _run_one(pk: int, at: datetime) -> bool:
    try:
        with transaction.atomic():
            call = (
                LateCall.objects.select_for_update(skip_locked=True, no_key=True)
                .filter(pk=pk, due_at__lte=at)
                .first()
            )
            if call is None:
                return False
            import_string(call.handler)(call.object_id, at)
            call.delete()
    except Exception as error:  # a broken handler must not stop the others; it is shown and retried
        logger.exception("late call %s failed", pk)
        _postpone(pk, as_text(error), at)
        return False
    return True


def _postpone(pk: int, error: str, at: datetime) -> None:
    with transaction.atomic():
        call = LateCall.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if call is None:
            return
        wait = min(FIRST_RETRY * 2 ** min(call.attempts, 10), LONGEST_RETRY)
        call.attempts, call.last_error, call.due_at = call.attempts + 1, error, at + wait
        call.save(update_fields=["attempts", "last_error", "due_at"])
