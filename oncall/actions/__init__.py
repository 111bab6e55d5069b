"""The use cases of the pager: escalate, page, answer."""

from oncall.actions.advance import advance
from oncall.actions.contacts import add_contact, confirm_contact, send_test
from oncall.actions.escalate import page_again, page_joined, start_escalations, stop_escalations
from oncall.actions.notices import (
    note_failed,
    note_sent,
    tell_cleared,
    tell_command,
    tell_offer,
    tell_reopened,
)
from oncall.actions.replies import Answer, answer, find_page
from oncall.actions.rotation import who_is_on_call
from oncall.actions.texts import (
    cleared_message,
    command_message,
    offer_message,
    page_message,
    reopened_message,
    severity_message,
    test_message,
    unwanted,
    verification_message,
)
from oncall.actions.wellbeing import unreached, why_not_well

__all__ = [
    "Answer",
    "add_contact",
    "advance",
    "answer",
    "cleared_message",
    "command_message",
    "confirm_contact",
    "find_page",
    "note_failed",
    "note_sent",
    "offer_message",
    "page_again",
    "page_joined",
    "page_message",
    "reopened_message",
    "send_test",
    "severity_message",
    "start_escalations",
    "stop_escalations",
    "tell_cleared",
    "tell_command",
    "tell_offer",
    "tell_reopened",
    "test_message",
    "unreached",
    "unwanted",
    "verification_message",
    "who_is_on_call",
    "why_not_well",
]
