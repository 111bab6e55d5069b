"""The messages that the channel tests send."""

from datetime import UTC, datetime
from typing import Any

from notify.channels import Message

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def a_message(**changes: Any) -> Message:
    """Return a page about Payments, changed as asked."""
    usual: dict[str, Any] = {
        "kind": "page",
        "subject": "[P1] Card payments fail, INC-2041: answer by 03:06 CET",
        "text": "Card payments fail.\nOpen to acknowledge: https://wb.example/r/token\n",
        "id": "page-7-12",
        "sent_at": NINE,
        "event_type": "page.created",
        "payload": {"incident": 2041, "title": "Card payments fail"},
    }
    return Message(**usual | changes)
