"""The ways out. A new channel is one file in this folder and one line in the table below."""

from collections.abc import Mapping

from notify.channels.base import TIME_LIMIT_S, Channel, ChannelError, Message, Receipt
from notify.channels.console import Console
from notify.channels.email import Email
from notify.channels.endpoint import Endpoint, Slack
from notify.channels.webhook import Webhook

__all__ = [
    "CHANNELS",
    "PERSONAL",
    "TIME_LIMIT_S",
    "Channel",
    "ChannelError",
    "Message",
    "Receipt",
    "channel",
]

CHANNELS: Mapping[str, type[Channel]] = {
    Email.kind: Email,
    Webhook.kind: Webhook,
    Console.kind: Console,
    Endpoint.kind: Endpoint,
    Slack.kind: Slack,
}
PERSONAL: Mapping[str, type[Channel]] = {
    kind: way for kind, way in CHANNELS.items() if way.is_personal
}


def channel(kind: str) -> Channel:
    """Return the channel of that kind, configured; a permanent ChannelError when there is none."""
    if kind not in CHANNELS:
        raise ChannelError("There is no such channel any more.", permanent=True)
    return CHANNELS[kind].configured()
