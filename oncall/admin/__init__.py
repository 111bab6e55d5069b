"""Admin screens of the pager."""

from oncall.admin import covers, escalations, policies, responders, schedules

__all__ = ["covers", "escalations", "policies", "responders", "schedules"]
