"""Note that something is to be sent to all who want it; the sending itself is the outbox's (design.md 1)."""

from datetime import datetime

from statuspage.models import Mailing, MaintenanceUpdate


def announce(update: MaintenanceUpdate, at: datetime, *, is_reminder: bool = False) -> Mailing:
    """Note that subscribers are told of a maintenance's update, or reminded of the work it belongs to.

    Runs in the transaction that says it, so that nothing said is forgotten and nothing unsaid is sent.
    """
    kind = Mailing.Kind.REMINDER if is_reminder else Mailing.Kind.WORK
    return Mailing.objects.create(
        page=update.maintenance.page, kind=kind, work_update=update, created_at=at
    )
