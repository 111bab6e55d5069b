"""The kernel's rows: services, sources, events, alerts, incidents and their history."""

from incidents.models.alert import Alert, AlertKey
from incidents.models.event import ChangeEvent, RawEvent, Rejection
from incidents.models.history import (
    EntryRevision,
    Milestone,
    RoleAssignment,
    RoleOffer,
    Standing,
    TimelineEntry,
    TransitionLog,
)
from incidents.models.incident import Incident
from incidents.models.playbook import PlaybookVersion
from incidents.models.service import Dependency, Service
from incidents.models.source import Source, SourceKey
from incidents.models.view import SavedView

__all__ = [
    "Alert",
    "AlertKey",
    "ChangeEvent",
    "Dependency",
    "EntryRevision",
    "Incident",
    "Milestone",
    "PlaybookVersion",
    "RawEvent",
    "Rejection",
    "RoleAssignment",
    "RoleOffer",
    "SavedView",
    "Service",
    "Source",
    "SourceKey",
    "Standing",
    "TimelineEntry",
    "TransitionLog",
]
