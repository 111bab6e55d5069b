"""What is prepared and practised: checklists, runbooks, drills, on-call rules, alert rules. Pure."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from incidents.playbook.duration import Calendar, Duration
from incidents.playbook.response import Label
from incidents.playbook.severity import Count, Key, Rank, Text

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Hour = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]


@dataclass(frozen=True, slots=True)
class Checklist:
    """Things to tick, in order. A guard may ask for all of them."""

    key: Key
    title: Label
    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class RunbookStep:
    """One step of looking, or one fix, with the command to run where there is one."""

    text: Text
    command: str = ""


@dataclass(frozen=True, slots=True)
class RunbookCause:
    """A common cause and what mends it."""

    cause: Text
    fix: Text
    command: str = ""


@dataclass(frozen=True, slots=True)
class RunbookEscalation:
    """Whom to call from the runbook: at once, or when it has not improved `after` so long (R125)."""

    target: Label
    when: Text
    after: Duration | None = None
    ranks: tuple[Rank, ...] = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Runbook:
    """What to do about one alert. `metric` names the threshold rules that suggest the severity (R183)."""

    key: Key
    title: Label
    alert_names: tuple[Text, ...]
    symptoms: tuple[Text, ...]
    steps: tuple[RunbookStep, ...]
    causes: tuple[RunbookCause, ...]
    escalations: tuple[RunbookEscalation, ...] = ()
    related: tuple[Text, ...] = ()
    metric: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """When a drill is held, in the team's civil time."""

    weekday: Weekday
    start: Hour
    end: Hour


@dataclass(frozen=True, slots=True)
class Drill:
    """A practice that touches no metric and no public page (R280 to R286)."""

    key: Key
    kind: Literal[
        "wheel_of_misfortune",
        "failure_friday",
        "chaos_experiment",
        "game_day",
        "tabletop",
        "recovery_test",
        "annual_simulation",
        "monthly_drill",
    ]
    name: Label
    purposes: tuple[Text, ...]
    minutes: Count
    steps: tuple[Text, ...] = ()
    scenarios: tuple[Text, ...] = ()
    experiments: tuple[Text, ...] = ()
    success: tuple[Text, ...] = ()
    debrief: tuple[Text, ...] = ()
    facilitators: Count = 1
    participants_min: Count = 0
    participants_max: Count | None = None
    rotate_roles: tuple[Key, ...] = ()
    standby_role: str = ""
    announce_before: Duration | None = None
    slot: Slot | None = None
    read_only_tools: bool = True


@dataclass(frozen=True, slots=True)
class RecurringReview:
    """A review that comes back, with what it goes through and who answers for it (R307)."""

    key: Key
    name: Label
    every: Literal["week", "month", "quarter", "year"]
    owner: Text
    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may be primary or secondary; whoever is not yet is warned about, never kept out (R136)."""

    onboarded_days: Count = 30
    shadowed_shifts: Count = 2
    production_access: bool = True
    monitoring: bool = True
    training: bool = True


@dataclass(frozen=True, slots=True)
class OnCallRules:
    """What a rotation must look like; a schedule that differs is warned about (R130 to R132, C25)."""

    rotation: Duration
    coverage: Calendar = "24x7"
    has_secondary: bool = True
    handoff_minutes: Count = 0
    people_min: Count = 1
    people_max: Count | None = None
    rotations_per_person_and_month: Count | None = None
    escalate_after: Duration | None = None
    balance_time_zones: bool = False
    paid_per_day: bool = False
    time_off_in_lieu: bool = False
    bonus_ranks: tuple[Rank, ...] = ()
    eligibility: Eligibility | None = None


@dataclass(frozen=True, slots=True)
class AlertRule:
    """An example of an alert worth having (`good`) or not, with its condition in words (R268, R272)."""

    name: Label
    condition: Text
    good: bool
    why: Text
    hold: Duration | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """How the sender bundles alerts, in seconds before the first and between later notices (R269)."""

    by: tuple[Text, ...]
    wait_seconds: Count
    interval_seconds: Count
    repeat: Duration
    repeat_critical: Duration | None = None


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While `source` fires, `target` is held back where the `equal` labels agree (R271)."""

    source: Text
    target: Text
    equal: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Alerting:
    """Advice for the systems that send alerts."""

    rules: tuple[AlertRule, ...] = ()
    grouping: Grouping | None = None
    inhibitions: tuple[Inhibition, ...] = ()
    hold: Duration | None = None
    needs_summary: bool = False
