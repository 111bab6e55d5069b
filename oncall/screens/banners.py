"""The first sentence of the reply page: what is so, in the words of public.md 12."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from oncall.screens import words
from oncall.screens.contract import ReplyScreen, ReplyState, Verb

_ENDED = {
    "resolved": "Resolved",
    "cleared": "It cleared itself at",
    "false_alarm": "Marked a false alarm at",
    "merged": "Merged into another incident at",
    "cancelled": "Cancelled at",
    "closed": "Closed at",
}
_PRESSED = {
    Verb.ACKNOWLEDGE: "Acknowledge",
    Verb.PASS: "Pass",
    Verb.SNOOZE: "Snooze",
    Verb.RESOLVE: "Resolve",
    Verb.FALSE_ALARM: "False alarm",
}


@dataclass(frozen=True, slots=True)
class Banner:
    """What is so or what has just happened: `tone` is good, off, warn or bad; bad is an alert."""

    tone: str
    headline: str
    text: str = ""
    icon: str = ""


def banners(screen: ReplyScreen, zone: tzinfo) -> Iterator[Banner]:
    """Yield what failed to be recorded first, then what is so; an open page without news has none."""
    if not screen.saved:
        yield Banner("bad", "Not recorded.", again(screen))
    said = " ".join(words.plain(message) for message in screen.messages)
    if screen.state is ReplyState.OPEN:
        if said:
            yield Banner("warn", "", said)
        return
    outcome = _outcome(screen, zone)
    text = " ".join(filter(None, (said, outcome.text, _lost(screen, zone))))
    yield replace(outcome, text=text)


def again(screen: ReplyScreen) -> str:
    """Return what to do after a press that could not be stored."""
    code = words.plain(screen.sms_code, 8)
    return f"Press again, or reply {code} to the SMS." if code else "Press again."


def _outcome(screen: ReplyScreen, zone: tzinfo) -> Banner:
    if screen.state is ReplyState.YOURS:
        since = _stamp("Acknowledged", screen.acknowledged_at, screen, zone)
        return Banner("good", "You have it.", f"{since}Nobody else will be paged.")
    if screen.state is ReplyState.TAKEN:
        since = _stamp("Acknowledged", screen.acknowledged_at, screen, zone)
        text = f"{since}You can go back to sleep."
        return Banner("off", f"{_holder(screen)} has it.", text, "good")
    if screen.state is ReplyState.PASSED:
        return _passed(screen, zone)
    if screen.state is ReplyState.SNOOZED:
        return _snoozed(screen, zone)
    return Banner("good", "It is over.", _over(screen, zone))


def _stamp(word: str, at: datetime | None, screen: ReplyScreen, zone: tzinfo) -> str:
    return f"{word} {words.clock(at, zone, seen=screen.at)}. " if at else ""


def _holder(screen: ReplyScreen) -> str:
    return words.name(screen.holder, "Somebody else")


def _passed(screen: ReplyScreen, zone: tzinfo) -> Banner:
    if not screen.passed_to and screen.next_page and not screen.next_page.is_you:
        whom = words.name(screen.next_page.name, "the next person")
        return Banner("warn", f"Passed on to {whom}.", "The page leaves now. Not acknowledged yet.")
    headline = f"Passed on to {words.name(screen.passed_to, 'the next person')}."
    paged = _stamp("Paged", screen.passed_at, screen, zone)
    if screen.holder:
        since = _stamp("Acknowledged", screen.acknowledged_at, screen, zone)
        text = f"{paged}{_holder(screen)} has it. {since}You can go back to sleep."
        return Banner("off", headline, text, "good")
    return Banner("warn", headline, f"{paged}Not acknowledged yet; {_next_after(screen, zone)}.")


def _next_after(screen: ReplyScreen, zone: tzinfo) -> str:
    if screen.next_page is None:
        return "nobody else comes after"
    at = words.clock(screen.next_page.at, zone, seen=screen.at)
    name = (
        "you again"
        if screen.next_page.is_you
        else words.name(screen.next_page.name, "the next person")
    )
    return f"next is {name} at {at}"


def _snoozed(screen: ReplyScreen, zone: tzinfo) -> Banner:
    text = "You are paged again then if it is still open."
    if screen.snoozed_until is None:
        return Banner("off", "Yours, quiet for now.", text, "snoozed")
    until = words.clock(screen.snoozed_until, zone, seen=screen.at)
    return Banner("off", f"Yours, quiet until {until}.", text, "snoozed")


def _over(screen: ReplyScreen, zone: tzinfo) -> str:
    rest = "Nothing is left for you to do here."
    if screen.ending is None or screen.incident is None:
        return rest
    word = _ENDED.get(screen.ending.how, "Ended at")
    lasted = words.duration(screen.ending.at - screen.incident.since)
    at = words.clock(screen.ending.at, zone, seen=screen.at)
    return f"{word} {at} after {lasted}. {rest}"


def _lost(screen: ReplyScreen, zone: tzinfo) -> str:
    race = screen.lost_race
    if race is None:
        return ""
    minute = f"{race.pressed_at.astimezone(zone):%H:%M}"
    shape = "%H:%M:%S" if minute == f"{race.won_at.astimezone(zone):%H:%M}" else "%H:%M"
    pressed, won = (f"{at.astimezone(zone):{shape}}" for at in (race.pressed_at, race.won_at))
    winner = "it was over" if screen.state is ReplyState.OVER else f"{_holder(screen)} was first"
    return f"You pressed {_PRESSED[race.pressed]} at {pressed}; {winner} at {won}."


def expired(screen: ReplyScreen) -> str:
    """Return until when the link worked, and nothing about its incident."""
    if screen.expires_at is None:
        return "It no longer works. Nothing was changed."
    zone = words.zone_of(screen.zone)
    at, on = words.clock(screen.expires_at, zone), words.long_day(screen.expires_at, zone)
    return f"It worked until {at} on {on}. Nothing was changed."
