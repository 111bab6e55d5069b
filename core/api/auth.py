"""Who calls the REST API: a bearer token, or a signed-in person with a CSRF token."""

from datetime import datetime, timedelta
from typing import Any

import orjson
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core import actor, clock
from core.actor import Actor
from core.api.formats import instant
from core.errors import DomainError, NotAllowed
from core.expressions import Instant, JsonList, gathered, instant_of
from core.models import ApiToken, User
from core.models.people import right_by
from core.prepared import Prepared, one
from core.secrets import digest

CEILINGS = {"read": "viewer", "write": "manager", "admin": "administrator"}
_TOUCH = timedelta(seconds=60)  # how often a token's last use is written
_NEEDED = {
    "id", "username", "first_name", "last_name", "email", "is_active", "is_staff", "is_superuser",
    "time_zone",
}  # fmt: skip
# In the model's own order: `from_db` takes the values in that order, whatever it is told.
_PERSON = [column.attname for column in User._meta.concrete_fields if column.attname in _NEEDED]  # noqa: SLF001


def _live() -> QuerySet[Any, Any]:
    """Return the query of a live token, with its person and the names of their groups."""
    return (
        ApiToken.objects.filter(digest=one("digest"), revoked_at=None, expires_at__gt=one("at"))
        .filter(user__is_active=True, user__is_staff=True)
        .order_by()
        .values_list(
            "pk",
            "scope",
            Instant("last_used_at"),
            gathered(Group.objects.all(), "user", JsonList("name"), of="user"),
            *(f"user__{name}" for name in _PERSON),
        )
    )


_LIVE = Prepared(_live)


def holder_of(plain: str, at: datetime) -> tuple[User, Actor] | None:
    """Return the person of a live token, and an actor bounded by its scope; None for any other text."""
    found = _LIVE.rows(digest=digest(plain), at=at)
    if not found:
        return None
    token_id, scope, last_used_at, groups, *person = found[0]
    if last_used_at is None or instant_of(last_used_at) < instant(at - _TOUCH):
        ApiToken.objects.filter(pk=token_id).update(last_used_at=at)
    user = User.from_db(connection.alias, _PERSON, person)
    user.right = right_by(orjson.loads(groups or "[]"), is_superuser=user.is_superuser)
    return user, actor.person(user, ceiling=CEILINGS[scope])


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; unknown, expired and revoked tokens, and those of people who may not sign in, get the same 401."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        """Return the token's person and an actor bounded by its scope; None without the header."""
        header = request.headers.get("Authorization", "")
        if "," in header:  # several headers of one name arrive joined
            raise DomainError("Send one Authorization header.", code="ambiguous_credentials")
        words = header.split()
        if not words or words[0].lower() != "bearer":
            return None
        plain = words[1] if len(words) == 2 else ""
        found = holder_of(plain, clock.now())
        if found is None:
            raise exceptions.AuthenticationFailed("The token is unknown, expired or revoked.")
        return found

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
