"""Who is woken, when, until they answer."""

from oncall.models.escalation import Escalation, Page, ReplyToken
from oncall.models.policy import EscalationPolicy, PolicyBinding, PolicyStep
from oncall.models.responder import ContactMethod, Responder
from oncall.models.schedule import Layer, Override, RotationSlot, RotationVersion, Schedule

__all__ = [
    "ContactMethod",
    "Escalation",
    "EscalationPolicy",
    "Layer",
    "Override",
    "Page",
    "PolicyBinding",
    "PolicyStep",
    "ReplyToken",
    "Responder",
    "RotationSlot",
    "RotationVersion",
    "Schedule",
]
