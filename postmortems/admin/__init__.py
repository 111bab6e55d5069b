"""Admin screens of learning."""

from postmortems.admin import item, postmortem

__all__ = ["item", "postmortem"]
