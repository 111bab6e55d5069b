"""Webhooks by the Standard Webhooks specification: signed, small, retried under the same id."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self

from django.conf import settings as django_settings

from notify import signing
from notify.channels.base import (
    TIME_LIMIT_S,
    Channel,
    ChannelError,
    Message,
    Receipt,
)
from notify.deadline import Resolver, system_resolver
from notify.http import HttpClient, HttpFailure, HttpReply, HttpSettings, UrlNotAllowed, check_url

GONE = "The receiver is gone (410): it wants no more messages."
LARGEST_BODY = 20_000
LONGEST_WAIT_S = 60.0
ASKS_TO_WAIT = frozenset({429, 502, 503, 504})
TEMPORARY_4XX = frozenset({408, 425, 429})


class Webhook(Channel):
    """Posts `{"type", "timestamp", "data"}` to an https address."""

    kind = "webhook"
    label = "Webhook"

    def __init__(self, settings: HttpSettings, resolver: Resolver = system_resolver) -> None:
        self._settings = settings
        self._client = HttpClient(settings, resolver)

    @classmethod
    def configured(cls) -> Self:
        """Return the channel with ALLOWED_PRIVATE_NETWORKS."""
        return cls(
            HttpSettings(tuple(django_settings.ALLOWED_PRIVATE_NETWORKS), time_limit_s=TIME_LIMIT_S)
        )

    def validate(self, address: str) -> None:
        """Raise ValueError (UrlNotAllowed) unless `address` is a URL that could be allowed; resolves no name."""
        check_url(address, self._settings)

    def new_secret(self) -> str:
        """Return a fresh signing secret."""
        return signing.new_secret()

    def send(self, message: Message, address: str, secret: str) -> Receipt:
        """Post the message; only a 2xx is success. `secret`: one or more signing secrets, separated by spaces."""
        body = body_of(message)
        reply = taken_by(
            self._client, address, body, signed(message, body, secret), message.sent_at
        )
        return Receipt(message.id, f"the receiver answered {reply.status}")


def taken_by(
    client: HttpClient, url: str, body: bytes, headers: Mapping[str, str], at: datetime
) -> HttpReply:
    """Post and return the answer, which is a 2xx; a ChannelError for any other and for none."""
    try:
        reply = client.post(url, body, headers)
    except UrlNotAllowed as error:
        raise ChannelError(str(error), permanent=True) from error
    except HttpFailure as error:
        raise ChannelError(str(error), permanent=error.permanent) from error
    if not 200 <= reply.status < 300:
        raise _refusal(reply, at)
    return reply


def signed(message: Message, body: bytes, secret: str) -> dict[str, str]:
    """Return the headers of a body of JSON, signed; a permanent ChannelError for a secret that can't sign."""
    try:
        headers = signing.signed_headers(message.id, message.sent_at, body, secret)
    except ValueError as error:
        raise ChannelError(str(error), permanent=True) from error
    headers["Content-Type"] = "application/json"
    if message.possible_repeat:
        headers["X-Watchbill-Repeat"] = "possible"
    return headers


def body_of(message: Message) -> bytes:
    """Return the body: JSON in UTF-8 under 20 kB, the same on every retry when `occurred_at` is given.

    Where `data` is too large its largest entries are left out and `"truncated": true` says so.
    """
    body = _encoded(message, message.payload or {"subject": message.subject, "text": message.text})
    return body if len(body) < LARGEST_BODY else _encoded(message, _small(message))


def _small(message: Message) -> dict[str, object]:
    kept: dict[str, object] = {
        "truncated": True,
        "subject": message.subject[:200],
        "text": message.text[:1000],
    }
    room = LARGEST_BODY - len(_encoded(message, kept))
    sizes = {name: len(_json({name: value})) for name, value in message.payload.items()}
    for name in sorted(sizes, key=sizes.__getitem__):
        room -= sizes[name]
        if room > 0:
            kept.setdefault(name, message.payload[name])
    return kept


def _encoded(message: Message, data: Mapping[str, object]) -> bytes:
    occurred_at = (message.occurred_at or message.sent_at).astimezone(UTC)
    stamp = occurred_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _json({"type": message.event_type, "timestamp": stamp, "data": data})


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode("utf-8", "replace")


def _refusal(reply: HttpReply, at: datetime) -> ChannelError:
    status = reply.status
    if status == 410:
        return ChannelError(GONE, permanent=True)
    if 300 <= status < 400:
        text = f"The receiver redirects ({status}), which is not followed; enter its final address."
        return ChannelError(text, permanent=True)
    permanent = 400 <= status < 500 and status not in TEMPORARY_4XX
    wait = _wait(reply, at) if status in ASKS_TO_WAIT else None
    return ChannelError(f"The receiver answered {status}.", permanent=permanent, retry_after=wait)


def _wait(reply: HttpReply, at: datetime) -> float | None:
    """Return Retry-After in seconds, 0 to 60 (RFC 9110 10.2.3: seconds or a date), None when it says nothing."""
    asked = reply.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    if until.utcoffset() is None:  # "-0000" is read as a naive instant in UTC
        until = until.replace(tzinfo=UTC)
    return min(max((until - at) / timedelta(seconds=1), 0.0), LONGEST_WAIT_S)
