"""`python -m bench.page_hits ROUNDS`: hits of the status page inside one process, beside an empty view (B8).

A page of 30 components with 90 days of history and an open incident. The empty view answers the same bytes
through Django's own handler without any middleware. Prints JSON.
"""

import json
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from typing import Any, cast

from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import re_path

from bench import ready
from config.wsgi import application
from core import clock
from core.command_line import COMMAND_LINE
from core.models import Team
from incidents.actions import declare
from incidents.models import Service
from statuspage.actions import Announcement, Press, publish, render
from statuspage.models import Component, ComponentGroup, ComponentInterval, ComponentService, Page

HITS, RENDERINGS = 3000, 20
COMPONENTS, GROUPS = 30, 5
SUMMARY = "/api/v2/summary.json"
_served: dict[str, bytes] = {}
_Ask = Callable[[str, str], tuple[str, bytes, dict[str, str]]]


def empty(request: HttpRequest) -> HttpResponse:
    """Answer with bytes that are there already, and nothing else."""
    return HttpResponse(_served[request.path_info], content_type="text/html; charset=utf-8")


urlpatterns = [re_path("", empty)]


def make() -> None:
    """Store and render the page."""
    at = clock.now()
    long_ago = at - timedelta(days=200)
    since: dict[str, Any] = {"created_at": long_ago, "updated_at": long_ago}
    team = Team.objects.get(slug="bench")
    page = Page.objects.create(slug="bench", name="Bench", team=team, **since)
    service = Service.objects.all()[0]
    groups = [
        ComponentGroup.objects.create(page=page, name=f"Group {n}", position=n, **since)
        for n in range(GROUPS)
    ]
    for number in range(COMPONENTS):
        row = Component.objects.create(
            page=page, name=f"Component {number}", group=groups[number % GROUPS], position=number, **since
        )  # fmt: skip
        begin = at - timedelta(days=3 * number % 80 + 1)
        ComponentInterval.objects.create(
            component=row, state="partial_outage", from_at=begin, to_at=begin + timedelta(hours=1)
        )
    ComponentService.objects.create(component=row, service=service)
    incident = declare(
        title="Slow", service=service, rank=2, by=COMMAND_LINE, at=at, page_nobody=True
    )
    told = Announcement(
        "Slow answers", "investigating", "We look into it.", {row.public_id: "major_outage"}
    )
    publish(incident.pk, told, by=COMMAND_LINE, at=at, press=Press(despite_findings=True))


def asking(handler: Callable[..., Any], *, holds: str = "", token: str = "") -> _Ask:
    """Return a function that asks a WSGI application for a path, perhaps with an ETag or a token that the caller has."""
    more = {"HTTP_IF_NONE_MATCH": holds} if holds else {}
    more |= {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}

    def ask(method: str, path: str) -> tuple[str, bytes, dict[str, str]]:
        said: list[Any] = []
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(), **more,
        }  # fmt: skip
        answer = handler(environ, lambda *status: said.append(status))
        with closing(cast("HttpResponse", answer)):
            body = b"".join(answer)
        return said[0][0], body, dict(said[0][1])

    return ask


def hits(ask: _Ask, path: str, status: str) -> dict[str, float]:
    """Return what so many hits cost."""
    ask("GET", path)
    with ready.metered() as meter:
        for _hit in range(HITS):
            if not ask("GET", path)[0].startswith(status):
                raise RuntimeError("a wrong answer")
    return {**meter.as_json(), "count": HITS}


def renderings() -> dict[str, float]:
    """Return what it costs to render and store the page."""
    page = Page.objects.get(is_default=True)
    with ready.metered() as meter:
        for _one in range(RENDERINGS):
            with transaction.atomic():
                render(page, clock.now())
    return {**meter.as_json(), "count": RENDERINGS}


def main(rounds: int) -> dict[str, list[dict[str, float]]]:
    """Measure in rounds that take turns: floor, product, floor, product."""
    make()
    ours = asking(application)
    for path in ("/", SUMMARY):
        _served[path] = ours("GET", path)[1]
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF=__name__):
        bare = asking(WSGIHandler())
    held = asking(application, holds=ours("GET", "/")[2]["ETag"])
    found: dict[str, list[dict[str, float]]] = {}
    for _round in range(rounds):
        for name, path, ask, status in (
            ("page", "/", ours, "200"), ("summary", SUMMARY, ours, "200"), ("unchanged", "/", held, "304"),
        ):  # fmt: skip
            with override_settings(ROOT_URLCONF=__name__):
                found.setdefault(f"{name} floor", []).append(hits(bare, path, "200"))
            found.setdefault(name, []).append(hits(ask, path, status))
    found["render"] = [
        renderings() for _round in range(rounds)
    ]  # last: each gives the page another ETag
    return found


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
