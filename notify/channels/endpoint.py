"""Posts to addresses that are secrets themselves: programs that take a body of another's shape, and Slack's webhooks.

The address of a delivery is only the host, to show; the whole URL travels in its encrypted secret.
"""

import json
from typing import Self

from django.conf import settings as django_settings

from notify.channels.base import TIME_LIMIT_S, Channel, ChannelError, Message, Receipt
from notify.channels.webhook import signed, taken_by
from notify.deadline import Resolver, system_resolver
from notify.http import HttpClient, HttpSettings, check_url

CHALLENGE = "subscription.challenge"  # of a message whose receiver must send `challenge` back
LONGEST_SLACK = 3000


class Endpoint(Channel):
    """Posts a message's payload as it stands, signed. `secret`: the URL, a space, and a signing secret."""

    kind = "endpoint"
    label = "Endpoint of a subscriber"
    is_personal = False

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
        """Raise ValueError (UrlNotAllowed) unless `address`, the whole URL, could be allowed; resolves no name."""
        check_url(address, self._settings)

    def send(self, message: Message, address: str, secret: str) -> Receipt:
        """Post the payload; only a 2xx is success, and a challenge must come back in the answer's body."""
        url, _space, key = secret.partition(" ")
        body = _json(message.payload)
        reply = taken_by(self._client, url, body, signed(message, body, key), message.sent_at)
        challenge = str(message.payload.get("challenge", ""))
        if message.event_type == CHALLENGE and challenge.encode() not in reply.body:
            raise ChannelError("The receiver did not send the challenge back.", permanent=True)
        return Receipt(message.id, f"the receiver answered {reply.status}")


class Slack(Endpoint):
    """Posts the plain text to an incoming webhook of Slack. `secret`: its URL."""

    kind = "slack"
    label = "Slack"

    def send(self, message: Message, address: str, secret: str) -> Receipt:
        """Post the text; Slack answers 200 "ok"."""
        body = _json({"text": message.text[:LONGEST_SLACK]})
        headers = {"Content-Type": "application/json"}
        reply = taken_by(self._client, secret, body, headers, message.sent_at)
        return Receipt(message.id, f"Slack answered {reply.status}")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
