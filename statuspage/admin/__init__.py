"""Staff screens of the status page. Importing this registers them."""

from statuspage.admin import approvals, components, incidents, pages, subscribers, works

__all__ = ["approvals", "components", "incidents", "pages", "subscribers", "works"]
