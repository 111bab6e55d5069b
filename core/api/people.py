"""`/api/v1/users/`: who is in this installation."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from rest_framework.request import Request

from core.api.auth import caller
from core.api.filters import chosen, flag, known
from core.api.operations import PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import Shape, many, maybe, moment, page_of, text
from core.api.shapes import flag as yes_or_no
from core.api.versions import one
from core.api.views import Door
from core.errors import NotFound
from core.models import Membership, Team, User
from core.models.people import right_by
from core.permissions import may, require

_FIELDS = {
    "username": text(),
    "name": text(),
    "right": text(
        "The highest that their groups give.", one_of=["viewer", "responder", "administrator"]
    ),
    "time_zone": text("IANA name."),
    "active": yes_or_no("false: can't sign in any more."),
}
_EXAMPLE = {
    "username": "ines",
    "name": "Ines Duarte",
    "right": "responder",
    "time_zone": "Europe/Lisbon",
    "active": True,
}
PLACE = Shape(
    "TeamPlace",
    {"team": text(), "role": text(one_of=Membership.Role.values)},
    example={"team": "shop", "role": "manager"},
)
ADDRESS = Shape(
    "ContactAddress",
    {
        "channel": text(),
        "address": text("Whole to its owner and to Administrators, masked to everybody else."),
        "verified_at": maybe(moment()),
        "disabled_at": maybe(moment()),
        "last_ok_at": maybe(moment("When something last arrived there.")),
    },
    example={
        "channel": "email",
        "address": "i…@northwind.example",
        "verified_at": "2026-11-02T08:00:00.000000Z",
        "disabled_at": None,
        "last_ok_at": None,
    },
)
PERSON = Shape("Person", _FIELDS, example=_EXAMPLE)
WHOLE_PERSON = Shape(
    "WholePerson",
    {**_FIELDS, "teams": many(PLACE), "addresses": many(ADDRESS)},
    example={**_EXAMPLE, "teams": [dict(PLACE.example)], "addresses": [dict(ADDRESS.example)]},
)
FILTERS = (
    flag("active", Q(is_active=True, is_staff=True), "Whether they may sign in."),
    known("team", "teams", Team.objects.all, "slug", "The slug of a team of theirs."),
)


class Users(Door):
    """People, the newest first."""

    tag = "People"
    parameters = (*PAGING, *FILTERS)
    operations = {"get": Operation("List people", page_of(PERSON))}

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of people: username, name, right, time_zone, active."""
        require(caller(request), "core.view")
        pages = CursorPages()
        found = chosen(User.objects.all(), request.query_params, FILTERS)
        rows = pages.paginate_queryset(found.prefetch_related("groups"), request)
        return pages.get_paginated_response([_person(row) for row in rows])


class OneUser(Door):
    """`/api/v1/users/<username>/`."""

    tag = "People"
    places = {"username": text("As they sign in.", longest=150)}
    operations = {"get": Operation("Show a person", WHOLE_PERSON, is_versioned=True)}

    def get(self, request: Request, username: str) -> HttpResponse:
        """Return one person with teams and addresses; addresses are whole for who may see them only."""
        by = caller(request)
        require(by, "core.view")
        rows = User.objects.prefetch_related("groups", "memberships__team")
        found = None if "\0" in username else rows.filter(username=username).first()
        if found is None:
            raise NotFound("There is nobody of that name.")
        is_whole = found.pk == by.user_id or may(by, "core.edit_people")
        places = sorted((place.team.slug, place.role) for place in found.memberships.all())
        whole = {
            **_person(found),
            "teams": [{"team": team, "role": role} for team, role in places],
            "addresses": _addresses(found.pk, is_whole=is_whole),
        }
        return one(request, whole)


def _addresses(user_id: int, *, is_whole: bool) -> list[dict[str, Any]]:
    provide = import_string(settings.PROVIDERS["person_addresses"])
    found: list[dict[str, Any]] = provide(user_id, is_whole=is_whole)
    return found


def _person(user: User) -> dict[str, object]:
    names = [group.name for group in user.groups.all()]  # read for the whole page
    right = right_by(names, is_superuser=user.is_superuser)
    return {
        "username": user.username,
        "name": user.display_name,
        "right": right.name.lower(),
        "time_zone": user.time_zone,
        "active": user.is_active and user.is_staff,
    }
