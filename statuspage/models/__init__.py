"""What the status page holds: what it lists, what happened in public, and what is served of it."""

from statuspage.models.draft import Draft
from statuspage.models.ledger import ComponentInterval, Hold
from statuspage.models.page import Component, ComponentGroup, ComponentService, Page
from statuspage.models.public import ComponentChange, PublicIncident, PublicUpdate
from statuspage.models.snapshot import Edition, Snapshot

__all__ = [
    "Component",
    "ComponentChange",
    "ComponentGroup",
    "ComponentInterval",
    "ComponentService",
    "Draft",
    "Edition",
    "Hold",
    "Page",
    "PublicIncident",
    "PublicUpdate",
    "Snapshot",
]
