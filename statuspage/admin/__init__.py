"""Staff screens of the status page. Importing this registers them."""

from statuspage.admin import (
    approvals,
    components,
    incidents,
    lists,
    pages,
    readers,
    subscribers,
    works,
)

__all__ = [
    "approvals",
    "components",
    "incidents",
    "lists",
    "pages",
    "readers",
    "subscribers",
    "works",
]
