"""REST API of calendar feeds: one's own, made and shown once, rotated, revoked."""

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.bodies import Body
from core.api.operations import ID, LARGEST_ID, PAGING, Operation
from core.api.paging import CursorPages
from core.api.shapes import Shape, maybe, moment, page_of, text, whole
from core.api.views import Door, fields, number
from core.models import Team
from core.permissions import require
from oncall.actions import feeds
from oncall.api.reading import schedule_of
from oncall.models import CalendarFeed

FEED = Shape(
    "CalendarFeed",
    {
        "id": whole("", 1, LARGEST_ID),
        "schedule": maybe(text("A slug; null and no team: your own shifts.")),
        "team": maybe(text("A slug.")),
        "created_at": moment(),
        "revoked_at": maybe(moment()),
    },
    example={
        "id": 2, "schedule": "payments", "team": None, "created_at": "2026-11-30T09:00:00.000000Z", "revoked_at": None,
    },
)  # fmt: skip
SHOWN_FEED = Shape(
    "ShownCalendarFeed",
    {**FEED.fields, "url": text("The whole secret address. It is shown this once.")},
    example={**FEED.example, "url": "https://watchbill.example/ical/wbc_0x.ics"},
)
NEW_FEED = Shape(
    "NewCalendarFeed",
    {"schedule": maybe(text("A slug.", longest=50)), "team": maybe(text("A slug.", longest=50))},
    optional=frozenset({"schedule", "team"}),
    example={"schedule": "payments"},
)
NOTHING = Shape("RotateFeed", {}, example={})
VIEW = "oncall.view"


class Feeds(Door):
    """`/api/v1/calendar-feeds/`."""

    tag = "On call"
    parameters = PAGING
    operations = {
        "get": Operation("List your calendar feeds", page_of(FEED)),
        "post": Operation(
            "Make a calendar feed",
            SHOWN_FEED,
            status=201,
            takes=NEW_FEED,
            refuses=(404,),
            detail="Of a schedule, of a team, or without either of your own shifts.",
        ),
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return a page of the caller's own feeds."""
        require(by := caller(request), VIEW)
        pages = CursorPages()
        rows = CalendarFeed.objects.filter(owner=by.user).select_related("schedule", "team")
        page = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response([_facts(row) for row in page])

    def post(self, request: Request) -> Response:
        """Make one; answers 201 with its address."""
        require(by := caller(request), "oncall.make_feed")
        body = Body(fields(request))
        slug, team_slug = body.text("schedule", longest=50), body.text("team", longest=50)
        team = Team.objects.filter(slug=team_slug).first() if "\0" not in team_slug else None
        if team_slug and (team is None or slug):
            body.refuse("team", f"There is no team {team_slug}, or a schedule is named as well.")
        body.done()
        schedule = schedule_of(slug) if slug else None
        feed, secret = feeds.add_feed(schedule=schedule, team=team, by=by, at=clock.now())
        return Response({**_facts(feed), "url": feeds.address(secret)}, status=201)


class OneFeed(Door):
    """`/api/v1/calendar-feeds/<id>/`."""

    tag = "On call"
    places = {"pk": ID}
    operations = {"delete": Operation("Revoke a calendar feed", None, status=204)}

    def delete(self, request: Request, pk: str) -> Response:
        """End it; twice changes nothing."""
        require(by := caller(request), "oncall.make_feed")
        feeds.revoke_feed(number(pk), by=by, at=clock.now())
        return Response(status=204)


class RotatedFeed(Door):
    """`/api/v1/calendar-feeds/<id>/rotate/`."""

    tag = "On call"
    places = {"pk": ID}
    operations = {
        "post": Operation(
            "Give a calendar feed a new address", SHOWN_FEED, takes=NOTHING, detail="The old one ends at once."
        )
    }  # fmt: skip

    def post(self, request: Request, pk: str) -> Response:
        """Rotate it, and return the new address."""
        require(by := caller(request), "oncall.make_feed")
        Body(fields(request)).done()
        feed, secret = feeds.rotate_feed(number(pk), by=by)
        return Response({**_facts(feed), "url": feeds.address(secret)})


def _facts(row: CalendarFeed) -> dict[str, object]:
    return {
        "id": row.pk,
        "schedule": row.schedule.slug if row.schedule else None,
        "team": row.team.slug if row.team else None,
        "created_at": row.created_at,
        "revoked_at": row.revoked_at,
    }
