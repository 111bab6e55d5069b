"""Who calls the REST API: a bearer token, or a signed-in person with a CSRF token."""

from typing import Any

from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core import actor, clock
from core.actor import Actor
from core.errors import NotAllowed
from core.models import ApiToken, User
from core.secrets import digest

CEILINGS = {"read": "viewer", "write": "manager", "admin": "administrator"}
_TOUCH_S = 60  # how often a token's last use is written


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; unknown, expired and revoked tokens get the same 401."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        """Return the token's person and an actor bounded by its scope; None without the header."""
        words = request.headers.get("Authorization", "").split()
        if not words or words[0].lower() != "bearer":
            return None
        plain = words[1] if len(words) == 2 else ""
        at = clock.now()
        token = (
            ApiToken.objects.select_related("user")
            .filter(
                digest=digest(plain),
                revoked_at=None,
                expires_at__gt=at,
                user__is_active=True,
            )
            .first()
        )
        if token is None:
            raise exceptions.AuthenticationFailed("The token is unknown, expired or revoked.")
        if token.last_used_at is None or (at - token.last_used_at).total_seconds() > _TOUCH_S:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
        return token.user, actor.person(token.user, ceiling=CEILINGS[token.scope])

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return 'Bearer realm="watchbill"'


class StaffSession(SessionAuthentication):
    """The admin's own session; writes need its CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the signed-in person and their actor."""
        found = super().authenticate(request)
        if found is None or not isinstance(found[0], User):
            return None
        return found[0], actor.person(found[0])

    def enforce_csrf(self, request: Request) -> None:
        """Raise NotAllowed unless the request brings the session's CSRF token."""
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise NotAllowed(
                "Send the session's CSRF token as X-CSRFToken.", code="csrf_failed"
            ) from error


class SignedIn(BasePermission):
    """Nothing here is for strangers; what each person may do, the actions ask."""

    message = "Sign in, or send Authorization: Bearer TOKEN."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether somebody is signed in."""
        return isinstance(request.auth, Actor)


def caller(request: Request | HttpRequest) -> Actor:
    """Return the actor of an authenticated API request."""
    found = getattr(request, "auth", None)
    if not isinstance(found, Actor):
        raise exceptions.NotAuthenticated
    return found
