"""The clock moves maintenances: what is due begins, ends, and is reminded of (areas/statuspage.md 6.4, M2, M3, M7)."""

import logging
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import transaction

from core.actor import ENGINE
from statuspage.actions.mailings import announce_work
from statuspage.actions.maintenance import LONGEST_NOTICE
from statuspage.actions.maintenance_steps import move
from statuspage.actions.maintenance_words import Word, show
from statuspage.models import Maintenance, Page
from statuspage.rules.states import RUNNING, Work

logger = logging.getLogger(__name__)

_AHEAD = timedelta(minutes=LONGEST_NOTICE)
_OPEN = (Work.SCHEDULED, *RUNNING)


def move_due(at: datetime) -> int:
    """Begin, end and remind of what is due at `at`; return how many maintenances that were. One statement for none.

    Safe with several runners, and any number of times. What can't be moved is logged, and stops no other.
    """
    ahead = Maintenance.objects.filter(state__in=_OPEN, scheduled_for__lte=at + _AHEAD)
    return sum(_move_one(work, at) for work in ahead if is_due(work, at))


def is_due(work: Maintenance, at: datetime) -> bool:
    """Return whether the clock has something to do with it."""
    return _next(work, at) != "" or _is_reminder_due(work, at)


def _move_one(seen: Maintenance, at: datetime) -> bool:
    try:
        with transaction.atomic():
            page = Page.objects.filter(pk=seen.page_id).locked().first()
            work = Maintenance.objects.filter(pk=seen.pk).first()
            if page is None or work is None or not is_due(work, at):
                return False
            work.page = page
            if _is_reminder_due(work, at):
                _remind(work, at)
            if _next(work, at):
                _step(work, at)
                show(page, at)
    except DatabaseError:
        raise
    except Exception:  # one broken plan must not stop the others; it stays due
        logger.exception("maintenance %s could not be moved", seen.public_id)
        return False
    return True


def _step(work: Maintenance, at: datetime) -> None:
    """Take the steps that are due; each counts from its planned instant, and only what is still news is sent."""
    while verb := _next(work, at):
        is_news = at < work.scheduled_until if verb == "begin" else True
        tells = work.tells_begin if verb == "begin" else work.tells_end
        planned = work.scheduled_for if verb == "begin" else work.scheduled_until
        latest = work.updates.order_by("-number").values_list("display_at", flat=True).first()
        since = max(planned, latest or planned)
        move(work, verb, Word(is_sent=tells and is_news), by=ENGINE, at=at, since=since)


def _remind(work: Maintenance, at: datetime) -> None:
    work.reminded_at = at
    work.save(update_fields=["reminded_at"])
    latest = work.updates.order_by("-number").first()
    if latest is not None:
        announce_work(latest, at, is_reminder=True)


def _next(work: Maintenance, at: datetime) -> str:
    """Return the step that the clock takes next at `at`; "" for none."""
    if work.state == Work.SCHEDULED:
        return "begin" if work.begins_itself and at >= work.scheduled_for else ""
    is_over = work.ends_itself and work.state in RUNNING and at >= work.scheduled_until
    return "complete" if is_over else ""


def _is_reminder_due(work: Maintenance, at: datetime) -> bool:
    if work.state != Work.SCHEDULED or work.remind_minutes is None or work.reminded_at is not None:
        return False
    ahead = timedelta(minutes=work.remind_minutes)
    return work.scheduled_for - ahead <= at < work.scheduled_for
