"""The use cases of the status page. Nothing else changes what is public."""

from statuspage.actions.asking import answered_message, asked_message, asked_unwanted
from statuspage.actions.bounces import note_failed, note_sent
from statuspage.actions.components import correct_interval, set_component
from statuspage.actions.copies import status_message
from statuspage.actions.drafting import Announcement, Pending, pending, pendings
from statuspage.actions.endpoints import challenge_message, quarantined_message
from statuspage.actions.exporting import export_due
from statuspage.actions.keeping import discard_draft, save_draft
from statuspage.actions.leaks import Leak, findings
from statuspage.actions.leaving import forget_old
from statuspage.actions.letters import subscribe_message
from statuspage.actions.mailings import fan_out, still_subscribed
from statuspage.actions.nudging import nudge_message, nudge_unwanted
from statuspage.actions.proposing import approve, asked_of, decline, propose, withdraw
from statuspage.actions.publishing import Press, publish, record
from statuspage.actions.rendering import render, render_due, render_sharing
from statuspage.actions.rooms import render_rooms
from statuspage.actions.second import SecondNeeded

__all__ = [
    "Announcement",
    "Leak",
    "Pending",
    "Press",
    "SecondNeeded",
    "answered_message",
    "approve",
    "asked_message",
    "asked_of",
    "asked_unwanted",
    "challenge_message",
    "correct_interval",
    "decline",
    "discard_draft",
    "export_due",
    "fan_out",
    "findings",
    "forget_old",
    "note_failed",
    "note_sent",
    "nudge_message",
    "nudge_unwanted",
    "pending",
    "pendings",
    "propose",
    "publish",
    "quarantined_message",
    "record",
    "render",
    "render_due",
    "render_rooms",
    "render_sharing",
    "save_draft",
    "set_component",
    "status_message",
    "still_subscribed",
    "subscribe_message",
    "withdraw",
]
