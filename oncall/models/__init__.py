"""Who is woken, when, until they answer."""

from oncall.models.eligibility import Eligibility
from oncall.models.escalation import Escalation, Page, ReplyToken
from oncall.models.feed import CalendarFeed, ShiftEvent
from oncall.models.foreign import ForeignCalendar
from oncall.models.handoff import Handoff
from oncall.models.ledger import ServedShift
from oncall.models.notice import ShiftNotice
from oncall.models.override import Override, Unavailability
from oncall.models.pay import PaidPeriod, PayPlan, PayRate, pay_plans
from oncall.models.plans import plan_of, plans
from oncall.models.policy import EscalationPolicy, PolicyBinding, PolicyStep
from oncall.models.responder import ContactMethod, Responder
from oncall.models.rotation import Holiday, HolidayCalendar, RotationSlot, RotationVersion
from oncall.models.schedule import Layer, Schedule
from oncall.models.swap import Swap, SwapLeg

__all__ = [
    "CalendarFeed",
    "ContactMethod",
    "Eligibility",
    "Escalation",
    "EscalationPolicy",
    "ForeignCalendar",
    "Handoff",
    "Holiday",
    "HolidayCalendar",
    "Layer",
    "Override",
    "Page",
    "PaidPeriod",
    "PayPlan",
    "PayRate",
    "PolicyBinding",
    "PolicyStep",
    "ReplyToken",
    "Responder",
    "RotationSlot",
    "RotationVersion",
    "Schedule",
    "ServedShift",
    "ShiftEvent",
    "ShiftNotice",
    "Swap",
    "SwapLeg",
    "Unavailability",
    "pay_plans",
    "plan_of",
    "plans",
]
