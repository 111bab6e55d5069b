"""The reply page in words: from a ReplyScreen to the sentences and buttons of its state.

Layout: staff.md 3b. States, sentences and buttons: public.md 12. Only the five verbs that a link
may do are offered (design.md 5, Links); whatever else one wants to do is a plain link to sign in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from django.template.loader import render_to_string

from oncall.screens import words
from oncall.screens.banners import Banner, again, banners, expired
from oncall.screens.contract import (
    Duty,
    IncidentFacts,
    Link,
    ReplyScreen,
    ReplyState,
)
from oncall.screens.controls import Controls, controls

TITLE_LIMIT = 160
CAUSE_LIMIT = 320
CODE_LIMIT = 24
_STATE_WORDS = {
    ReplyState.OPEN: "Nobody has it yet",
    ReplyState.YOURS: "Acknowledged",
    ReplyState.TAKEN: "Acknowledged",
    ReplyState.PASSED: "Passed on",
    ReplyState.SNOOZED: "Snoozed",
    ReplyState.OVER: "Over",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One cell: label, value, a quiet note; `at` is the moment that the value names, if it does."""

    label: str
    value: str
    note: str = ""
    at: datetime | None = None

    @property
    def stamp(self) -> str:
        """The moment as a machine reads it: "2026-11-22T01:58Z"."""
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if self.at else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPage:
    """All that the template prints, in finished sentences."""

    state: ReplyState
    title: str
    heading: str
    as_of: str
    banners: tuple[Banner, ...]
    controls: Controls
    incident: IncidentFacts | None = None
    subline: str = ""
    state_word: str = ""
    whole_title: str = ""
    cause: str = ""
    facts: tuple[Fact, ...] = ()
    remark: str = ""
    runbook: Link | None = None

    @property
    def glyph(self) -> str:
        """The icon before the state word."""
        glyphs = {ReplyState.YOURS: "good", ReplyState.TAKEN: "good", ReplyState.PASSED: "pass"}
        return glyphs.get(self.state, self.state.value)


def render_reply(screen: ReplyScreen) -> str:
    """Return the whole HTML page. It reads no row, no request and no clock."""
    return render_to_string("oncall/reply.html", {"page": reply_page(screen)})


def reply_page(screen: ReplyScreen) -> ReplyPage:
    """Return the page of that state; a screen without incident tells nothing about one."""
    if screen.state is ReplyState.EXPIRED:
        return _bare(screen, "This link has expired", Banner("off", "", expired(screen)))
    if screen.incident is None:
        return _unread(screen)
    return _full(screen, tamed(screen.incident))


def tamed(incident: IncidentFacts) -> IncidentFacts:
    """Return it with a safe number and code, and a rank that has a shape (4 for any unknown one)."""
    rank = incident.rank if incident.rank in (1, 2, 3) else 4
    code = words.plain(incident.code, CODE_LIMIT) or f"Severity {rank}"
    return replace(incident, rank=rank, code=code, number=words.plain(incident.number, CODE_LIMIT))


def _full(screen: ReplyScreen, incident: IncidentFacts) -> ReplyPage:
    zone = words.zone_of(screen.zone)
    heading = words.plain(incident.title, TITLE_LIMIT) or incident.number
    said = tuple(banners(screen, zone))
    first = next((b.headline for b in said if b.headline), "") or _STATE_WORDS[screen.state]
    return ReplyPage(
        state=screen.state,
        title=f"{first.rstrip('.')}: {heading}",
        heading=heading,
        as_of=_as_of(screen, zone),
        banners=said,
        controls=controls(screen),
        incident=incident,
        subline=_subline(screen, incident),
        state_word=_STATE_WORDS[screen.state],
        whole_title=_whole_title(incident, heading),
        cause=words.plain(incident.cause, CAUSE_LIMIT),
        facts=tuple(_facts(screen, incident, zone)),
        remark=duty_sentence(screen.duty, zone, seen=screen.at) if _wakes(screen) else "",
        runbook=_runbook(screen),
    )


def _bare(screen: ReplyScreen, heading: str, banner: Banner) -> ReplyPage:
    return ReplyPage(
        state=screen.state,
        title=heading,
        heading=heading,
        as_of=_as_of(screen, words.zone_of(screen.zone)),
        banners=(banner,),
        controls=controls(screen),
    )


def _unread(screen: ReplyScreen) -> ReplyPage:
    if screen.saved:
        text = "Nothing was changed. The incident cannot be read now; the button still works."
        return _bare(screen, "This page cannot be shown now", Banner("bad", "", text))
    text = f"{again(screen)} The incident cannot be read now; the button still works."
    return _bare(screen, "Not recorded", Banner("bad", "", text))


def _as_of(screen: ReplyScreen, zone: tzinfo) -> str:
    return f"{screen.at.astimezone(zone):%H:%M:%S} {words.zone_name(screen.at, zone)}"


def _wakes(screen: ReplyScreen) -> bool:
    return screen.state in (ReplyState.OPEN, ReplyState.PASSED) and not screen.holder


def _subline(screen: ReplyScreen, incident: IncidentFacts) -> str:
    person = words.name(screen.person)
    return f"{incident.number}, to {person}" if person else incident.number


def _whole_title(incident: IncidentFacts, heading: str) -> str:
    whole = words.plain(incident.title)
    return "" if whole == heading else whole


def _runbook(screen: ReplyScreen) -> Link | None:
    asleep = screen.state in (ReplyState.TAKEN, ReplyState.OVER) or (
        screen.passed_to and screen.holder
    )
    if asleep or screen.runbook is None or not words.web_address(screen.runbook.url):
        return None
    return Link(words.plain(screen.runbook.label, 80) or screen.runbook.url, screen.runbook.url)


# Facts: since when, who was paged, where, and what follows.


def _facts(screen: ReplyScreen, incident: IncidentFacts, zone: tzinfo) -> Iterator[Fact]:
    if screen.state is ReplyState.OVER:
        yield from _facts_over(screen)
        return
    so_far = f"{words.duration(screen.at - incident.since)} so far"
    yield Fact("Since", words.clock(incident.since, zone, seen=screen.at), so_far, incident.since)
    if screen.state is ReplyState.OPEN and screen.paged_at:
        paged = words.clock(screen.paged_at, zone, seen=screen.at)
        yield Fact(
            "Paged", paged, ", ".join(filter(None, ("you", _step(screen.duty)))), screen.paged_at
        )
    if screen.state is ReplyState.YOURS and screen.update_due_at:
        yield _update_due(screen.update_due_at, screen.at, zone)
    if screen.state is ReplyState.TAKEN and screen.state_word:
        yield Fact("State", words.name(screen.state_word))
    if incident.where:
        yield Fact("Where", words.plain(incident.where, 60))
    if screen.state is ReplyState.OPEN:
        yield _then(screen, zone)


def _facts_over(screen: ReplyScreen) -> Iterator[Fact]:
    if screen.ending is not None:
        yield Fact("Handled by", words.name(screen.ending.by, "Nobody"))
        yield Fact("Cause", words.plain(screen.ending.cause, 120) or "Not known yet")


def _step(duty: Duty | None) -> str:
    return f"step {duty.step} of {duty.steps}" if duty and duty.step and duty.steps else ""


def _update_due(due: datetime, at: datetime, zone: tzinfo) -> Fact:
    when = words.clock(due, zone, seen=at)
    if due < at:
        return Fact("Your update was due", when, f"{words.duration(at - due)} late", due)
    return Fact("Your first update", f"by {when}", "", due)


def _then(screen: ReplyScreen, zone: tzinfo) -> Fact:
    following = screen.next_page
    if following is None:
        return Fact("If nobody answers", "Nobody else", "you are the last")
    at = words.clock(following.at, zone, seen=screen.at)
    left = following.at - screen.at
    name = words.name(following.name, "The next person")
    then = "You are paged again" if following.is_you else f"{name} is paged"
    when = f"now, due {at}" if left.total_seconds() <= 0 else f"at {at}, in {words.countdown(left)}"
    return Fact("If nobody answers", then, when, following.at)


def duty_sentence(duty: Duty | None, zone: tzinfo, *, seen: datetime) -> str:
    """Return "You are on call for Payments until Mon 23 Nov, 09:00 CET." or nothing without duty."""
    if duty is None:
        return ""
    end = f" until {words.clock(duty.until, zone, seen=seen)}" if duty.until else ""
    return f"You are on call for {words.plain(duty.schedule, 60)}{end}."
