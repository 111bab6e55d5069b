"""The rows of learning: postmortems with their sections, factors and reviews; action items with their history."""

from postmortems.models.action import ActionItem, ActionMove, Reminder
from postmortems.models.postmortem import Factor, KeptPhrase, Postmortem, Review, Section

__all__ = [
    "ActionItem",
    "ActionMove",
    "Factor",
    "KeptPhrase",
    "Postmortem",
    "Reminder",
    "Review",
    "Section",
]
