"""System checks of the outbox."""

import re
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from notify.actions.sending import LEASE
from notify.channels import CHANNELS, TIME_LIMIT_S

MAIL_FROM = re.compile(r"[^<>\r\n@]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+")


@register()
def lease_outlives_a_send(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Two engines never send one message because a lease ended before its attempt."""
    if LEASE.total_seconds() >= TIME_LIMIT_S + 3:
        return []
    return [Error("A delivery's lease must outlive an attempt by 3 s.", id="notify.E001")]


@register()
def channels_are_configured(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Every channel can read its settings: a wrong EMAIL_URL is seen at start, not at the first page."""
    found: list[CheckMessage] = []
    if not MAIL_FROM.fullmatch(settings.MAIL_FROM):
        text = f"MAIL_FROM is {settings.MAIL_FROM!r}; write Name <name@host.example>."
        found.append(Error(text, id="notify.E003"))
    for kind, channel in CHANNELS.items():
        try:
            channel.configured()
        except ValueError as error:
            found.append(Error(f"The channel {kind} can't be used: {error}", id="notify.E002"))
    return found
