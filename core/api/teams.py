"""`/api/v1/teams/`: who belongs together."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from core.api.auth import caller
from core.api.operations import PAGING, SLUG, Operation
from core.api.paging import CursorPages
from core.api.shapes import Shape, many, page_of, text
from core.api.versions import one
from core.api.views import Door
from core.errors import NotFound
from core.models import Membership, Team
from core.permissions import require

MEMBER = Shape(
    "Member",
    {"username": text(), "role": text(one_of=Membership.Role.values)},
    example={"username": "ines", "role": "manager"},
)
TEAM = Shape(
    "Team",
    {"slug": text(), "name": text(), "members": many(MEMBER)},
    example={"slug": "shop", "name": "Shop", "members": [dict(MEMBER.example)]},
)
_ROWS = Team.objects.prefetch_related("memberships__user")


class Teams(Door):
    """Teams, the newest first."""

    tag = "People"
    parameters = PAGING
    operations = {"get": Operation("List teams", page_of(TEAM))}

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of teams with their members."""
        require(caller(request), "core.view")
        pages = CursorPages()
        rows = pages.paginate_queryset(_ROWS.all(), request)
        return pages.get_paginated_response([_team(row) for row in rows])


class OneTeam(Door):
    """`/api/v1/teams/<slug>/`."""

    tag = "People"
    places = {"slug": SLUG}
    operations = {"get": Operation("Show a team", TEAM, is_versioned=True)}

    def get(self, request: Request, slug: str) -> HttpResponse:
        """Return one team with its members."""
        require(caller(request), "core.view")
        found = None if "\0" in slug else _ROWS.filter(slug=slug).first()
        if found is None:
            raise NotFound("There is no such team.")
        return one(request, _team(found))


def _team(row: Team) -> dict[str, object]:
    members = sorted((place.user.username, place.role) for place in row.memberships.all())
    return {
        "slug": row.slug,
        "name": row.name,
        "members": [{"username": username, "role": role} for username, role in members],
    }
