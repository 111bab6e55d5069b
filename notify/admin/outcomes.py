"""What became of a delivery, in one word with its mark; and how late it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.house import icon
from notify.models import KEPT, Delivery, DeliveryAttempt

LATE = timedelta(seconds=5)
TRIES: Mapping[str, str] = {
    DeliveryAttempt.Outcome.STARTED: "started, no answer yet",
    DeliveryAttempt.Outcome.SENT: "sent",
    DeliveryAttempt.Outcome.FAILED: "failed",
    DeliveryAttempt.Outcome.UNKNOWN: "unknown: it may have gone out",
}

_State = Delivery.State
WAITS = Q(state__in=[_State.PENDING, _State.LEASED])
UNPROVEN = Q(state=_State.SENT, proof__in=["", KEPT])
FAILED = Q(state__in=[_State.FAILED, _State.EXPIRED])
HELD_BACK = Q(state=_State.SUPPRESSED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A word, its icon, and its tone: good, bad, warn or dim."""

    word: str
    mark: str
    tone: str

    @property
    def drawn(self) -> SafeString:
        """Return the word with its mark."""
        return format_html(
            '<span class="{}">{}&nbsp;{}</span>', self.tone, icon(self.mark), self.word
        )


_WAITS = Outcome("waits", "clock", "dim")
_SENT = Outcome("sent", "check", "good")
_UNPROVEN = Outcome("no proof", "triangle", "warn")
_KEPT = Outcome("kept, no mail server", "triangle", "warn")
_FAILED = Outcome("failed", "octagon", "bad")
_EXPIRED = Outcome("failed: too late to send", "octagon", "bad")
_HELD_BACK = Outcome("held back", "cross", "dim")

_OUTCOMES: Mapping[str, Outcome] = {
    _State.PENDING: _WAITS,
    _State.LEASED: Outcome("being sent", "clock", "dim"),
    _State.SENT: _SENT,
    _State.FAILED: _FAILED,
    _State.EXPIRED: _EXPIRED,
    _State.SUPPRESSED: _HELD_BACK,
}


def outcome_of(row: Delivery) -> Outcome:
    """Return what became of a delivery; sent without a word of the receiving side is no proof."""
    if row.is_kept:
        return _KEPT
    if row.state == _State.SENT and not row.proof:
        return _UNPROVEN
    return _OUTCOMES[row.state]


def was_late(at: datetime) -> Q:
    """Return the condition for what left more than 5 s after it was due, or has not left by `at`."""
    return Q(sent_at__gt=F("not_before") + LATE) | WAITS & Q(not_before__lt=at - LATE)


def late_by(row: Delivery, at: datetime) -> timedelta | None:
    """Return how late it left, or is at `at` while it waits; None up to 5 s and for what never leaves."""
    waits = row.state in (_State.PENDING, _State.LEASED)
    end = row.sent_at or (at if waits else None)
    if end is None or end - row.not_before <= LATE:
        return None
    return end - row.not_before
