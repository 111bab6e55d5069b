"""Who asks, and what they may: the admin's way to the one table of rights."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from core import actor
from core.actor import Actor
from core.models import Team, User
from core.permissions import may
from core.rights import Right


def who(request: HttpRequest) -> Actor:
    """Return the signed-in person as an actor."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return actor.person(request.user)


def allows(request: HttpRequest, verb: str, obj: Any = None) -> bool:
    """Return whether the person of this request may do `verb`; nobody may before signing in."""
    return isinstance(request.user, User) and bool(verb) and may(who(request), verb, obj)


def manages_some(request: HttpRequest, verb: str) -> bool:
    """Return whether `verb` is for managers of a team, and the person manages one."""
    if not verb or settings.RIGHTS[verb] is not Right.MANAGER or not isinstance(request.user, User):
        return False
    return request.user.right >= Right.RESPONDER and bool(request.user.managed_team_ids)


def manages(request: HttpRequest) -> QuerySet[Team]:
    """Return the teams whose things the person may edit."""
    user = who(request).user
    if user is None or user.right >= Right.ADMINISTRATOR:
        return Team.objects.all()
    return Team.objects.filter(pk__in=user.managed_team_ids)
