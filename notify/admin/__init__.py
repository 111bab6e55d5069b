"""Admin screens of the outbox."""

from notify.admin import deliveries, mails

__all__ = ["deliveries", "mails"]
