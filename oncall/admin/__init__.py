"""Admin screens of the pager."""

from oncall.admin import (
    absences,
    escalations,
    foreign,
    handoffs,
    holidays,
    overrides,
    pay_plans,
    policies,
    responders,
    schedules,
    swaps,
)

__all__ = [
    "absences",
    "escalations",
    "foreign",
    "handoffs",
    "holidays",
    "overrides",
    "pay_plans",
    "policies",
    "responders",
    "schedules",
    "swaps",
]
