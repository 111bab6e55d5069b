"""Playbooks: a team's process as a versioned document, and the questions that rules ask of it."""

from incidents.playbook.conditions import Condition, conditions
from incidents.playbook.decide import Decision, decide, severity_of, suggest
from incidents.playbook.duration import Duration
from incidents.playbook.errors import PlaybookInvalid
from incidents.playbook.guards import Situation, Unmet, checklists_asked, unmet
from incidents.playbook.load import checked, checksum, dump, from_json, load, to_yaml
from incidents.playbook.schema import Playbook
from incidents.playbook.severity import Severity
from incidents.playbook.templates import fill, placeholders
from incidents.playbook.view import Step, label, permitted, role_word, severity_for, steps

__all__ = [
    "Condition",
    "Decision",
    "Duration",
    "Playbook",
    "PlaybookInvalid",
    "Severity",
    "Situation",
    "Step",
    "Unmet",
    "checked",
    "checklists_asked",
    "checksum",
    "conditions",
    "decide",
    "dump",
    "fill",
    "from_json",
    "label",
    "load",
    "permitted",
    "placeholders",
    "role_word",
    "severity_for",
    "severity_of",
    "steps",
    "suggest",
    "to_yaml",
    "unmet",
]
