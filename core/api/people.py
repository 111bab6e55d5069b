"""`/api/v1/users/`: who is in this installation."""

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.auth import caller
from core.api.paging import PARAMETERS, CursorPages
from core.api.views import Door
from core.models import User
from core.models.people import GROUP_RIGHTS
from core.permissions import require
from core.rights import Right


class Users(Door):
    """People, the newest first."""

    parameters = PARAMETERS

    def get(self, request: Request) -> Response:
        """Return a page of people: username, name, right, time_zone, active."""
        require(caller(request), "core.view")
        pages = CursorPages()
        rows = pages.paginate_queryset(User.objects.prefetch_related("groups"), request)
        return pages.get_paginated_response([_person(row) for row in rows])


def _person(user: User) -> dict[str, object]:
    return {
        "username": user.username,
        "name": user.display_name,
        "right": _right(user).name.lower(),
        "time_zone": user.time_zone,
        "active": user.is_active,
    }


def _right(user: User) -> Right:
    """Return what `User.right` does, from groups that were read for the whole page."""
    if user.is_superuser:
        return Right.ADMINISTRATOR
    names = [group.name for group in user.groups.all()]
    return max((GROUP_RIGHTS[n] for n in names if n in GROUP_RIGHTS), default=Right.VIEWER)
