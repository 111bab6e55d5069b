"""What every channel agrees on: a message goes in, a receipt or a ChannelError comes out."""

import abc
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Self

TIME_LIMIT_S = 10.0
"""One attempt, from the first look-up of a name to the last byte, takes no longer (reliability F14)."""

REPEAT_NOTE = "This may be a repeat: we could not tell whether it had reached you before."
REPLY_HEADERS = frozenset({"reply-to", "list-id", "list-unsubscribe", "list-unsubscribe-post"})
LONGEST_SUBJECT = 200
LONGEST_SENDER_NAME = 120

_VISIBLE = re.compile(r"[!-~]{1,200}")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Message:
    """One message, the same for every channel; each takes from it what it can carry.

    kind: page, notice, test, verification or another kind of delivery.
    text: complete on its own, lines ended by a newline. html: the same as HTML, where there is one.
    id: the same on every retry, visible ASCII, at most 200 characters.
    thread: the id that all messages of one incident share, so that mail programs group them.
    payload: what a webhook carries as `data`; must be JSON. event_type: such as `page.created`.
    sent_at: the instant of this attempt, aware. occurred_at: of the event; sent_at when unknown.
    possible_repeat: an earlier attempt may have arrived.
    reply_headers: Reply-To, List-ID, List-Unsubscribe, List-Unsubscribe-Post; nothing else.
    sender_name: in whose name it is written, shown beside the configured address; "" for the configured name.
    Raises ValueError for a naive instant, an id that is not visible ASCII, another header.
    """

    kind: str
    subject: str
    text: str
    id: str
    sent_at: datetime
    html: str | None = None
    thread: str | None = None
    payload: Mapping[str, object] = field(default_factory=dict)
    event_type: str = "message.created"
    occurred_at: datetime | None = None
    possible_repeat: bool = False
    reply_headers: Mapping[str, str] = field(default_factory=dict)
    sender_name: str = ""

    def __post_init__(self) -> None:
        if self.sent_at.utcoffset() is None or (
            self.occurred_at and self.occurred_at.utcoffset() is None
        ):
            raise ValueError("A message needs aware instants.")
        if not _VISIBLE.fullmatch(self.id) or not _VISIBLE.fullmatch(self.thread or self.id):
            raise ValueError("The id of a message is 1 to 200 visible ASCII characters.")
        if unknown := {name.lower() for name in self.reply_headers} - REPLY_HEADERS:
            raise ValueError(f"A message can't set the headers {', '.join(sorted(unknown))}.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the other side took a message: its own id for it ("" where it gives none), and what it said."""

    provider_id: str
    detail: str


class ChannelError(Exception):
    """A message did not leave. The text is safe to show: no secret, no full address.

    permanent: trying again is no use; go on to the next way at once.
    retry_after: seconds the other side asked us to wait, at most 60; None when it did not ask.
    """

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent, self.retry_after = permanent, retry_after


class Channel(abc.ABC):
    """A way to send. It holds its settings, no database and no state, so threads may share it."""

    kind: ClassVar[str]
    label: ClassVar[str]
    is_personal: ClassVar[bool] = True  # a responder may choose it as an address of theirs

    @classmethod
    @abc.abstractmethod
    def configured(cls) -> Self:
        """Return the channel as Django's settings describe it; raise ValueError when they can't be read."""

    @abc.abstractmethod
    def validate(self, address: str) -> None:
        """Raise ValueError with one sentence when `address` can't be one of this channel. Asks no network."""

    @abc.abstractmethod
    def send(self, message: Message, address: str, secret: str) -> Receipt:
        """Send within TIME_LIMIT_S and return the proof; raise ChannelError when it was not taken.

        `secret`: what belongs to the address, decrypted; "" for channels that need none.
        """

    def new_secret(self) -> str:
        """Return a fresh secret for an address that is being added, "" for channels that need none."""
        return ""


def require_valid(channel: Channel, address: str) -> None:
    """Raise a permanent ChannelError when `address` can't be one of `channel`: stored ones may be older than a rule."""
    try:
        channel.validate(address)
    except ValueError as error:
        raise ChannelError(str(error), permanent=True) from error


def one_line(text: str, longest: int) -> str:
    """Return `text` safe for a header: one line of valid UTF-8, no control or line separator, at most `longest`."""
    return _BREAKS.sub(" ", _valid(text)).strip()[:longest].rstrip()


def many_lines(text: str) -> str:
    """Return `text` safe for a body: valid UTF-8, lines ended by newlines, no other control than the tab."""
    return _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", _valid(text)))


def _valid(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # a lone surrogate would stop the whole mail
