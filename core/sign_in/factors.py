"""What allauth asks us about second factors: how they are kept, what they are called, where passkeys work."""

import base64
import ipaddress
import logging
import os
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils.safestring import SafeString, mark_safe

from core import clock, secrets
from core.models import User
from core.secrets import SecretLost
from core.sign_in.words import NO_CODE

logger = logging.getLogger(__name__)

ISSUER = "Watchbill"
PAPER = '<rect width="100%" height="100%" fill="#fff"/>'


class FactorAdapter(DefaultMFAAdapter):
    """Secrets lie encrypted; names and places come from our settings, never from the Host header."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": NO_CODE,
    }

    def get_totp_issuer(self) -> str:
        """Return what an authenticator app shows above the code."""
        return ISSUER

    def build_totp_svg(self, url: str) -> SafeString:
        """Return the code to scan as an element, dark on light paper in both themes."""
        drawn = super().build_totp_svg(url)
        tag, _, rest = drawn[drawn.index("<svg") :].partition(">")
        named = f'{tag} class="qr" role="img" aria-label="Code to scan with an authenticator app">'
        whole: SafeString = mark_safe(named + PAPER + rest)  # noqa: S308  drawn by qrcode, no text in it
        return whole

    def encrypt(self, text: str) -> str:
        """Return a factor's secret as it is stored."""
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret; one that nobody can guess where it can't be read any more."""
        try:
            return secrets.decrypt(encrypted_text)
        except SecretLost:
            logger.critical(
                "a second factor can't be read: was SECRET_KEY changed without a fallback?"
            )
            return base64.b32encode(os.urandom(20)).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  allauth's name
        """Return a name for a new passkey, to be changed at will."""
        return f"Passkey of {clock.now():%-d %B %Y}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return whose passkeys these are: the host of STAFF_URL."""
        return {"id": relying_party(), "name": ISSUER}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Return how the authenticator lists the person."""
        found = super().get_public_key_credential_user_entity(user)
        return {**found, "display_name": user.display_name, "name": user.username}


def relying_party() -> str:
    """Return the name that passkeys are bound to; `localhost` on a machine of one's own (WebAuthn 2, 5.1.2)."""
    host = urlsplit(settings.STAFF_URL).hostname or ""
    return "localhost" if host in settings.LOOPBACK_NAMES else host


def why_no_passkeys(request: HttpRequest) -> str:
    """Return why a browser won't make or use a passkey under the address it has open, or ""."""
    wanted = relying_party()
    if wanted == "localhost":
        port = urlsplit(settings.STAFF_URL).port
        here = f"http://localhost:{port}/admin/" if port else "http://localhost/admin/"
        return (
            ""
            if _host(request) == wanted
            else f"For a passkey open {here}: browsers take none at an address in numbers."
        )
    if _is_number(wanted):
        return "Passkeys need a name for this server. STAFF_URL is an address in numbers."
    if not settings.STAFF_URL.startswith("https://"):
        return "Passkeys need https, and STAFF_URL has none."
    return "" if _host(request) == wanted else f"Passkeys work at {settings.STAFF_URL} only."


def _host(request: HttpRequest) -> str:
    return split_domain_port(request.get_host())[0].lower()


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
