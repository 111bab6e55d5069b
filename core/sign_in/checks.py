"""System checks of sign-in: a company account is set up whole or not at all."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from core.sign_in.company import VIEWER

WHOLE = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")


@register()
def company_account_is_whole(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Half a company account lets nobody in, and says so only on the day that somebody needs it."""
    missing = [name for name in WHOLE if not getattr(settings, name)]
    found: list[CheckMessage] = []
    if missing and len(missing) < len(WHOLE):
        text = f"A company account needs {', '.join(missing)} as well; unset the others, or set it."
        found.append(Error(text, id="core.E004"))
    issuer = urlsplit(settings.OIDC_ISSUER)
    is_own = issuer.hostname in settings.LOOPBACK_NAMES
    if settings.OIDC_ISSUER and not is_own and issuer.scheme != "https":
        found.append(
            Error("OIDC_ISSUER is not https: whoever listens could sign in.", id="core.E005")
        )
    if settings.OIDC_CREATES not in {"", VIEWER}:
        found.append(
            Error(
                f"OIDC_CREATES is {settings.OIDC_CREATES!r}; unset it, or write viewer.",
                id="core.E006",
            )
        )
    return found
