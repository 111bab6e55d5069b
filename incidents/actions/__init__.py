"""The use cases of the kernel. Every door calls these; nothing else changes an incident."""

from incidents.actions.checks import tick
from incidents.actions.command import (
    Wording,
    assign_role,
    change_severity,
    note,
    reword,
    take_command,
    take_over,
)
from incidents.actions.digest import digest, release_held, replay
from incidents.actions.offers import accept_role, decline_role, offer_role
from incidents.actions.opening import declare, declare_incident
from incidents.actions.receive import reject, store
from incidents.actions.remarks import correct, decide, judge, pin, suppose
from incidents.actions.steps import move
from incidents.actions.story import entry, mark, mark_all, tell, tell_all

__all__ = [
    "Wording",
    "accept_role",
    "assign_role",
    "change_severity",
    "correct",
    "decide",
    "declare",
    "declare_incident",
    "decline_role",
    "digest",
    "entry",
    "judge",
    "mark",
    "mark_all",
    "move",
    "note",
    "offer_role",
    "pin",
    "reject",
    "release_held",
    "replay",
    "reword",
    "store",
    "suppose",
    "take_command",
    "take_over",
    "tell",
    "tell_all",
    "tick",
]
