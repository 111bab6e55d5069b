"""A message as a mail: plain text first, HTML second, and only our own headers (S27; RFC 5322, 3834)."""

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from html import escape
from typing import Any

from notify.channels.base import (
    LONGEST_SENDER_NAME,
    LONGEST_SUBJECT,
    REPEAT_NOTE,
    Message,
    many_lines,
    one_line,
)
from notify.channels.mail_settings import MailSettings

_LONGEST_LINE = 990  # RFC 5322 2.1.1: 998
_NOT_AN_ATOM = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]")
_LONGEST_ID = 100


class _OneLineHeaders(EmailPolicy):
    """Keeps an ASCII header on one line: the usual folding would encode a long Message-ID or link in it."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        text = str(value)
        if text.isascii() and len(text) <= _LONGEST_LINE - len(name):
            return f"{name}: {text}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _OneLineHeaders(linesep="\r\n", cte_type="7bit")  # 7bit: no server needs to know 8BITMIME


def compose(message: Message, address: str, settings: MailSettings) -> bytes:
    """Return the mail as bytes with CRLF line ends. `address` must be valid."""
    mail = EmailMessage(policy=_POLICY)
    for name, value in _headers(message, address, settings).items():
        mail[name] = value
    note = f"\n\n{REPEAT_NOTE}\n" if message.possible_repeat else "\n"
    mail.set_content(many_lines(message.text).rstrip("\n") + note)
    if message.html is not None:
        mail.add_alternative(_html(message.html, repeat=message.possible_repeat), subtype="html")
    return mail.as_bytes()


def _headers(message: Message, address: str, settings: MailSettings) -> dict[str, str]:
    own_id = message_id(message.id, settings.host_name)
    headers = {
        "From": _from(message.sender_name, settings),
        "To": address,
        "Subject": _unencoded(message.subject, LONGEST_SUBJECT),
        "Date": format_datetime(message.sent_at),
        "Message-ID": own_id,
        "Auto-Submitted": "auto-generated",
    }
    if message.thread and (root := message_id(message.thread, settings.host_name)) != own_id:
        headers["In-Reply-To"] = headers["References"] = root
    if message.possible_repeat:
        headers["X-Watchbill-Repeat"] = "possible"
    return headers | {name: _unencoded(value, 900) for name, value in message.reply_headers.items()}


def _from(name: str, settings: MailSettings) -> str:
    """Return the From header: the configured address, under the name of whom it is written for (RFC 5322 3.4).

    A stored name never becomes an address: what is special in it is quoted, what looks like one loses its @.
    """
    shown = " ".join(_unencoded(name, LONGEST_SENDER_NAME).replace("@", " at ").split())
    if not shown:
        return settings.from_address
    return str(Address(shown, addr_spec=settings.sender))


def _unencoded(text: str, longest: int) -> str:
    """Return `text` on one line, without what a reader would take for an encoded word (RFC 2047) of ours."""
    return one_line(text.replace("=?", "= ?"), longest)


def message_id(local: str, host: str) -> str:
    """Return `<local@host>` for a Message-ID, made of what RFC 5322 allows; the same for the same id."""
    atom = _NOT_AN_ATOM.sub("-", local).strip(".").replace("..", ".-")
    if atom != local or len(atom) > _LONGEST_ID:
        atom = f"{atom[:50].rstrip('.')}-{hashlib.sha256(local.encode()).hexdigest()[:16]}"
    return f"<{atom}@{_NOT_AN_ATOM.sub('-', host)}>"


def _html(html: str, *, repeat: bool) -> str:
    clean = many_lines(html)
    if not repeat:
        return clean
    head, end, tail = clean.rpartition("</body>")
    note = f"<p>{escape(REPEAT_NOTE)}</p>"
    return f"{head}{note}{end}{tail}" if end else clean + note
