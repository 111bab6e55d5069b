"""`python -m bench.duty ROUNDS`: the resolver alone, who is on call over HTTP (B6), calendar feeds (B7). Prints JSON.

A schedule of 50 people x 5 layers with 60 overrides a year. Floors: one SELECT through Django for B6, Django's own
304 for B7, and for the year's feed the same events written by the calendar library alone.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import re_path
from icalendar import Calendar, Event

from bench import ready
from bench.page_hits import asking
from bench.resolver import BEGIN, make
from config.wsgi import application
from core import clock
from core.actor import person
from core.models import ApiToken, User
from core.secrets import digest
from oncall import rota
from oncall.actions.feeds import add_feed
from oncall.models import Schedule, plans

SIZE = (50, 5, 60, 365)
SPANS = (10, 100, 1_000, 10_000)
HITS = 200
TOKEN = "wbt_bench"


def nothing(request: HttpRequest) -> HttpResponse:
    """Ask the database once, and answer."""
    list(Schedule.objects.values_list("pk")[:1])
    return HttpResponse("{}", content_type="application/json")


def unchanged(request: HttpRequest) -> HttpResponse:
    """Answer 304, and nothing else."""
    return HttpResponse(status=304)


urlpatterns = [re_path("^feed", unchanged), re_path("", nothing)]


def main(rounds: int) -> dict[str, Any]:
    """Measure each in turn with its floor."""
    pk = make("duty", *SIZE)
    slug, plan = "duty", plans([pk])[pk]
    year = timedelta(days=SIZE[-1])
    at = BEGIN + year / 2 + timedelta(hours=3)
    found: dict[str, Any] = {
        "year": _rounds(rounds, 10, lambda: rota.segments(plan, BEGIN, BEGIN + year)),
        "who": _rounds(rounds, 200, lambda: rota.who(plan, at)),
        "growth": {str(days): _grown(days) for days in SPANS},
    }
    with override_settings(ALLOWED_HOSTS=["*"]):
        return {**found, **_served(slug, rounds)}


def _grown(days: int) -> dict[str, dict[str, float]]:
    """Return what segments and one answer cost where the final schedule has about so many segments."""
    daily = rota.Rotation(
        1, 1, None, None, datetime(2025, 12, 1, 8), "Europe/Berlin", "day", 1, "calendar", (),  # noqa: DTZ001  a wall clock
        tuple((user,) for user in range(50)),
    )  # fmt: skip
    plan = rota.Plan((daily,))
    end = BEGIN + timedelta(days=days)
    return {
        "segments": _timed(3, lambda: rota.segments(plan, BEGIN, end)),
        "who": _timed(100, lambda: rota.who(plan, end)),
    }


def _served(slug: str, rounds: int) -> dict[str, Any]:
    user = User.objects.create(username="duty", is_superuser=True)
    at = clock.now()
    ApiToken.objects.create(
        user=user, name="bench", scope="read", slot=1, prefix="wbt_bench", digest=digest(TOKEN),
        created_at=at, last_used_at=at, expires_at=at + timedelta(days=1),
    )  # fmt: skip
    schedule = Schedule.objects.get(slug=slug)
    _feed, secret = add_feed(schedule=schedule, by=person(user), at=at)
    path = f"/ical/{secret}.ics"
    tag = asking(application)("GET", path)[2]["ETag"]
    plain, held = asking(application), asking(application, holds=tag)
    signed = asking(application, token=TOKEN)
    with override_settings(ROOT_URLCONF="bench.duty", MIDDLEWARE=[]):
        bare = asking(WSGIHandler())
        floors = {
            "on call floor": _rounds(rounds, HITS, lambda: bare("GET", "/")),
            "unchanged floor": _rounds(rounds, HITS, lambda: bare("GET", "/feed")),
            "feed floor": _rounds(rounds, 3, lambda: _plain_feed(schedule)),
        }
    return {
        **floors,
        "on call": _rounds(rounds, HITS, lambda: signed("GET", "/api/v1/oncall/?schedule=duty")),
        "unchanged": _rounds(rounds, HITS, lambda: held("GET", path)),
        "feed": _rounds(rounds, 3, lambda: plain("GET", path)),
    }


def _plain_feed(schedule: Schedule) -> bytes:
    calendar = Calendar()
    for row in schedule.events.values_list("uid", "starts_at", "ends_at"):
        event = Event()
        event.add("uid", row[0])
        event.add("dtstart", row[1].astimezone(UTC))
        event.add("dtend", row[2].astimezone(UTC))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _rounds(rounds: int, repeats: int, work: Callable[[], object]) -> list[dict[str, float]]:
    work()
    return [_timed(repeats, work) for _ in range(rounds)]


def _timed(repeats: int, work: Callable[[], object]) -> dict[str, float]:
    with ready.metered() as meter:
        for _ in range(repeats):
            work()
    return {**meter.as_json(), "count": repeats}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
