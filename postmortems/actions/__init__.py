"""The use cases of learning: open, write, review and close postmortems; keep action items going."""

from postmortems.actions.asking import review_message, review_unwanted
from postmortems.actions.chasing import remind
from postmortems.actions.opening import incident_reopened, open_by_hand, open_postmortem
from postmortems.actions.public import public_text
from postmortems.actions.reminding import reminder_message, reminder_unwanted

__all__ = [
    "incident_reopened",
    "open_by_hand",
    "open_postmortem",
    "public_text",
    "remind",
    "reminder_message",
    "reminder_unwanted",
    "review_message",
    "review_unwanted",
]
