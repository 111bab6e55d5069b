"""Whom a company account lets in: the person it is linked to, else the one with the address that it verified."""

import re
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, Provider
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from core.models import SignIn, User
from core.sign_in import audit
from core.sign_in.passwords import normal
from core.sign_in.words import refusal

LONGEST_NAME = 100
VIEWER = "viewer"


class CompanyAdapter(DefaultSocialAccountAdapter):
    """Sign-up is closed here too, unless the environment says that a company account makes a Viewer."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return no."""
        return False

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the one provider of the environment; rows in the database add none."""
        apps: list[dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
        return [SocialApp(provider="openid_connect", **app) for app in apps]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link a new company account to its person, or turn it away."""
        if sociallogin.is_existing:
            return
        email = verified_email(sociallogin)
        owners = with_email(email) if email else []
        if len(owners) == 1:
            _link(request, sociallogin, owners[0], "linked by its verified address")
        elif not owners and email and settings.OIDC_CREATES == VIEWER:
            with transaction.atomic():
                _link(request, sociallogin, new_viewer(sociallogin, email), "made as a Viewer")
        else:
            _turn_away(request, sociallogin, email, len(owners))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Lead back to the sign-in page with what can be done about it."""
        if error == AuthError.CANCELLED:
            messages.info(
                request, f"Nothing was done: {provider.name} was left without signing in."
            )
        else:
            failed(request, str(exception or "the exchange was not one that began here"))
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


def failed(request: HttpRequest, why: str) -> None:
    """Record that the provider let nobody in, and tell the person what to do."""
    audit.record(request, SignIn.Event.REFUSED, method=SignIn.Method.OIDC, why=why)
    name = settings.OIDC_NAME
    messages.error(
        request, f"{name} did not sign you in, or did not answer. Try again, or use your password."
    )


def verified_email(sociallogin: SocialLogin) -> str:
    """Return the address that the provider vouches for, "" for none."""
    return next((found.email for found in sociallogin.email_addresses if found.verified), "")


def with_email(email: str) -> list[User]:
    """Return everybody with this address; two at most, since two are one too many."""
    found = User.objects.filter(email__iexact=email).order_by("pk")
    return [user for user in found[:20] if normal(user.email) == normal(email)][:2]


def new_viewer(sociallogin: SocialLogin, email: str) -> User:
    """Make somebody who may look and not act, with a free user name and no password."""
    told = sociallogin.user
    base = re.sub(r"[^\w.@+-]", "", told.username or email.partition("@")[0])[:LONGEST_NAME]
    names = [base or "person", *(f"{base or 'person'}{number}" for number in range(2, 100))]
    taken = {name.lower() for name in User.objects.values_list("username", flat=True)}
    user = User(username=next(name for name in names if name.lower() not in taken), email=email)
    user.first_name, user.last_name = told.first_name[:150], told.last_name[:150]
    user.set_unusable_password()
    user.save()
    user.groups.add(Group.objects.get_or_create(name="Viewer")[0])
    return user


def _link(request: HttpRequest, sociallogin: SocialLogin, user: User, why: str) -> None:
    try:
        with transaction.atomic():
            sociallogin.connect(request, user)
    except IntegrityError as error:  # two answers for one account at once; the other one linked it
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login"))) from error
    audit.record(request, SignIn.Event.FACTOR_ADDED, user, method=SignIn.Method.OIDC, why=why)


def _turn_away(request: HttpRequest, sociallogin: SocialLogin, email: str, owners: int) -> None:
    why = "several people have its address" if owners else "nobody has its address"
    audit.record(
        request,
        SignIn.Event.REFUSED,
        email,
        method=SignIn.Method.OIDC,
        why=why if email else "it has no verified address",
    )
    messages.error(request, refusal(SignIn.Method.OIDC))
    raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
