"""What the status page holds: what it lists, what happened in public, who is told, and what is served of it."""

from statuspage.models.brought import SubscriberList
from statuspage.models.draft import Draft
from statuspage.models.followed import FollowedComponent
from statuspage.models.ledger import ComponentInterval, Hold
from statuspage.models.maintenance import Maintenance, MaintenanceComponent, MaintenanceUpdate
from statuspage.models.nudge import Nudge
from statuspage.models.page import (
    Component,
    ComponentGroup,
    ComponentService,
    Mark,
    Page,
    SharedComponent,
)
from statuspage.models.proposal import Proposal
from statuspage.models.public import ComponentChange, PublicIncident, PublicUpdate
from statuspage.models.reader import Reader
from statuspage.models.snapshot import Edition, Export, Room, Snapshot
from statuspage.models.subscriber import (
    Departure,
    Mailing,
    PublicNotice,
    Subscriber,
    Subscription,
)

__all__ = [
    "Component",
    "ComponentChange",
    "ComponentGroup",
    "ComponentInterval",
    "ComponentService",
    "Departure",
    "Draft",
    "Edition",
    "Export",
    "FollowedComponent",
    "Hold",
    "Mailing",
    "Maintenance",
    "MaintenanceComponent",
    "MaintenanceUpdate",
    "Mark",
    "Nudge",
    "Page",
    "Proposal",
    "PublicIncident",
    "PublicNotice",
    "PublicUpdate",
    "Reader",
    "Room",
    "SharedComponent",
    "Snapshot",
    "Subscriber",
    "SubscriberList",
    "Subscription",
]
