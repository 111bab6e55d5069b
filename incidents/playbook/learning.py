"""What is learned afterwards: postmortems, language, actions and metrics. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from incidents.playbook.duration import Duration
from incidents.playbook.response import Label, RoleKey
from incidents.playbook.severity import Count, Key, Rank, Text

ReviewState = Literal["draft", "in_review", "approved", "published", "closed"]
ActionState = Literal["open", "in_progress", "blocked", "done", "wont_do"]
A_DAY, THREE_DAYS = Duration("1d"), Duration("3d")
Percent = Annotated[float, Meta(ge=0, le=100)]


@dataclass(frozen=True, slots=True)
class PostmortemNeed:
    """Which ranks need one; with `recurring_within` only when the same failure came back in time (C20)."""

    ranks: tuple[Rank, ...]
    need: Literal["required", "optional", "none"]
    recurring_within: Duration | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One step that is due `latest` after resolution, and not before `earliest` where that is given."""

    step: Literal["scheduled", "written", "reviewed", "published"]
    latest: Duration
    earliest: Duration | None = None
    ranks: tuple[Rank, ...] = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A part of the review meeting, in minutes from its start (R211)."""

    start: Count
    end: Count
    text: Text


@dataclass(frozen=True, slots=True)
class Meeting:
    """The review meeting: minutes at least and at most, who leads, who comes (R209, R210)."""

    minutes_min: Count
    minutes_max: Count
    facilitator: RoleKey
    attendees: tuple[Text, ...]
    exclude_managers_first_meeting: bool = False
    agenda: tuple[AgendaItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the postmortem. `filled_from` names the facts that fill it before anyone types."""

    key: Key
    title: Label
    help: Text
    required: bool = True
    filled_from: Literal["", "incident", "timeline", "metrics", "actions", "related", "roles"] = ""


@dataclass(frozen=True, slots=True)
class Postmortems:
    """Who writes a postmortem, when, with which sections, and whom it is shared with."""

    needs: tuple[PostmortemNeed, ...]
    sections: tuple[Section, ...]
    deadlines: tuple[Deadline, ...] = ()
    owner_role: RoleKey = "commander"
    meeting: Meeting | None = None
    labels: Mapping[ReviewState, Label] = field(default_factory=dict)
    focus: tuple[Text, ...] = ()
    share_with: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageRule:
    """A phrase to avoid in a postmortem and what to write instead; `{person}` stands for any name (R218)."""

    avoid: Text
    level: Literal["error", "warning"]
    why: Text
    instead: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Horizon:
    """How soon a kind of action is due (R241)."""

    key: Key
    label: Label
    within: Duration


@dataclass(frozen=True, slots=True)
class ActionKind:
    """What sort of change an action is (R204, R240)."""

    key: Key
    label: Label


@dataclass(frozen=True, slots=True)
class Actions:
    """The rules of follow-up: words for the states, when they are due, when somebody is reminded."""

    labels: Mapping[ActionState, Label]
    kinds: tuple[ActionKind, ...] = ()
    horizons: tuple[Horizon, ...] = ()
    must_have: tuple[Literal["owner", "due", "measure", "priority"], ...] = ("owner", "due")
    remind_owner_after: Duration = A_DAY
    remind_manager_after: Duration = THREE_DAYS
    reviewed_in_next_postmortem: bool = False
    on_time_operator: Literal[">", ">="] = ">="
    on_time_percent: Percent | None = None


@dataclass(frozen=True, slots=True)
class MetricTarget:
    """What a metric should stay within at some ranks; the operator says whether the edge passes (C28)."""

    ranks: tuple[Rank, ...]
    within: Duration
    operator: Literal["<", "<="] = "<"


@dataclass(frozen=True, slots=True)
class Metric:
    """A name for the time between two milestones, shown with the pair beside it (C26)."""

    key: Key
    name: Label
    start: Key
    end: Key
    targets: tuple[MetricTarget, ...] = ()
