"""The kernel's rows: services, sources, events, alerts, incidents and their history."""

from incidents.models.alert import Alert, AlertKey
from incidents.models.event import ChangeEvent, RawEvent, Rejection
from incidents.models.history import Milestone, RoleAssignment, TimelineEntry, TransitionLog
from incidents.models.incident import Incident
from incidents.models.playbook import PlaybookVersion
from incidents.models.service import Dependency, Service
from incidents.models.source import Source, SourceKey

__all__ = [
    "Alert",
    "AlertKey",
    "ChangeEvent",
    "Dependency",
    "Incident",
    "Milestone",
    "PlaybookVersion",
    "RawEvent",
    "Rejection",
    "RoleAssignment",
    "Service",
    "Source",
    "SourceKey",
    "TimelineEntry",
    "TransitionLog",
]
