"""Staff screens of the status page. Importing this registers them."""

from statuspage.admin import components, incidents, lists, pages, readers, subscribers, works

__all__ = ["components", "incidents", "lists", "pages", "readers", "subscribers", "works"]
