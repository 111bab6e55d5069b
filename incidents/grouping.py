"""Is this signal news? The ordering rules I1 to I6 as one pure function (integrations 8.3).

Alertmanager names episodes by their start, so an episode that is over stays over however late a
repeat comes. PagerDuty-shaped and generic senders name none: arrival order decides, and a trigger
soon after the sender's own resolve is held down instead of paging twice. Named episodes order
themselves: a firing that was committed or replayed late may still be news, so its sequence says nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Move(StrEnum):
    """What a signal does to its key's alert."""

    NONE = "none"
    OPEN = "open"
    REPLACE = "replace"  # end the open episode as superseded, open the next
    REPEAT = "repeat"
    HOLD = "hold"  # fire again silently until the hold-down ends
    RESOLVE = "resolve"
    END_SUPERSEDED = "end_superseded"  # a later episode is over already; so is this one
    BURY = "bury"  # remember that an episode ended which was never seen firing
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a key before the signal.

    `open_episode` is None while nothing fires, "" for an episode without a name. Canonical episode
    names sort by time.
    """

    last_sequence: int = 0
    open_episode: str | None = None
    closed_episode: str = ""
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict for the event row, the move to make, and why in a few words."""

    verdict: str
    move: Move = Move.NONE
    reason: str = ""


_REPEAT = Judgement("duplicate", Move.REPEAT, "the alert is firing already")
_STALE = Judgement("stale", reason="a later state of this alert is known")


def judge(
    action: str, episode: str | None, known: Known, *, sequence: int, at: datetime, hold_down_s: int
) -> Judgement:
    """Return what a signal does.

    In: the signal's action and episode name (None: its format has none), what is known of its key,
    the event's sequence and arrival, and the source's hold-down in seconds.
    """
    if sequence < known.last_sequence and not episode:
        return _STALE
    if action == "acknowledge":
        return _acknowledge(known)
    if action == "resolve":
        return _resolve_named(episode, known) if episode else _resolve_unnamed(known)
    if episode:
        return _trigger_named(episode, known)
    return _trigger_unnamed(known, at, timedelta(seconds=hold_down_s))


def _acknowledge(known: Known) -> Judgement:
    if known.open_episode is None:
        return Judgement("ignored", reason="no_open_alert")
    return Judgement("applied", Move.ACKNOWLEDGE)


def _trigger_named(episode: str, known: Known) -> Judgement:
    if episode <= known.closed_episode:
        return Judgement("stale", reason="this episode has ended already")
    if known.open_episode is None:
        return Judgement("applied", Move.OPEN)
    if episode == known.open_episode:
        return _REPEAT
    if episode < known.open_episode:
        return _STALE
    return Judgement("applied", Move.REPLACE, "a new episode began without a resolve in between")


def _trigger_unnamed(known: Known, at: datetime, hold_down: timedelta) -> Judgement:
    if known.open_episode is not None:
        return _REPEAT
    if known.resolved_at is not None and at - known.resolved_at < hold_down:
        return Judgement(
            "applied", Move.HOLD, "held down: it pages if it still fires when the time is over"
        )
    return Judgement("applied", Move.OPEN)


def _resolve_named(episode: str, known: Known) -> Judgement:
    if episode <= known.closed_episode:
        return Judgement("duplicate", reason="this episode has ended already")
    if known.open_episode is None:
        return Judgement("orphan_resolve", Move.BURY, "it was never seen firing")
    if episode < known.open_episode:
        return _STALE
    if episode == known.open_episode:
        return Judgement("applied", Move.RESOLVE)
    return Judgement("applied", Move.END_SUPERSEDED, "a later episode has ended already")


def _resolve_unnamed(known: Known) -> Judgement:
    if known.open_episode is not None:
        return Judgement("applied", Move.RESOLVE)
    if known.resolved_at is not None:
        return Judgement("duplicate", reason="it has ended already")
    return Judgement("orphan_resolve", reason="no_open_alert")
