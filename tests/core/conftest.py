"""Fixtures of core's tests."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.core.fake_provider import CLIENT, INES, SECRET, STAFF, Provider, provider


@pytest.fixture(scope="session")
def _provider() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture
def company(_provider: Provider, settings: LazySettings) -> Provider:
    """A provider that knows Ines, and an installation that knows the provider."""
    settings.STAFF_URL = settings.SITE_URL = STAFF
    settings.OIDC_ISSUER, settings.OIDC_NAME, settings.OIDC_CREATES = (
        _provider.issuer,
        "Northwind",
        "",
    )
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.5
    app = {
        "provider_id": "oidc", "name": "Northwind", "client_id": CLIENT, "secret": SECRET,
        "settings": {"server_url": _provider.issuer, "oauth_pkce_enabled": True},
    }  # fmt: skip
    kept = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**kept, "APPS": [app]}}
    fresh = Provider(_provider.issuer, key=_provider.key)
    for name in (
        "instead",
        "described",
        "header",
        "codes",
        "asked",
        "signing_key",
        "algorithm",
        "userinfo",
    ):
        setattr(_provider, name, getattr(fresh, name))
    _provider.claims = dict(INES)
    return _provider
