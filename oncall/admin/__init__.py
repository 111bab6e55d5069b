"""Admin screens of the pager."""

from oncall.admin import (
    absences,
    escalations,
    handoffs,
    overrides,
    policies,
    responders,
    schedules,
    swaps,
)

__all__ = [
    "absences",
    "escalations",
    "handoffs",
    "overrides",
    "policies",
    "responders",
    "schedules",
    "swaps",
]
