"""System checks of the outbox."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from notify.actions.sending import LEASE
from notify.channels import CHANNELS, TIME_LIMIT_S


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
    for kind, channel in CHANNELS.items():
        try:
            channel.configured()
        except ValueError as error:
            found.append(Error(f"The channel {kind} can't be used: {error}", id="notify.E002"))
    return found
