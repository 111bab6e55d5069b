"""How bad is it: the levels of a playbook, the words of senders, questions and thresholds. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from incidents.playbook.duration import Calendar, Duration

Rank = Annotated[int, Meta(ge=1, le=4)]
Text = Annotated[str, Meta(min_length=1, max_length=4000)]
Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Count = Annotated[int, Meta(ge=0, le=100_000)]
Number = Annotated[float, Meta(ge=-1e12, le=1e12)]

RANKS = (1, 2, 3, 4)
NEVER_PAGES = 4  # the rank that is recorded and wakes nobody


@dataclass(frozen=True, slots=True)
class Targets:
    """The promises of a severity, each measured from detection; None promises nothing (R23)."""

    ack: Duration | None = None
    respond: Duration | None = None
    mitigate: Duration | None = None
    resolve: Duration | None = None


@dataclass(frozen=True, slots=True)
class AllHands:
    """Whether everybody is called: yes, no, or once it is unresolved for `after` (R31)."""

    rule: Literal["yes", "no", "unresolved"] = "no"
    after: Duration | None = None


@dataclass(frozen=True, slots=True)
class Severity:
    """One level. `rank` is canonical (1 is the worst); code and name are the team's words (C1)."""

    rank: Rank
    code: Annotated[str, Meta(min_length=1, max_length=20)]
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    description: Text
    escalation: Text
    examples: tuple[Text, ...] = ()
    user_impact: str = ""
    business_impact: str = ""
    data_risk: str = ""
    targets: Targets = Targets()
    all_hands: AllHands = AllHands()
    coverage: Calendar = "24x7"


@dataclass(frozen=True, slots=True)
class SeverityWords:
    """A sender's word to a rank; null is stored and never pages. A word not listed counts as `unknown`.

    Words are compared without regard to case and outer space.
    """

    words: Mapping[Annotated[str, Meta(min_length=1, max_length=40)], Rank | None]
    unknown: str = "error"


@dataclass(frozen=True, slots=True)
class Question:
    """One yes/no question; an answer gives a rank, or null to go on with the next question (R6)."""

    key: Key
    text: Text
    if_yes: Rank | None = None
    if_no: Rank | None = None


@dataclass(frozen=True, slots=True)
class Modifier:
    """Asked after the tree: a yes moves the rank by `shift` (1 is one level milder), kept in 1..4 (R7)."""

    key: Key
    text: Text
    shift: Annotated[int, Meta(ge=-3, le=3)]


@dataclass(frozen=True, slots=True)
class DecisionTree:
    """Questions in the order in which they are asked, then the modifiers."""

    questions: tuple[Question, ...]
    modifiers: tuple[Modifier, ...] = ()


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """A measured value that suggests a rank; where rules overlap the worse rank wins (R8, C24)."""

    metric: Key
    operator: Literal[">", ">=", "<", "<="]
    value: Number
    unit: Text
    rank: Rank
