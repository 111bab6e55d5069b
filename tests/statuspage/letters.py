"""Subscribers for tests, and the mails that reached a real mail server."""

from email import message_from_bytes
from email.message import Message
from typing import Any

from core.secrets import digest
from statuspage.actions import tokens
from statuspage.models import Page, Subscriber
from tests.factories import NINE
from tests.servers import SmtpServer


def a_subscriber(page: Page, address: str = "kim@example.com", **fields: Any) -> Subscriber:
    """Return a confirmed subscriber by mail, of all that the page says."""
    told = {"channel": "email", "state": "confirmed", "created_at": NINE, **fields}
    row = Subscriber(page=page, address=address, address_hash=digest(address), **told)
    tokens.give_secret(row)
    row.save()
    return row


def mails(post: SmtpServer) -> list[Message]:
    """Return the mails that arrived, in order."""
    return [message_from_bytes(bytes(envelope.content)) for envelope in post.mails]


def part(mail: Message, kind: str = "text/plain") -> str:
    """Return one part of a mail as text."""
    found = next(one for one in mail.walk() if one.get_content_type() == kind)
    content = found.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n")
