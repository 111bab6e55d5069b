"""Admin screens of the pager."""

from oncall.admin import escalations, overrides, policies, responders, schedules

__all__ = ["escalations", "overrides", "policies", "responders", "schedules"]
