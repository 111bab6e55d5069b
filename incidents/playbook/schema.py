"""A playbook as one frozen value (design.md 2.5; requirements.md P). Pure."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from incidents.playbook.learning import Actions, LanguageRule, Metric, Postmortems
from incidents.playbook.practice import (
    Alerting,
    Checklist,
    Drill,
    OnCallRules,
    RecurringReview,
    Runbook,
)
from incidents.playbook.response import (
    Cadence,
    Escalation,
    Guard,
    Handoff,
    Label,
    MessageTemplate,
    Naming,
    Role,
    RoleRequirement,
    States,
    StatusPageRule,
)
from incidents.playbook.severity import (
    DecisionTree,
    Key,
    Severity,
    SeverityWords,
    Text,
    ThresholdRule,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A key with its label: a way in which trouble is noticed, or somebody to call by function."""

    key: Key
    label: Label


@dataclass(frozen=True, slots=True)
class Playbook:
    """A team's whole process. Order is kept in lists only: stored JSON may lose that of mappings."""

    slug: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=50)]
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    source: Text
    severities: tuple[Severity, ...]
    severity_words: SeverityWords
    states: States
    roles: tuple[Role, ...]
    decision: DecisionTree
    naming: Naming
    status_page: StatusPageRule
    postmortems: Postmortems
    actions: Actions
    escalation: Escalation
    summary: str = ""
    thresholds: tuple[ThresholdRule, ...] = ()
    role_requirements: tuple[RoleRequirement, ...] = ()
    handoff: Handoff = field(default_factory=Handoff)
    guards: tuple[Guard, ...] = ()
    detection: tuple[Kind, ...] = ()
    contacts: tuple[Kind, ...] = ()
    cadences: tuple[Cadence, ...] = ()
    messages: tuple[MessageTemplate, ...] = ()
    language: tuple[LanguageRule, ...] = ()
    metrics: tuple[Metric, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    runbooks: tuple[Runbook, ...] = ()
    drills: tuple[Drill, ...] = ()
    reviews: tuple[RecurringReview, ...] = ()
    on_call: OnCallRules | None = None
    alerting: Alerting = field(default_factory=Alerting)
