"""Admin screens of the pager."""

from oncall.admin import escalations, handoffs, overrides, policies, responders, schedules

__all__ = ["escalations", "handoffs", "overrides", "policies", "responders", "schedules"]
