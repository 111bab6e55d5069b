"""The use cases of the kernel. Every door calls these; nothing else changes an incident."""

from incidents.actions.command import assign_role, change_severity, note, take_command, take_over
from incidents.actions.digest import digest, release_held, replay
from incidents.actions.opening import declare, declare_incident
from incidents.actions.receive import reject, store
from incidents.actions.steps import move
from incidents.actions.story import entry, mark, mark_all, tell, tell_all

__all__ = [
    "assign_role",
    "change_severity",
    "declare",
    "declare_incident",
    "digest",
    "entry",
    "mark",
    "mark_all",
    "move",
    "note",
    "reject",
    "release_held",
    "replay",
    "store",
    "take_command",
    "take_over",
    "tell",
    "tell_all",
]
