"""What follows from signing in and out, and from a change of what opens the door. Connected when core is ready."""

from typing import Any

from allauth.account.signals import authentication_step_completed, password_changed
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from core.models import SignIn, User
from core.sign_in import audit, session

Event = SignIn.Event


@receiver(user_logged_in)
def begin(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Start the session's clocks. Break-glass has written its own row."""
    session.begin(request)
    if not session.broke_glass(request):
        audit.record_entry(request, user)


@receiver(user_logged_out)
def end(sender: object, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Write a sign-out down."""
    if user is not None:
        audit.record(request, Event.SIGNED_OUT, user)


@receiver(authentication_step_completed)
def proved_again(
    sender: object, request: HttpRequest, user: User, method: str, **told: Any
) -> None:
    """Write down that somebody proved again who they are, before a change that asks for it."""
    if told.get("reauthenticated"):
        known = SignIn.Method.PASSWORD if method == "password" else audit.FACTORS[told["type"]]
        audit.record(request, Event.CONFIRMED, user, method=known)


@receiver(password_changed)
def changed_password(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Write it down; every other session ends."""
    _changed(request, user, Event.PASSWORD_CHANGED, SignIn.Method.PASSWORD)


@receiver(factors.authenticator_added)
def added(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """Write it down; every other session ends."""
    _changed(request, user, Event.FACTOR_ADDED, audit.FACTORS[authenticator.type])


@receiver(factors.authenticator_removed)
def removed(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """Write it down; every other session ends."""
    _changed(request, user, Event.FACTOR_REMOVED, audit.FACTORS[authenticator.type])


@receiver(factors.authenticator_reset)
def renewed(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """Write it down; every other session ends."""
    _changed(request, user, Event.CODES_RENEWED, "")


@receiver(factors.authentication_failed)
def wrong_code(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """Write down that the second factor did not fit."""
    method = audit.FACTORS[authenticator.type]
    audit.record(request, Event.REFUSED, user, method=method, why="wrong code")


def _changed(request: HttpRequest, user: User, event: str, method: str) -> None:
    audit.record(request, event, user, method=method)
    session.forget_factor(request)
    end_other_sessions(request, user)
