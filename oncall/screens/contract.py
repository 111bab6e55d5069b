"""What a responder's screens need to know: plain values, written down before any sentence is.

Every datetime is aware, in UTC; `zone` is the person's own IANA zone. Every text may be hostile.
Optional values that are missing leave their sentence out; nothing here raises.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReplyState(StrEnum):
    """The states of public.md 12, as the one person sees them whom the token names."""

    OPEN = "open"
    YOURS = "yours"
    TAKEN = "taken"
    PASSED = "passed"
    SNOOZED = "snoozed"
    OVER = "over"
    EXPIRED = "expired"


class Verb(StrEnum):
    """What a link may do (design.md 5, Links): the values of the field `action`."""

    ACKNOWLEDGE = "acknowledge"
    PASS = "pass"  # noqa: S105  a verb, not a password
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    FALSE_ALARM = "false_alarm"


@dataclass(frozen=True, slots=True)
class Link:
    """A label and an absolute http(s) address; any other address is not shown as a link."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """`number` reads "INC-2041", `rank` is 1 to 4, `code` is the playbook's word ("SEV-1")."""

    number: str
    title: str
    rank: int
    code: str
    since: datetime
    where: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Why this person: the schedule, until when (None: no end known), which step of how many."""

    schedule: str
    until: datetime | None = None
    step: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class NextPage:
    """Who is paged next when nobody answers, and when; `is_you`: the same person once more."""

    name: str
    at: datetime
    is_you: bool = False


@dataclass(frozen=True, slots=True)
class SnoozeChoice:
    """So many minutes, and the moment at which they end."""

    minutes: int
    until: datetime


@dataclass(frozen=True, slots=True)
class LostRace:
    """What was pressed and when, and when the winner (holder or ending) was first."""

    pressed: Verb
    pressed_at: datetime
    won_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How it ended: `how` is resolved, cleared, false_alarm, merged, cancelled or closed."""

    at: datetime
    how: str = "resolved"
    by: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyScreen:
    """All of `/r/<token>/` at the moment `at`.

    `incident` is None for an expired or unknown link, so that nothing can leak, and where it could
    not be read (`saved=False`): then only the button that was pressed stays.
    `holder` acknowledged at `acknowledged_at` (state yours: the person); in state passed, an empty
    `holder` means not acknowledged yet. `next_page` is None when nobody else can be paged.
    """

    state: ReplyState
    at: datetime
    zone: str = "UTC"
    person: str = ""
    incident: IncidentFacts | None = None
    paged_at: datetime | None = None
    duty: Duty | None = None
    next_page: NextPage | None = None
    holder: str = ""
    acknowledged_at: datetime | None = None
    passed_to: str = ""
    passed_at: datetime | None = None
    snoozed_until: datetime | None = None
    update_due_at: datetime | None = None
    ending: Ending | None = None
    expires_at: datetime | None = None
    state_word: str = ""
    snooze_choices: tuple[SnoozeChoice, ...] = ()
    may_resolve: bool = False
    may_mark_false_alarm: bool = True
    lost_race: LostRace | None = None
    messages: tuple[str, ...] = ()
    saved: bool = True
    pressed: Verb = Verb.ACKNOWLEDGE
    pressed_minutes: int = 0
    sms_code: str = ""
    runbook: Link | None = None
    incident_url: str = ""
    sign_in_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMail:
    """One page to one person. `why` replaces the sentence about the duty where there is none."""

    incident: IncidentFacts
    person: str
    reply_url: str
    sent_at: datetime
    zone: str = "UTC"
    address: str = ""
    duty: Duty | None = None
    next_page: NextPage | None = None
    expires_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedMail:
    """It cleared itself. `page_subject` is the subject of this person's page: the thread's name."""

    incident: IncidentFacts
    person: str
    page_subject: str
    ended_at: datetime
    zone: str = "UTC"
    holder: str = ""
    held_from: datetime | None = None
    incident_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMail:
    """Something to know, not a page: taking command, a quarantined event, nobody reachable.

    `tone` is good, off, warn or bad; `label` is its word ("Nobody reachable"). `paragraphs` and
    `facts` (label, value) are finished sentences; `thread_subject` makes it a reply in that thread.
    """

    subject: str
    label: str
    heading: str
    person: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    link: Link | None = None
    why: str = ""
    tone: str = "off"
    thread_subject: str = ""
