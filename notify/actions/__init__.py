"""The use cases of the outbox: ask for a delivery, claim it, send it, record what happened."""

from notify.actions.outbox import Wish, forget, queue, suppress
from notify.actions.sending import Claim, Outcome, claim, record, send

__all__ = ["Claim", "Outcome", "Wish", "claim", "forget", "queue", "record", "send", "suppress"]
