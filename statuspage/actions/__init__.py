"""The use cases of the status page. Nothing else changes what is public."""

from statuspage.actions.components import correct_interval, set_component
from statuspage.actions.drafting import Announcement, Pending, pending
from statuspage.actions.keeping import discard_draft, save_draft
from statuspage.actions.leaks import findings
from statuspage.actions.letters import status_message, subscribe_message
from statuspage.actions.mailings import fan_out, still_subscribed
from statuspage.actions.publishing import Leak, publish, record
from statuspage.actions.rendering import render, render_due, render_sharing

__all__ = [
    "Announcement",
    "Leak",
    "Pending",
    "correct_interval",
    "discard_draft",
    "fan_out",
    "findings",
    "pending",
    "publish",
    "record",
    "render",
    "render_due",
    "render_sharing",
    "save_draft",
    "set_component",
    "status_message",
    "still_subscribed",
    "subscribe_message",
]
