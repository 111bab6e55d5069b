"""The company's identity provider (OpenID Connect Core 1.0), when the environment names one.

Stricter than allauth in what it takes: the ID token's signature is always checked, its issuer is ours,
addresses come from STAFF_URL, and whatever a provider answers, the worst is a refusal.
"""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from requests import RequestException

from core.secrets import digest

PROVIDER = "oidc"
KEPT_S, AWAY_S = 600, 15
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
NONSENSE = (LookupError, ValueError, TypeError, AttributeError, ImproperlyConfigured)


class Unreachable(ProviderException):
    """The provider does not answer, or not as OpenID Connect Discovery 1.0 says."""


def is_offered() -> bool:
    """Return whether a company account is set up."""
    return bool(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"])


def discover() -> dict[str, Any]:
    """Return the provider's description, kept for ten minutes; raise Unreachable.

    After a failure nobody asks again for 15 s: a provider that hangs must not take all our threads.
    """
    place = f"sign_in.oidc.{digest(settings.OIDC_ISSUER)}"
    known: dict[str, Any] | None = cache.get(place)
    if known is not None:
        return known
    if cache.get(f"{place}.away"):
        raise Unreachable("it did not answer a moment ago")
    try:
        found = _ask()
    except (RequestException, Unreachable, *NONSENSE) as error:
        cache.set(f"{place}.away", 1, AWAY_S)
        raise Unreachable(str(error)) from error
    cache.set(place, found, KEPT_S)
    return found


def _ask() -> dict[str, Any]:
    with get_adapter().get_requests_session() as session:
        reply = session.get(f"{settings.OIDC_ISSUER}/.well-known/openid-configuration")
        reply.raise_for_status()
        found: dict[str, Any] = reply.json()
    missing = [name for name in NEEDED if not isinstance(found.get(name), str)]
    if missing:
        raise Unreachable(f"its description lacks {', '.join(missing)}")
    if found["issuer"].rstrip("/") != settings.OIDC_ISSUER:
        raise Unreachable(f"it calls itself {found['issuer']}")
    return found


class Strict(OpenIDConnectOAuth2Adapter):
    """The exchange with the provider."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return the provider's description; raise Unreachable."""
        return discover()

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return where the provider sends people back to: under STAFF_URL, whatever Host was asked for."""
        return callback_url()

    def get_access_token_data(
        self,
        request: HttpRequest,
        app: SocialApp,
        client: OAuth2Client,
        pkce_code_verifier: str | None = None,
    ) -> dict[str, Any]:
        """Return the token endpoint's answer; raise ProviderException for one that is none."""
        try:
            found: dict[str, Any] = super().get_access_token_data(
                request, app, client, pkce_code_verifier=pkce_code_verifier
            )
            self.parse_token(found)
        except NONSENSE as error:
            raise ProviderException(f"its token answer is no such thing: {error}") from error
        return found

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Return who it is; raise ProviderException for a token that proves nothing."""
        try:
            claims = self._checked(app, kwargs["response"]["id_token"])
            if "email" not in claims and "userinfo_endpoint" in self.openid_config:
                claims = self._with_userinfo(claims, token.token)
            return self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        except NONSENSE as error:
            raise ProviderException(f"its token proves nothing: {error}") from error

    def _checked(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """Return the claims of an ID token whose signature, issuer, audience and time hold (Core 3.1.3.7)."""
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return found

    def _with_userinfo(self, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        """Add what the userinfo endpoint says of the same subject (Core 5.3.2)."""
        more = self._fetch_user_info(access_token)
        if more["sub"] != claims["sub"]:
            raise ProviderException("its userinfo speaks of somebody else")
        return {**more, **claims}


class CompanyAccount(OpenIDConnectProvider):
    """The provider as allauth sees it."""

    oauth2_adapter_class = Strict

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Return where a form starts the exchange."""
        return reverse("openid_connect_login")

    def get_callback_url(self) -> str:
        """Return where the provider sends people back to."""
        return callback_url()

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Keep no more than tells an Administrator whose account it is."""
        claims = data["id_token"]
        return {name: claims[name] for name in ("email", "name") if name in claims}

    def extract_email_addresses(self, data: Mapping[str, Any]) -> list[EmailAddress]:
        """Return the address with whether the provider has verified it: true means true."""
        claims = data["id_token"]
        email = claims.get("email")
        is_verified = claims.get("email_verified") in (True, "true")
        return [EmailAddress(email=email, verified=is_verified, primary=True)] if email else []


def callback_url() -> str:
    """Return the address that the provider must know."""
    return f"{settings.STAFF_URL}{reverse('openid_connect_callback')}"
