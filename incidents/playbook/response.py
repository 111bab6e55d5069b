"""What people do while it lasts: steps, roles, guards, words to say, and who is called. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from incidents.playbook.duration import Duration
from incidents.playbook.lifecycle import State
from incidents.playbook.severity import RANKS, Count, Key, Rank, Text

RoleKey = Literal["commander", "tech_lead", "comms", "scribe", "sme"]
Method = Literal["phone", "sms", "push", "chat", "email"]
Audience = Literal["responders", "commander", "stakeholders", "executives", "support", "public"]
PublicState = Literal["investigating", "identified", "monitoring", "resolved", "postmortem"]
FIVE_MINUTES = Duration("5m")
Label = Annotated[str, Meta(min_length=1, max_length=60)]


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the way through an incident. `in_stepper` decides whether the stepper shows it (R38)."""

    label: Label
    states: tuple[State, ...]
    in_stepper: bool = True
    within: Duration | None = None
    todo: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One forward skip that is allowed: `verb` straight from `state`."""

    state: State
    verb: Key


@dataclass(frozen=True, slots=True)
class States:
    """The team's words for the canonical states, and the phases. Null shortcuts: every skip (C7)."""

    labels: Mapping[State, Label]
    phases: tuple[Phase, ...]
    allowed_shortcuts: tuple[Shortcut, ...] | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A "must not" that the product watches: warn, or keep it as a proposal for the commander (R94)."""

    act: Literal[
        "technical_task", "severity_change", "mitigation_decision", "customer_message", "take_role"
    ]
    mode: Literal["warn", "propose", "block"]
    text: Text


@dataclass(frozen=True, slots=True)
class Role:
    """What a role does and leaves alone. An `exclusive` role has one holder at a time (R90 to R93)."""

    key: RoleKey
    label: Label
    short: Annotated[str, Meta(min_length=1, max_length=6)]
    duties: tuple[Text, ...]
    must_not: tuple[Text, ...] = ()
    skills: tuple[Text, ...] = ()
    limits: tuple[Limit, ...] = ()
    exclusive: bool = True
    keeps_timeline: bool = False


@dataclass(frozen=True, slots=True)
class RoleRequirement:
    """Who is needed at which ranks (R109, C11)."""

    role: RoleKey
    need: Literal["required", "recommended", "optional"]
    ranks: tuple[Rank, ...] = RANKS
    may_combine_with: tuple[RoleKey, ...] = ()
    at_least: Count = 1
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """How a role changes hands: accepted or at once, and when silence is told to both (R95)."""

    needs_acceptance: bool = True
    needs_notes: bool = False
    tell_both_after: Duration = FIVE_MINUTES


@dataclass(frozen=True, slots=True)
class Guard:
    """A named predicate on verbs at some ranks; `block` can be overridden with a reason."""

    name: Key
    verbs: tuple[Key, ...]
    mode: Literal["block", "warn"] = "warn"
    ranks: tuple[Rank, ...] = RANKS
    params: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often an audience hears something, and from whom: a reminder at `every`, a breach at `at_most`."""

    audience: Audience
    owner_role: RoleKey
    ranks: tuple[Rank, ...] = RANKS
    first_within: Duration | None = None
    every: Duration | None = None
    at_most: Duration | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """Words with fixed `{name}` places; `fields` lists every place that title and body use."""

    key: Key
    name: Label
    audience: Audience
    body: Text
    fields: tuple[Key, ...]
    title: str = ""
    public_state: PublicState | None = None
    within: Duration | None = None
    next_update_within: Duration | None = None


@dataclass(frozen=True, slots=True)
class Naming:
    """Templates of the channel name and of the display id, and what the channel pins (C17, C18)."""

    channel: Text
    display_id: Text = "INC-{id}"
    pins: tuple[Text, ...] = ()
    rooms: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusPageRule:
    """When the public hears of it: a draft or at once, and what each state is called there (C19)."""

    ranks: tuple[Rank, ...]
    states: Mapping[State, PublicState]
    only_customer_facing: bool = True
    publish: Literal["draft", "at_once"] = "draft"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the ladder: whom, after how long, because of what, by which methods (R127, C12)."""

    name: Label
    target: Label
    after: Duration
    methods: tuple[Method, ...]
    trigger: Literal["declared", "unacked", "unresolved", "not_improved"] = "unacked"
    ranks: tuple[Rank, ...] = RANKS
    timeout: Duration | None = None
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class MethodRule:
    """How people are reached at some ranks; `until_answered` goes round until somebody answers (R116)."""

    ranks: tuple[Rank, ...]
    methods: tuple[Method, ...]
    until_answered: bool = False


@dataclass(frozen=True, slots=True)
class Escalation:
    """The ladder that a new team starts from, and how people are reached by rank."""

    levels: tuple[Level, ...]
    methods: tuple[MethodRule, ...] = ()
