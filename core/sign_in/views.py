"""The door: one sign-in page under two addresses, the second factor, passkeys, break-glass, the way out."""

import json
from typing import Any

from allauth.account.views import LoginView, LogoutView
from allauth.core.internal import ratelimit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.internal.flows import trust
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import NotPossible
from core.models import SignIn
from core.sign_in import audit, limits, oidc
from core.sign_in.break_glass import IN_SESSION, live_link, use_link
from core.sign_in.factors import why_no_passkeys
from core.sign_in.words import NO_PASSKEY

BACKEND = "core.sign_in.passwords.HouseBackend"


def as_json(options: Any) -> str:
    """Return what a browser is asked for a passkey, as text for our script."""
    return json.dumps(options, cls=DjangoJSONEncoder)


class SignIns(LoginView):
    """Name and password; a passkey or the company account beside them."""

    template_name = "account/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what else opens the door."""
        return {
            **super().get_context_data(**kwargs),
            "title": "Sign in",
            "why_no_passkeys": why_no_passkeys(self.request),
            "company": settings.OIDC_NAME if oidc.is_offered() else "",
        }


sign_in = SignIns.as_view()


def also(request: HttpRequest) -> HttpResponse:
    """Return the sign-in page's address to who looks at allauth's; who posts there gets the same answer."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("account_login", query=request.GET))
    answer: HttpResponse = sign_in(request)
    return answer


class SecondFactor(AuthenticateView):
    """A code or a passkey, after the password."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Open the session; remember the browser for 14 days where that was asked for."""
        person = self.stage.login.user
        answer: HttpResponse = super().form_valid(form)
        if form.cleaned_data.get("remember"):
            trust.trust_browser(self.request, person, answer)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """Record a passkey that did not fit; allauth tells us of codes itself."""
        if form is self.webauthn_form:
            person = self.stage.login.user
            audit.record(
                self.request,
                SignIn.Event.REFUSED,
                person,
                method=SignIn.Method.PASSKEY,
                why="wrong passkey",
            )
        answer: HttpResponse = super().form_invalid(form)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether passkeys can work here."""
        found = super().get_context_data(**kwargs)
        options = found["js_data"]["request_options"]
        return {
            **found,
            "title": "Second factor",
            "has_passkey": bool(options["publicKey"].get("allowCredentials")),
            "options": as_json(options),
            "why_no_passkeys": why_no_passkeys(self.request),
        }


class PasskeyEntrance(LoginWebAuthnView):
    """A passkey in place of name and password."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return what the browser needs to ask its authenticator, to our script; others see the page."""
        if request.headers.get("Accept") != "application/json":
            return HttpResponseRedirect(reverse("account_login"))
        if not ratelimit.consume(
            request, app="allauth.mfa", action="webauthn_login", limit_get=True
        ):
            return limits.too_many(request)
        return JsonResponse({"request_options": auth.begin_authentication(user=None)})

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that it did not work, and record it."""
        audit.record(
            self.request,
            SignIn.Event.REFUSED,
            method=SignIn.Method.PASSKEY,
            why="unknown or wrong passkey",
        )
        form.errors.clear()
        form.add_error("credential", NO_PASSKEY)
        answer: HttpResponse = super().form_invalid(form)
        return answer


class SignOut(LogoutView):
    """Sign out, by POST; also the way back from a half-finished sign-in."""

    template_name = "account/logout.html"
    extra_context = {"title": "Sign out"}

    def get_redirect_url(self) -> str:
        """Lead to the sign-in page."""
        return reverse("account_login")


def forgotten(request: HttpRequest) -> HttpResponse:
    """Return what to do without the password: nothing here resets one by mail."""
    return render(request, "account/forgotten.html", {"title": "Forgotten your password?"})


@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: HttpRequest, token: str) -> HttpResponse:
    """Show whom the link lets in (GET), or let them in (POST)."""
    at = clock.now()
    link = live_link(token, at=at)
    context = {"title": "Break-glass", "link": link}
    if link is None or request.method != "POST":
        return render(request, "account/break_glass.html", context, status=200 if link else 404)
    try:
        user = use_link(token, at=at)
    except NotPossible:
        return render(request, "account/break_glass.html", {**context, "link": None}, status=404)
    request.session.flush()
    request.session[IN_SESSION] = True
    login(request, user, backend=BACKEND)
    UserSession.objects.create_from_request(request)
    audit.record_glass_broken(request, user)
    return HttpResponseRedirect(reverse("admin:index"))
