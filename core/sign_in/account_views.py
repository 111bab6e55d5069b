"""One's own account: password, second factor, passkeys, recovery codes, sessions, what happened lately."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import (
    can_generate_recovery_codes,
    generate_recovery_codes,
)
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.models import SignIn, User
from core.sign_in import audit, session
from core.sign_in.browsers import browser_of
from core.sign_in.factors import why_no_passkeys
from core.sign_in.middleware import WANTED
from core.sign_in.passkey_forms import kind_of
from core.sign_in.views import as_json
from core.sign_in.words import NO_PASSKEY

LATEST, SESSIONS = 20, 50
TYPES = Authenticator.Type


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser in which this person is signed in."""

    agent: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def own(request: HttpRequest) -> User:
    """Return who is signed in; for use behind login_required."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("nobody is signed in")
    return user


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Return the page of one's account."""
    user = own(request)
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    codes = [factor.wrap() for factor in factors if factor.type == TYPES.RECOVERY_CODES]
    keys = [(factor, kind_of(factor)) for factor in factors if factor.type == TYPES.WEBAUTHN]
    context = {
        "title": "Your account",
        "headline": f"{user.username}, {user.email or 'no e-mail address'}",
        "wanted": WANTED if session.lacks_factor(request, user) else "",
        "app": next((factor for factor in factors if factor.type == TYPES.TOTP), None),
        "passkeys": keys,
        "codes_left": len(codes[0].get_unused_codes()) if codes else 0,
        "has_codes": bool(codes),
        "why_no_passkeys": why_no_passkeys(request),
        "sessions": open_sessions(request, user),
        "latest": user.sign_ins.all()[:LATEST],
    }
    return render(request, "mfa/index.html", context)


def open_sessions(request: HttpRequest, user: User) -> list[OpenSession]:
    """Return where this person is signed in, the latest use first; sessions that no longer hold are left out."""
    rows = UserSession.objects.filter(user=user).order_by("-last_seen_at")[:SESSIONS]
    wanted = user.get_session_auth_hash()
    return [
        OpenSession(
            browser_of(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == request.session.session_key,
        )
        for row in rows
        if SessionStore(row.session_key).get(HASH_SESSION_KEY) == wanted
    ]


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    user = own(request)
    end_other_sessions(request, user)
    audit.record(request, SignIn.Event.ENDED, user)
    messages.success(request, "You are signed out everywhere but here.")
    return HttpResponseRedirect(reverse("mfa_index"))


@login_required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Say how many codes are left (GET); make new ones and show them, this once (POST)."""
    user = own(request)
    if request.method != "POST":
        if not can_generate_recovery_codes(user):
            return HttpResponseRedirect(reverse("mfa_index"))
        return render(request, "mfa/recovery_codes/index.html", {"title": "Recovery codes"})
    raise_if_reauthentication_required(request, app="allauth.mfa")
    if not can_generate_recovery_codes(user):
        messages.error(request, "Add an authenticator app or a passkey first.")
        return HttpResponseRedirect(reverse("mfa_index"))
    codes = generate_recovery_codes(request).wrap().get_unused_codes()
    context = {"title": "Your recovery codes", "codes": codes}
    return render(request, "mfa/recovery_codes/index.html", context)


@login_required
def no_password(request: HttpRequest) -> HttpResponse:
    """Say to who has no password that there is none to change."""
    messages.info(
        request, "You have no password here: you come in by your company account or a passkey."
    )
    return HttpResponseRedirect(reverse("mfa_index"))


class NewPasskey(AddWebAuthnView):
    """Add a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what our script needs, and whether a passkey can work here at all."""
        found = super().get_context_data(**kwargs)
        return {
            **found,
            "title": "Add a passkey",
            "options": as_json(found["js_data"]["creation_options"]),
            "why_no_passkeys": why_no_passkeys(self.request),
        }


class PasskeyAgain(ReauthenticateWebAuthnView):
    """Prove again who it is, by a passkey."""

    extra_context = {"title": "Is it you?"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what our script needs, and whether a passkey can work here at all."""
        found = super().get_context_data(**kwargs)
        return {
            **found,
            **self.extra_context,
            "form": self.get_form(),
            "options": as_json(found["js_data"]["request_options"]),
            "why_no_passkeys": why_no_passkeys(self.request),
        }

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that it did not work, on the same page."""
        messages.error(self.request, NO_PASSKEY)
        return HttpResponseRedirect(self.request.get_full_path())


class RenamePasskey(EditWebAuthnView):
    """Rename a passkey."""

    extra_context = {"title": "Rename a passkey"}


class RemovePasskey(RemoveWebAuthnView):
    """Remove a passkey."""

    extra_context = {"title": "Remove a passkey"}
